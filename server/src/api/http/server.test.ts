import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { AppError } from '#core/errors.ts'
import { openAccess } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { MemoryStore } from '#adapters/store-memory/store.ts'
import { createHttpServer } from './server.ts'
import { idleLoad } from '#test/idle-load.ts'
import { createEdge, type Edge } from '#test/http-edge.ts'

const transfer = { source_account_id: 1, destination_account_id: 2, amount: '1' }

async function withEdge(
  options: Parameters<typeof createEdge<MemoryStore>>[0],
  use: (edge: Edge) => Promise<void>,
): Promise<void> {
  const edge = await createEdge(options)
  try {
    await use(edge)
  } finally {
    await edge.close()
  }
}

/** Florin whose transfers end with this error. */
function failing(error: Error) {
  const post = async (): Promise<never> => {
    throw error
  }
  return { change: ({ transfers }: Florin): Partial<Florin> => ({ transfers: { ...transfers, post } }) }
}

describe('the HTTP server', () => {
  it('echoes a sane X-Request-Id and replaces any other, in every answer', async () => {
    await withEdge({}, async (edge) => {
      for (const path of ['/', '/nope', '/v1/accounts/x', '/v1/accounts/%zz']) {
        const sane = await edge.get(path, { 'x-request-id': 'req-1._A' })
        assert.equal(sane.headers['x-request-id'], 'req-1._A', path)
        if (sane.status >= 400) assert.equal(sane.body.request_id, 'req-1._A')
        for (const id of ['a b', '<script>', 'x'.repeat(65), '']) {
          const answer = await edge.get(path, { 'x-request-id': id })
          assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/, path)
        }
      }
    })
  })

  it('answers a bug with a 500 that shows nothing of it, and logs it under the request id', async () => {
    await withEdge(failing(new Error('secret table ledger_entries')), async (edge) => {
      const { status, body } = await edge.post('/v1/transfers', transfer, { 'x-request-id': 'bug-1' })
      assert.deepEqual([status, body.code], [500, 'internal'])
      assert.doesNotMatch(JSON.stringify(body), /secret/)
      const [line] = edge.log
      assert.deepEqual([line?.level, line?.fields.request_id], ['error', 'bug-1'])
      assert.match(line?.fields.err.message, /secret/)
    })
    await withEdge(failing(new AppError('internal', 'secret')), async (edge) => {
      assert.doesNotMatch(JSON.stringify((await edge.post('/v1/transfers', transfer)).body), /secret/)
    })
  })

  it('answers 503 with Retry-After when nothing was changed, and outcome_unknown when that is not known', async () => {
    await withEdge(failing(new AppError('unavailable', 'the queue is full')), async (edge) => {
      const { status, headers, body } = await edge.post('/v1/transfers', transfer)
      assert.deepEqual([status, headers['retry-after'], body.code], [503, '1', 'unavailable'])
    })
    await withEdge(failing(new AppError('unavailable', 'no answer', { retry: 'unknown' })), async (edge) => {
      const { status, headers, body } = await edge.post('/v1/transfers', transfer)
      assert.deepEqual([status, headers['retry-after'], body.code], [503, undefined, 'outcome_unknown'])
    })
  })

  it('tells its health', async () => {
    await withEdge({ change: () => ({ health: { problem: () => 'the store is away' } }) }, async (edge) => {
      assert.deepEqual((await edge.get('/health/live')).body, { status: 'ok', problem: null })
      const ready = await edge.get('/health/ready')
      assert.deepEqual([ready.status, ready.headers['retry-after']], [503, '1'])
      const { status, problem, grpc } = ready.body
      assert.deepEqual([status, problem, grpc], ['unavailable', 'the store is away', null])
    })
    await withEdge({}, async (edge) => {
      const { status, body } = await edge.get('/health/ready')
      assert.deepEqual([status, body.authentication], [200, 'off'])
      assert.match(body.notice, /authentication is off/)
    })
  })

  it('logs requests only when asked to', async () => {
    await withEdge({ logRequests: true }, async (edge) => {
      await edge.get('/v1/accounts/1')
      const line = edge.log.at(-1)
      assert.deepEqual(
        [line?.level, line?.fields.path, line?.fields.status],
        ['debug', '/v1/accounts/:account_id', 404],
      )
    })
    await withEdge({}, async (edge) => {
      await edge.get('/v1/accounts/1')
      assert.deepEqual(edge.log, [])
    })
  })

  it('lets requests in flight finish when it closes, and ends those that only wait', async () => {
    let release: (() => void) | undefined
    const started = Promise.withResolvers<void>()
    const change = ({ transfers }: Florin): Partial<Florin> => ({
      transfers: {
        ...transfers,
        async post(caller, request) {
          started.resolve()
          await new Promise<void>((resolve) => (release = resolve))
          return await transfers.post(caller, request)
        },
      },
    })
    const edge = await createEdge({ change })
    for (const id of [1, 2]) await edge.post('/v1/accounts', { account_id: id, initial_balance: '5' })
    const origin = await edge.app.listen({ port: 0, host: '127.0.0.1' })
    const { next_cursor: end } = (await edge.get('/v2/events')).body
    const waiting = fetch(`${origin}/v2/events?after=${end}&wait=30`)
    const inFlight = fetch(`${origin}/v1/transfers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(transfer),
    })
    await started.promise
    const closing = edge.close()
    assert.equal((await waiting).status, 200)
    release?.()
    assert.equal((await inFlight).status, 201)
    const answeredAtMs = performance.now()
    await closing
    // Connections are closed once they are idle, not when their keep-alive time is over.
    assert.ok(performance.now() - answeredAtMs < 5000)
  })

  it('answers bytes that are not HTTP, and headers that are too large, with a problem', async () => {
    await withEdge({}, async (edge) => {
      await edge.app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = edge.app.server.address() as AddressInfo
      for (const [bytes, status] of [
        ['nonsense\r\n\r\n', 400],
        [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
      ] as const) {
        const socket = connect(port, '127.0.0.1').end(bytes).setEncoding('utf8')
        let text = ''
        socket.on('data', (part: string) => (text += part))
        await once(socket, 'close')
        assert.match(text, new RegExp(`^HTTP/1.1 ${status} .*application/problem\\+json`, 's'))
        assert.match(text, /X-Request-Id: [0-9a-f-]{36}/)
      }
    })
  })

  it('serves the reference from its own address alone', async () => {
    await withEdge({}, async ({ app: plain }) => assert.equal((await plain.inject('/docs')).statusCode, 404))
    const log = { debug() {}, warn() {}, error() {} }
    // The reference needs no use case.
    const florin = {} as Florin
    const app = await createHttpServer({ florin, accessControl: openAccess(florin), load: idleLoad, log })
    const page = await app.inject('/docs')
    assert.equal(page.statusCode, 200)
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)
    assert.deepEqual(sources, ['/docs/scalar.js'])
    assert.match(page.body, /"url": "\/openapi.json"/)
    const policy = String(page.headers['content-security-policy'])
    assert.match(policy, /script-src 'self' 'sha256-[A-Za-z0-9+/=]{44}'/)
    assert.doesNotMatch(policy, /https?:/)
    const script = await app.inject('/docs/scalar.js')
    assert.deepEqual(
      [script.statusCode, script.headers['content-type']],
      [200, 'text/javascript; charset=utf-8'],
    )
    assert.ok(script.rawPayload.length > 1_000_000)
    const etag = String(script.headers['etag'])
    assert.equal(
      (await app.inject({ url: '/docs/scalar.js', headers: { 'if-none-match': etag } })).statusCode,
      304,
    )
    await app.close()
  })
})
