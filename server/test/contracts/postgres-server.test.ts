/** The PostgreSQL that the contract suites are given must be one that loses nothing; otherwise they prove little. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Client } from 'pg'
import { requireService } from '../services.ts'

const postgres = requireService('postgres')

test('the PostgreSQL of the contract suites is durable', { skip: postgres.skip }, async () => {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${setting}`)
      assert.equal(rows[0]?.[setting], 'on', setting)
    }
  } finally {
    await client.end()
  }
})
