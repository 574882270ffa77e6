/** How PostgreSQL is asked: in few writes, and leaving nothing behind that only a full collection would take away. */
import assert from 'node:assert/strict'
import type { Duplex } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Client } from 'pg'
import { queryOver } from '#adapters/store-postgres/query.ts'
import { createMortalPostgres, type MortalPostgres } from '../mortal-postgres.ts'

const ANSWERS = 100
const ANSWER_BYTES = 100_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void

describe('queryOver', () => {
  let server: MortalPostgres
  let client: Client

  before(async () => {
    server = await createMortalPostgres()
    client = new Client({ connectionString: server.url, pipeline: true })
    await client.connect()
  })

  after(async () => {
    await client.end()
    await server.remove()
  })

  it('sends what is asked in one turn in one write', async (t) => {
    const query = queryOver(client, 10_000)
    const stream = client.connection.stream as Required<Duplex>
    const [single, several] = [t.mock.method(stream, '_write'), t.mock.method(stream, '_writev')]
    const answers = await Promise.all([1, 2, 3].map((number) => query(`select ${number} as number`)))
    assert.deepEqual(
      answers.map(({ rows }) => rows),
      [[{ number: 1 }], [{ number: 2 }], [{ number: 3 }]],
    )
    assert.equal(single.mock.callCount() + several.mock.callCount(), 1)
  })

  it('lets an answer that nobody holds any longer go with the next young collection', async () => {
    const query = queryOver(client, 10_000)
    const askAndForget = async (): Promise<void> => {
      const { rows } = await query<{ text: string }>(`select repeat('x', ${ANSWER_BYTES}) as text`)
      assert.equal(rows[0]?.text.length, ANSWER_BYTES)
    }
    await askAndForget()
    const heldBefore = heapAfterYoungCollections()
    for (let i = 0; i < ANSWERS; i++) {
      await askAndForget()
      collect({ type: 'minor' })
    }
    const left = heapAfterYoungCollections() - heldBefore
    assert.ok(left < (ANSWERS * ANSWER_BYTES) / 5, `${left} bytes are left of ${ANSWERS} answers`)
  })
})

/** What survives two of them is taken for old. */
function heapAfterYoungCollections(): number {
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  return getHeapStatistics().used_heap_size
}
