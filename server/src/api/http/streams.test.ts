import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { Florin } from '#app/florin.ts'
import { createEdge } from '#test/http-edge.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const HEADERS = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, 'x-request-id': 'req-1' }

/** An edge whose trial balances have so many pages, and then fail. */
async function withFailing(
  pages: number,
  use: (ask: () => Promise<Response>, log: object[]) => Promise<void>,
) {
  async function* allBalances() {
    for (let page = 0; page < pages; page++) yield [{ id: '1'.repeat(1000), kind: 'internal', posted: 100n }]
    throw new Error('secret table ledger_entries')
  }
  const change = ({ history }: Florin) => ({ history: { ...history, allBalances } as never })
  const edge = await createEdge({ change })
  try {
    await edge.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = edge.app.server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/v2/trial-balance?currency=EUR&format=csv`
    await use(async () => await fetch(url, { headers: HEADERS }), edge.log)
  } finally {
    await edge.close()
  }
}

describe('an answer in pieces', () => {
  it('breaks off when a later piece fails, and is logged with the request and its trace', async () => {
    await withFailing(400, async (ask, log) => {
      const response = await ask()
      assert.equal(response.status, 200)
      await assert.rejects(response.text(), 'the part must not be taken for the whole')
      const [line] = log as { message: string; level: string; fields: Record<string, unknown> }[]
      assert.deepEqual(
        [
          line?.level,
          line?.message,
          line?.fields['request_id'],
          line?.fields['trace_id'],
          line?.fields['path'],
        ],
        ['error', 'an answer broke off', 'req-1', TRACE, '/v2/trial-balance'],
      )
    })
  })

  it('is any error when its first piece fails', async () => {
    await withFailing(0, async (ask, log) => {
      const response = await ask()
      const body = (await response.json()) as { code: string; trace_id: string }
      assert.deepEqual([response.status, body.code, body.trace_id], [500, 'internal', TRACE])
      assert.doesNotMatch(JSON.stringify(body), /secret/)
      assert.equal(log.length, 1)
    })
  })
})
