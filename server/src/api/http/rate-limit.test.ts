import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { createAccessControl } from '#app/access-control.ts'
import { withItemsCounted, type RateLimits } from '#app/rate-limits.ts'
import { makeAccessWorld, roleTokens } from '#test/access-world.ts'
import { createEdge } from '#test/http-edge.ts'
import { createClientAddress } from '../client-address.ts'

const clock = { ms: 0 }
const limiter = (perSecond: number, burst: number) =>
  createMemoryRateLimiter({ perSecond, burst }, { nowMs: () => clock.ms })

async function open(rateLimits: Partial<RateLimits>, trustedProxies: readonly string[] = []) {
  const edge = await createEdge({
    tokens: roleTokens,
    server: {
      rateLimits: { perAddress: null, perPrincipal: null, ...rateLimits },
      clientAddress: createClientAddress(trustedProxies),
    },
  })
  return { ...edge, [Symbol.asyncDispose]: () => edge.close() }
}

const admin = { authorization: 'Bearer admin' }
const auditor = { authorization: 'Bearer auditor' }

describe('limits over HTTP', () => {
  it('count each caller, tell of it in every answer, and say when to come back', async () => {
    await using edge = await open({ perPrincipal: limiter(2, 3) })
    const seen = []
    for (let i = 0; i < 3; i++) seen.push(await edge.get('/v2/currencies', admin))
    assert.deepEqual(
      seen.map(({ status, headers }) => [status, headers['ratelimit']]),
      [
        [200, '"principal";r=2;t=1'],
        [200, '"principal";r=1;t=1'],
        [200, '"principal";r=0;t=2'],
      ],
    )
    assert.equal(seen[0]?.headers['ratelimit-policy'], '"principal";q=3;w=2')

    const refused = await edge.get('/v2/currencies', admin)
    assert.deepEqual([refused.status, refused.body.code], [429, 'rate_limited'])
    assert.match(refused.body.detail, /come back in 1 s/)
    assert.deepEqual(
      ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => refused.headers[name]),
      ['1', '"principal";r=0;t=2', '"principal";q=3;w=2'],
    )
    assert.equal((await edge.get('/v2/currencies', auditor)).status, 200)
    clock.ms += 500
    assert.equal((await edge.get('/v2/currencies', admin)).status, 200)
  })

  it('count every request of an address, whatever it is, before anybody looks at credentials', async () => {
    await using edge = await open({ perAddress: limiter(1, 4) })
    const statuses = []
    for (const path of ['/', '/nothing', '/v2/accounts', '/v2/currencies', '/v2/currencies', '/nothing']) {
      statuses.push((await edge.get(path, path === '/v2/currencies' ? admin : {})).status)
    }
    assert.deepEqual(statuses, [200, 404, 401, 200, 429, 429])
    const refused = await edge.get('/v2/accounts')
    assert.equal(refused.headers['ratelimit-policy'], '"address";q=4;w=4')
    // Whoever watches over Florin is let in.
    for (const path of ['/health/live', '/health/ready']) assert.equal((await edge.get(path)).status, 200)
  })

  it('believe trusted proxies alone, and count an IPv6 network as one', async () => {
    await using edge = await open({ perAddress: limiter(1, 1) }, ['10.0.0.1'])
    const from = async (remoteAddress: string, forwardedFor?: string) => {
      const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
      return (await edge.app.inject({ url: '/', remoteAddress, headers })).statusCode
    }
    clock.ms += 10_000
    assert.equal(await from('10.0.0.1', '192.0.2.1'), 200)
    assert.equal(await from('10.0.0.1', '192.0.2.2'), 200)
    assert.equal(await from('10.0.0.1', '192.0.2.1'), 429)
    assert.equal(await from('192.0.2.9', '192.0.2.3'), 200)
    assert.equal(await from('192.0.2.9', '192.0.2.4'), 429)
    assert.equal(await from('2001:db8::1'), 200)
    assert.equal(await from('2001:db8::2'), 429)
    assert.equal(await from('2001:db8:0:1::2'), 200)
  })

  it('let a bulk in as one request, whose items are paid off afterwards', async () => {
    const perPrincipal = limiter(2, 4)
    await using edge = await open({})
    const { ann } = await makeAccessWorld(edge.florin)
    const accessControl = createAccessControl({
      florin: { ...edge.florin, bulk: withItemsCounted(edge.florin.bulk, perPrincipal) },
      reader: edge.store,
      tokens: roleTokens,
    })
    const counted = await createEdge({
      tokens: roleTokens,
      server: { florin: edge.florin, accessControl, rateLimits: { perAddress: null, perPrincipal } },
    })
    const [source, destination] = ann.accounts
    for (const mode of ['independent', 'atomic']) {
      clock.ms += 10_000
      const items = Array.from({ length: 9 }, () => ({ source, destination, amount: '1', currency: 'EUR' }))
      const posted = await counted.post('/v2/transfers/bulk', { mode, items }, admin)
      assert.equal(posted.status, 200)
      const refused = await counted.get('/v2/currencies', admin)
      // 4 tokens, less 9, are 5 owed; with the next one that is 3 seconds at 2 a second.
      assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '3'], mode)
    }
    await counted.close()
  })
})
