import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import fastify from 'fastify'
import { openAccess } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { Scope } from '#core/access.ts'
import { FLORIN } from '#core/access.ts'
import type { Instant } from '#core/instant.ts'
import { makeAccessWorld, roleTokens, type AccessWorld } from '#test/access-world.ts'
import { idleLoad } from '#test/idle-load.ts'
import { createEdge, type Answer, type Edge } from '#test/http-edge.ts'
import { controlAccess } from './access.ts'

let edge: Edge
let world: AccessWorld
before(async () => {
  edge = await createEdge({ tokens: roleTokens })
})
beforeEach(async () => {
  world = await makeAccessWorld(edge.florin)
})
after(() => edge.close())

const caller = { principal: FLORIN.principal, idempotencyKey: null }

async function makeKey(scopes: readonly Scope[], expiresAt: Instant | null = null) {
  const issued = await edge.florin.apiKeys.create(caller, { name: 'test', scopes, expiresAt })
  assert(issued.kind === 'accepted' && issued.secret !== null)
  return { id: issued.result.id, bearer: { authorization: `Bearer ${issued.secret}` } }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const codeOf = ({ status, body }: Answer): string => `${status} ${body.code}`

describe('authentication', () => {
  it('asks who it is, in the words of RFC 6750', async () => {
    const { status, headers, body } = await edge.get('/v2/accounts')
    assert.deepEqual([status, body.code, body.title], [401, 'unauthenticated', 'Who are you?'])
    assert.equal(headers['www-authenticate'], 'Bearer realm="florin"')
    const other = await edge.get('/v2/accounts', bearer('nonsense'))
    assert.equal(codeOf(other), '401 invalid_token')
    assert.equal(other.headers['www-authenticate'], 'Bearer realm="florin", error="invalid_token"')
  })

  it('takes a key under any case of the scheme, and nothing that only looks like one', async () => {
    const { bearer: good } = await makeKey(['accounts:read'])
    const secret = good.authorization.slice('Bearer '.length)
    for (const authorization of [`bearer ${secret}`, `BEARER   ${secret}`]) {
      assert.equal((await edge.get('/v2/accounts', { authorization })).status, 200, authorization)
    }
    const wrong = [
      secret,
      `Basic ${secret}`,
      'Bearer',
      'Bearer ',
      `Bearer ${secret} x`,
      `Bearer ${secret.slice(0, -1)}`,
      `Bearer ${secret}0`,
      `Bearer ${secret.toUpperCase()}`,
      // A check that does not fit, and one that fits a secret nobody was given.
      `Bearer flk_${'A'.repeat(43)}000000`,
      `Bearer flk_${secret.slice(4, -6).replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}${secret.slice(-6)}`,
      `Bearer ${'x'.repeat(8_000)}`,
      'Bearer \u00ff\u00fe',
      "Bearer ' or 1=1 --",
    ]
    for (const authorization of wrong) {
      assert.equal(
        codeOf(await edge.get('/v2/accounts', { authorization })),
        '401 invalid_token',
        authorization,
      )
    }
  })

  it('is asked for before anything else of a request is looked at', async () => {
    const body = { source: 'nonsense' }
    assert.equal((await edge.post('/v2/transfers', body)).status, 401)
    assert.equal((await edge.post('/v2/transfers', '{"not json')).status, 401)
    assert.equal((await edge.post('/v2/transfers', body, { ...bearer('auditor') })).status, 403)
    assert.equal((await edge.get('/v2/nothing')).status, 404)
    assert.equal((await edge.ask('/v2/transfers', { method: 'DELETE' })).status, 405)
  })

  it('knows callers by their keys in what they do', async () => {
    const { id, bearer: own } = await makeKey(['users:write'])
    await edge.post('/v2/users', { name: 'Eve' }, own)
    const events = (await edge.get('/v2/events?limit=1000', bearer('admin'))).body.data
    assert.equal(events.at(-1).principal, `key:${id}`)
  })

  it('keeps the idempotency keys of two callers apart', async () => {
    const [one, other] = [await makeKey(['users:write']), await makeKey(['users:write'])]
    const ask = async (own: Record<string, string>) =>
      await edge.post('/v2/users', {}, { ...own, 'idempotency-key': 'same' })
    const first = await ask(one.bearer)
    assert.equal((await ask(one.bearer)).body.id, first.body.id)
    assert.notEqual((await ask(other.bearer)).body.id, first.body.id)
  })
})

describe('API keys', () => {
  const asked = { name: 'shop', scopes: ['accounts:read', 'accounts:write', 'accounts:read'] }

  it('are made, shown once, listed, and take effect', async () => {
    const headers = { ...bearer('admin'), 'idempotency-key': `make ${Math.random()}`.replace(' ', '-') }
    const made = await edge.post('/v2/api-keys', asked, headers)
    assert.equal(made.status, 201)
    const { id, key, scopes } = made.body
    assert.match(key, /^flk_[A-Za-z0-9_-]{43}[0-9a-f]{6}$/)
    assert.deepEqual(scopes, ['accounts:read', 'accounts:write'])
    assert.equal(made.headers['location'], `/v2/api-keys/${id}`)

    const again = await edge.post('/v2/api-keys', asked, headers)
    assert.deepEqual(
      [again.body.id, again.body.key, again.headers['idempotency-replayed']],
      [id, null, 'true'],
    )
    const { body } = await edge.get(`/v2/api-keys/${id}`, bearer('admin'))
    assert.ok(!('key' in body) && body.name === 'shop')
    const listed = (await edge.get('/v2/api-keys?limit=1000', bearer('admin'))).body.data
    assert.ok(listed.some((one: { id: string }) => one.id === id))
    assert.equal((await edge.get('/v2/accounts', bearer(key))).status, 200)
    assert.equal(codeOf(await edge.get('/v2/transfers', bearer(key))), '403 scope_missing')
  })

  it('leave no trace of their secrets in events, lists and logs', async () => {
    const { body } = await edge.post('/v2/api-keys', asked, bearer('admin'))
    const rotated = await edge.post(`/v2/api-keys/${body.id}/rotate`, {}, bearer('admin'))
    const told = [
      await edge.get('/v2/events?limit=1000', bearer('admin')),
      await edge.get('/v2/api-keys?limit=1000', bearer('admin')),
      edge.log,
    ].map((part) => JSON.stringify(part))
    const kept = edge.store.tables.apiKeys.get(body.id)
    for (const secret of [body.key, rotated.body.key, kept?.secretHash, kept?.previousHash]) {
      assert.ok(secret.length > 40)
      for (const text of told) assert.ok(!text.includes(secret))
    }
  })

  it('get a new secret, and the one before stays good for as long as it was asked', async () => {
    const { id, bearer: first } = await makeKey(['accounts:read'])
    const second = await edge.post(`/v2/api-keys/${id}/rotate`, { overlap_seconds: 60 }, bearer('admin'))
    assert.equal(second.status, 200)
    for (const own of [first, bearer(second.body.key)]) {
      assert.equal((await edge.get('/v2/accounts', own)).status, 200)
    }
    const third = await edge.post(`/v2/api-keys/${id}/rotate`, { overlap_seconds: 0 }, bearer('admin'))
    assert.equal(third.body.overlaps_until, null)
    assert.equal(codeOf(await edge.get('/v2/accounts', first)), '401 invalid_token')
    assert.equal(codeOf(await edge.get('/v2/accounts', bearer(second.body.key))), '401 invalid_token')
    assert.equal((await edge.get('/v2/accounts', bearer(third.body.key))).status, 200)
  })

  it('are refused from the moment on that they are revoked', async () => {
    const { id, bearer: own } = await makeKey(['accounts:read'])
    assert.equal((await edge.get('/v2/accounts', own)).status, 200)
    const ended = await edge.ask(`/v2/api-keys/${id}`, { method: 'DELETE', headers: bearer('admin') })
    assert.ok(ended.body.revoked_at !== null)
    assert.equal(codeOf(await edge.get('/v2/accounts', own)), '401 key_revoked')
    const rotate = await edge.post(`/v2/api-keys/${id}/rotate`, {}, bearer('admin'))
    assert.equal(codeOf(rotate), '409 api_key_revoked')
    const again = await edge.ask(`/v2/api-keys/${id}`, { method: 'DELETE', headers: bearer('admin') })
    assert.equal(again.body.revoked_at, ended.body.revoked_at)
  })

  it('are refused once they have expired', async () => {
    const soon = new Date(Date.now() + 150).toISOString().replace('Z', '000Z') as Instant
    const { bearer: own } = await makeKey(['accounts:read'], soon)
    assert.equal((await edge.get('/v2/accounts', own)).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(codeOf(await edge.get('/v2/accounts', own)), '401 key_expired')
  })

  it('are given no scope that who gives it has not', async () => {
    const { bearer: own } = await makeKey(['keys:write', 'accounts:read'])
    const ask = async (scopes: string[]) => await edge.post('/v2/api-keys', { name: 'n', scopes }, own)
    assert.equal((await ask(['accounts:read'])).status, 201)
    assert.equal(codeOf(await ask(['accounts:read', 'ledger:issue'])), '403 scope_not_yours')
    const strong = await makeKey(['ledger:issue'])
    assert.equal(codeOf(await edge.post(`/v2/api-keys/${strong.id}/rotate`, {}, own)), '403 scope_not_yours')
  })

  it('name the field that is wrong', async () => {
    const ask = async (change: object) =>
      (await edge.post('/v2/api-keys', { ...asked, ...change }, bearer('admin'))).body.errors[0]?.field
    assert.equal(await ask({ scopes: [] }), 'scopes')
    assert.equal(await ask({ scopes: ['accounts:read', 'root'] }), 'scopes')
    assert.equal(await ask({ scopes: ['__proto__'] }), 'scopes')
    assert.equal(await ask({ name: '' }), 'name')
    assert.equal(await ask({ expires_at: '2020-01-01T00:00:00Z' }), 'expires_at')
    assert.equal(await ask({ role: 'admin' }), 'role')
  })
})

describe('authorisation', () => {
  it('lets money be issued only with ledger:issue', async () => {
    const { bearer: own } = await makeKey([
      'accounts:write',
      'transfers:write',
      'transfers:read',
      'holds:write',
    ])
    const [to] = world.ann.accounts
    const leg = { source: world.external, destination: to, amount: '1', currency: 'EUR' }
    const hold = await edge.post('/v2/holds', leg, bearer('admin'))
    const withdrawal = await edge.post(
      '/v2/transfers',
      { ...leg, source: to, destination: world.external },
      own,
    )
    assert.equal(withdrawal.status, 201)
    const refused = [
      await edge.post('/v2/accounts', { currency: 'EUR', initial_balance: '0.01' }, own),
      await edge.post('/v1/accounts', { account_id: 99, initial_balance: '1' }, own),
      await edge.post('/v2/transfers', leg, own),
      await edge.post('/v2/transfers/simulate', leg, own),
      await edge.post('/v2/transfers/bulk', { mode: 'atomic', items: [leg] }, own),
      await edge.post('/v2/transfers/bulk', { mode: 'independent', items: [leg] }, own),
      await edge.post('/v2/holds', leg, own),
      await edge.post(`/v2/holds/${hold.body.id}/capture`, {}, own),
      await edge.post(`/v2/transfers/${withdrawal.body.id}/reverse`, {}, own),
    ]
    assert.deepEqual(new Set(refused.map(codeOf)), new Set(['403 scope_missing']))
    for (const { headers } of refused) {
      assert.equal(headers['www-authenticate'], 'Bearer realm="florin", error="insufficient_scope"')
    }
    assert.equal(
      (await edge.post('/v2/accounts', { currency: 'EUR', initial_balance: '0.00' }, own)).status,
      201,
    )
    assert.equal(
      (await edge.post('/v2/accounts', { currency: 'EUR', initial_balance: 'x' }, own)).status,
      422,
    )
    assert.equal(
      (await edge.post(`/v2/transfers/${withdrawal.body.id}/reverse`, {}, bearer('admin'))).status,
      201,
    )
  })

  it('answers a user about another account as about one that is not there, as a source too', async () => {
    const user = bearer('user')
    const ask = async (source: string) => {
      const leg = { source, destination: world.ann.accounts[0], amount: '1', currency: 'EUR' }
      const answers = [
        await edge.post('/v2/transfers', leg, user),
        await edge.get(`/v2/accounts/${source}`, user),
        await edge.get(`/v2/accounts/${source}/entries`, user),
        await edge.get(`/v2/transfers?account_id=${source}`, user),
        await edge.get(`/v2/holds?account_id=${source}`, user),
      ]
      return answers.map(({ status, body }) =>
        JSON.stringify([status, body.code, body.detail, body.data]).replaceAll(source, 'ID'),
      )
    }
    assert.deepEqual(await ask(world.bob.accounts[0]), await ask('4242424242'))
  })

  it('shows a user nothing of what others have: not in transfers, and not in why they are refused', async () => {
    const user = bearer('user')
    const [own] = world.ann.accounts
    const [other] = world.bob.accounts
    const leg = { source: own, destination: other, amount: '1.23', currency: 'EUR' }
    const paid = await edge.post('/v2/transfers', leg, user)
    const [posting] = paid.body.postings
    assert.equal(posting.source_balance_after, '98.77')
    assert.deepEqual([posting.destination_balance_after, posting.destination_entry], [null, null])
    const bulk = await edge.post('/v2/transfers/bulk', { mode: 'independent', items: [leg] }, user)
    const simulated = await edge.post('/v2/transfers/simulate', leg, user)
    assert.deepEqual(
      simulated.body.entries.map((entry: { account_id: string }) => entry.account_id),
      [own],
    )
    const shown = [
      bulk.body.results[0].transfer,
      simulated.body.transfer,
      (await edge.get(`/v2/transfers/${paid.body.id}`, user)).body,
      (await edge.get('/v2/transfers?limit=1', user)).body.data[0],
    ]
    for (const transfer of shown) assert.equal(transfer.postings[0].destination_balance_after, null)
    const admins = await edge.get(`/v2/transfers/${paid.body.id}`, bearer('admin'))
    assert.equal(admins.body.postings[0].destination_balance_after, '101.23')
  })

  it('shows a user what v1 has to show, without the balances of others', async () => {
    const body = {
      source_account_id: world.ann.classic[0],
      destination_account_id: world.bob.classic[0],
      amount: '2',
    }
    const paid = await edge.post('/v1/transfers', body, bearer('user'))
    assert.deepEqual([paid.body.source_balance_after, paid.body.destination_balance_after], ['97', null])
  })

  it('lets a user give back what came, and not take back what went', async () => {
    const leg = (from: string, to: string) => ({
      source: from,
      destination: to,
      amount: '1',
      currency: 'EUR',
    })
    const [own] = world.ann.accounts
    const [other] = world.bob.accounts
    const sent = await edge.post('/v2/transfers', leg(own, other), bearer('user'))
    const got = await edge.post('/v2/transfers', leg(other, own), bearer('admin'))
    const reverse = async (id: string) => await edge.post(`/v2/transfers/${id}/reverse`, {}, bearer('user'))
    assert.equal(codeOf(await reverse(sent.body.id)), '403 not_your_account')
    assert.equal((await reverse(got.body.id)).status, 201)
  })

  it('lets whom a hold is for let go of it, and who made it pay', async () => {
    const [own] = world.ann.accounts
    const [other] = world.bob.accounts
    const hold = async (source: string, destination: string) => {
      const asked = { source, destination, amount: '1', currency: 'EUR' }
      return (await edge.post('/v2/holds', asked, bearer('admin'))).body.id as string
    }
    const [given, got] = [await hold(own, other), await hold(other, own)]
    const act = async (id: string, what: string) =>
      await edge.post(`/v2/holds/${id}/${what}`, {}, bearer('user'))
    assert.equal(codeOf(await act(given, 'release')), '403 not_your_account')
    assert.equal(codeOf(await act(got, 'capture')), '403 not_your_account')
    const captured = await act(given, 'capture')
    assert.equal(captured.status, 200)
    assert.equal(captured.body.transfer.postings[0].destination_balance_after, null)
    assert.equal((await act(got, 'release')).status, 200)
  })

  it('shows a user themselves, and nobody else', async () => {
    const users = (await edge.get('/v2/users', bearer('user'))).body
    assert.deepEqual(
      users.data.map(({ id }: { id: string }) => id),
      [world.ann.userId],
    )
    const accounts = (await edge.get('/v2/accounts', bearer('user'))).body.data
    assert.ok(accounts.every((account: { user_id: string }) => account.user_id === world.ann.userId))
  })
})

describe('a route', () => {
  it('without a row in the table of operations ends the start', () => {
    const app = fastify()
    controlAccess(app, openAccess({} as Florin), {
      load: idleLoad,
      counter: { byAddress: null, byPrincipal: null },
    })
    const add = (schema?: object) => app.get('/new', { ...(schema && { schema }) }, () => '')
    assert.throws(() => add(), /GET \/new has no row/)
    assert.throws(() => add({ operationId: 'somethingNew' }), /has no row/)
    assert.throws(() => add({ operationId: 'constructor' }), /has no row/)
  })
})
