/** What is asked of PostgreSQL leaves nothing behind that only a full collection would take away. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Client } from 'pg'
import { queryOver } from '#adapters/store-postgres/query.ts'
import { createMortalPostgres } from '../mortal-postgres.ts'

const ANSWERS = 100
const ANSWER_BYTES = 100_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void

test('an answer that nobody holds any longer goes with the next young collection', async () => {
  const server = await createMortalPostgres()
  const client = new Client({ connectionString: server.url })
  try {
    await client.connect()
    const query = queryOver(client, 10_000)
    const askAndForget = async (): Promise<void> => {
      const { rows } = await query<{ text: string }>(`select repeat('x', ${ANSWER_BYTES}) as text`)
      assert.equal(rows[0]?.text.length, ANSWER_BYTES)
    }
    await askAndForget()
    const before = heapAfterYoungCollections()
    for (let i = 0; i < ANSWERS; i++) {
      await askAndForget()
      collect({ type: 'minor' })
    }
    const left = heapAfterYoungCollections() - before
    assert.ok(left < (ANSWERS * ANSWER_BYTES) / 5, `${left} bytes are left of ${ANSWERS} answers`)
  } finally {
    await client.end()
    await server.remove()
  }
})

/** What survives two of them is taken for old. */
function heapAfterYoungCollections(): number {
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  return getHeapStatistics().used_heap_size
}
