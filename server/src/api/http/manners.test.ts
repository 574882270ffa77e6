/** What every answer says of itself, what a reader who has it already is spared, and who may read it. */
import assert from 'node:assert/strict'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { after, before, describe, it } from 'node:test'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { createEdge, type Edge } from '#test/http-edge.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`
const ORIGIN = 'https://app.example'

/** One of each way an answer is made: a route, a list, no path, no method, a refusal, what Fastify itself refuses. */
const PATHS = ['/', '/v2/currencies', '/nope', '/v1/transfers', '/v1/accounts/x', '/v1/accounts/%zz', `/v1/accounts/${'1'.repeat(101)}`] // prettier-ignore

describe('every answer', () => {
  let edge: Edge
  before(async () => void (edge = await createEdge({ server: { corsOrigins: [ORIGIN] } })))
  after(() => edge.close())

  for (const path of PATHS) {
    it(`of ${path.slice(0, 30)} has the caller's trace, the security headers and nothing of what it runs on`, async () => {
      const { headers, body, status } = await edge.get(path, { traceparent: PARENT })
      assert.match(String(headers['traceparent']), new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
      if (status >= 400) assert.equal(body.trace_id, TRACE)
      assert.match(String(headers['content-security-policy']), /^default-src 'none'/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['strict-transport-security'], undefined)
      for (const name of ['server', 'x-powered-by']) assert.equal(headers[name], undefined)
      assert.doesNotMatch(JSON.stringify(body), /node_modules|\.ts:\d|at \w+ \(/)
    })
  }

  it('has a new trace when the caller names none that is well-formed', async () => {
    for (const traceparent of ['', 'x', PARENT.toUpperCase()]) {
      const { headers, body } = await edge.get('/nope', { traceparent })
      assert.notEqual(body.trace_id, TRACE)
      assert.ok(String(headers['traceparent']).includes(body.trace_id))
    }
  })
})

describe('reads', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '10' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  const path = '/v2/accounts/1'
  const pay = () =>
    edge.post('/v2/transfers', { source: '1', destination: '2', amount: '1', currency: 'EUR' })

  it('are 304 for who has them, by any of the tags, weak or strong, and not after money moved', async () => {
    const etag = String((await edge.get(path)).headers['etag'])
    assert.match(etag, /^"1-[\w-]{22}"$/)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*', `${etag.slice(0, -1)}-gzip"`]) {
      const { status, headers, body } = await edge.get(path, { 'if-none-match': known })
      assert.deepEqual([status, headers['etag'], body], [304, etag, ''], known)
      assert.equal(headers['content-type'], undefined)
    }
    for (const other of ['"1"', '"x"', 'x', '', etag.slice(1, -1)]) {
      assert.equal((await edge.get(path, { 'if-none-match': other })).status, 200, other)
    }
    await pay()
    const later = await edge.get(path, { 'if-none-match': etag })
    assert.deepEqual([later.status, later.body.balances.posted], [200, '9.00'])
    assert.notEqual(later.headers['etag'], etag)
  })

  it('have the same tag by HEAD, without a body', async () => {
    const { headers } = await edge.get(path)
    const head = await edge.app.inject({ method: 'HEAD', url: path })
    assert.deepEqual([head.statusCode, head.headers['etag'], head.body], [200, headers['etag'], ''])
    const known = await edge.app.inject({
      method: 'HEAD',
      url: path,
      headers: { 'if-none-match': String(headers['etag']) },
    })
    assert.deepEqual([known.statusCode, known.body], [304, ''])
  })

  it('of lists have tags too; problems and changes have none of what was read', async () => {
    const list = await edge.get('/v2/accounts?currency=EUR')
    assert.match(String(list.headers['etag']), /^"[\w-]{22}"$/)
    const headers = { 'if-none-match': String(list.headers['etag']) }
    assert.equal((await edge.get('/v2/accounts?currency=EUR', headers)).status, 304)
    assert.equal((await edge.get('/v2/accounts/404')).headers['etag'], undefined)
    assert.equal((await edge.get('/v2/accounts/404', { 'if-none-match': '*' })).status, 404)
    assert.equal((await pay()).headers['etag'], undefined)
  })

  it('are compressed for who accepts it when that gains something, under tags of their own', async () => {
    const plain = await edge.app.inject('/v2/currencies?limit=1000')
    const large = '/openapi.json'
    const whole = await edge.app.inject(large)
    for (const [coding, decode] of Object.entries({ gzip: gunzipSync, br: brotliDecompressSync })) {
      const coded = await edge.app.inject({ url: large, headers: { 'accept-encoding': coding } })
      assert.equal(coded.headers['content-encoding'], coding)
      assert.match(String(coded.headers['vary']), /accept-encoding/i)
      assert.equal(coded.headers['content-length'], String(coded.rawPayload.length))
      assert.equal(decode(coded.rawPayload).toString(), whole.body)
      assert.equal(coded.headers['etag'], `${String(whole.headers['etag']).slice(0, -1)}-${coding}"`)
      const again = await edge.app.inject({
        url: large,
        headers: { 'accept-encoding': coding, 'if-none-match': coded.headers['etag'] ?? '' },
      })
      assert.deepEqual([again.statusCode, again.body], [304, ''])
      assert.equal(again.headers['vary'], 'Accept-Encoding')
    }
    for (const none of ['identity', 'gzip;q=0', 'zstd', '']) {
      const { headers, body } = await edge.app.inject({ url: large, headers: { 'accept-encoding': none } })
      assert.deepEqual([headers['content-encoding'], headers['vary']], [undefined, 'Accept-Encoding'], none)
      assert.equal(body, whole.body)
    }
    assert.equal(plain.headers['content-encoding'], undefined)
    const small = await edge.app.inject({ url: path, headers: { 'accept-encoding': 'gzip' } })
    assert.deepEqual([small.headers['content-encoding'], small.headers['vary']], [undefined, undefined])
  })

  it('are compressed while they are made, too, and so are the results of a bulk', async () => {
    const url = '/v2/trial-balance?currency=EUR&format=csv'
    const plain = await edge.app.inject(url)
    const csv = await edge.app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
    assert.deepEqual([csv.headers['content-encoding'], csv.headers['vary']], ['gzip', 'Accept-Encoding'])
    assert.match(plain.body, /^\w+,/)
    assert.equal(gunzipSync(csv.rawPayload).toString(), plain.body)
    const item = { source: '1', destination: '2', amount: '0.01', currency: 'EUR' }
    const bulk = await edge.app.inject({
      method: 'POST',
      url: '/v2/transfers/bulk',
      headers: { 'accept-encoding': 'br' },
      payload: { mode: 'independent', items: Array.from({ length: 20 }, () => item) },
    })
    assert.equal(bulk.headers['content-encoding'], 'br')
    assert.equal(JSON.parse(brotliDecompressSync(bulk.rawPayload).toString()).results.length, 20)
  })

  it('give If-Match what it needs, compressed or not', async () => {
    const etag = String((await edge.get(path)).headers['etag'])
    const change = (ifMatch: string) => edge.patch(path, { metadata: { a: 'b' } }, { 'if-match': ifMatch })
    assert.equal((await change('"7"')).status, 412)
    assert.equal((await change(`${etag.slice(0, -1)}-br"`)).status, 200)
    assert.equal((await change(etag)).status, 412)
    assert.equal((await change('"2"')).status, 200)
    assert.equal((await change('"1-x"')).status, 422)
  })
})

describe('lines that come as they are known', () => {
  it('are not compressed, so that none waits for others', async () => {
    const edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
    const item = { source: '1', destination: '2', amount: '0.01', currency: 'EUR' }
    const { statusCode, headers } = await edge.app.inject({
      method: 'POST',
      url: '/v2/transfers/bulk',
      headers: { accept: 'application/x-ndjson', 'accept-encoding': 'gzip, br' },
      payload: { mode: 'independent', items: Array.from({ length: 20 }, () => item) },
    })
    assert.deepEqual([statusCode, headers['content-encoding']], [200, undefined])
    await edge.close()
  })
})

describe('pages of other origins', () => {
  const preflight = {
    method: 'OPTIONS',
    url: '/v2/transfers',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  } as const

  it('may do nothing unless they are named', async () => {
    const edge = await createEdge()
    const { statusCode, headers } = await edge.app.inject(preflight)
    assert.equal(statusCode, 405)
    for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control/)
    await edge.close()
  })

  it('may call and read, refusals too, when they are, and never with cookies', async () => {
    const edge = await createEdge({ server: { corsOrigins: [ORIGIN] } })
    const { statusCode, headers, body } = await edge.app.inject(preflight)
    assert.deepEqual([statusCode, body, headers['access-control-allow-origin']], [204, '', ORIGIN])
    assert.match(String(headers['access-control-allow-methods']), /POST/)
    assert.match(String(headers['access-control-allow-headers']), /Authorization.*Idempotency-Key/)
    assert.equal(headers['access-control-allow-credentials'], undefined)
    for (const path of ['/v2/currencies', '/v2/accounts/404', '/nope']) {
      const answer = await edge.get(path, { origin: ORIGIN })
      assert.equal(answer.headers['access-control-allow-origin'], ORIGIN, path)
      assert.match(String(answer.headers['access-control-expose-headers']), /ETag.*X-Request-Id/)
      assert.equal(answer.headers['vary'], 'Origin')
    }
    for (const origin of ['https://app.example.evil', 'http://app.example', 'null', `${ORIGIN}:8443`]) {
      const answer = await edge.get('/v2/currencies', { origin })
      assert.equal(answer.headers['access-control-allow-origin'], undefined, origin)
      const refused = await edge.app.inject({ ...preflight, headers: { ...preflight.headers, origin } })
      assert.equal(refused.statusCode, 405)
    }
    assert.equal(
      (await edge.ask('/v2/transfers', { method: 'DELETE', headers: { origin: ORIGIN } })).status,
      405,
    )
    await edge.close()
  })

  it('are counted as everybody is: a flood of preflights has to wait', async () => {
    const perAddress = createMemoryRateLimiter({ perSecond: 0.001, burst: 2 })
    const rateLimits = { perAddress, perPrincipal: null }
    const edge = await createEdge({ server: { corsOrigins: [ORIGIN], rateLimits } })
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await edge.app.inject(preflight)).statusCode)
    assert.deepEqual(statuses, [204, 204, 429, 429])
    await edge.close()
  })

  it('may be any', async () => {
    const edge = await createEdge({ server: { corsOrigins: ['*'] } })
    const { headers } = await edge.app.inject(preflight)
    assert.equal(headers['access-control-allow-origin'], '*')
    await edge.close()
  })
})
