import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 accounts', () => {
  let edge: Edge
  before(async () => void (edge = await createEdge()))
  after(() => edge.close())

  it('opens, shows, changes and lists them', async () => {
    const { body: user } = await edge.post('/v2/users', {})
    const asked = { id: '7', user_id: user.id, currency: 'EUR', credit_limit: '10', initial_balance: '100.5' }
    const made = await edge.post('/v2/accounts', { ...asked, metadata: { kind: 'main' } })
    assert.deepEqual(
      [made.status, made.headers['location'], made.headers['etag']],
      [201, '/v2/accounts/7', '"1"'],
    )
    assert.deepEqual(made.body.balances, {
      posted: '100.50',
      held: '0.00',
      incoming: '0.00',
      available: '110.50',
    })
    assert.deepEqual([made.body.status, made.body.closed_at], ['open', null])
    assert.equal(made.body.credit_limit, '10.00')

    const changed = await edge.patch('/v2/accounts/7', { credit_limit: '20' }, { 'if-match': '"1"' })
    assert.deepEqual([changed.status, changed.headers['etag']], [200, '"2"'])
    assert.equal(changed.body.balances.available, '120.50')
    assert.deepEqual((await edge.get('/v2/accounts/7')).body, changed.body)
    const stale = await edge.patch('/v2/accounts/7', { credit_limit: '20' }, { 'if-match': '"1"' })
    assert.equal(stale.status, 412)

    const mine = await edge.get(`/v2/accounts?user_id=${user.id}`)
    assert.deepEqual(mine.body, { data: [changed.body], next_cursor: null })
    const all = (await edge.get('/v2/accounts?currency=EUR')).body.data
    const external = all.find(({ kind }: { kind: string }) => kind === 'external')
    assert.deepEqual([external.balances.posted, external.balances.available], ['-100.50', null])
    const system = await edge.patch(`/v2/accounts/${external.id}`, { credit_limit: '0' })
    assert.deepEqual([system.status, system.body.code], [422, 'system_account'])
  })

  it('refuses, naming the field', async () => {
    for (const [body, status, field] of [
      [{ id: 7, currency: 'EUR' }, 422, 'id'],
      [{ id: '7', currency: 'EUR' }, 409, 'id'],
      [{}, 422, 'currency'],
      [{ currency: 'ABC' }, 422, 'currency'],
      [{ currency: 'EUR', initial_balance: '1.123' }, 422, 'initial_balance'],
      [{ currency: 'JPY', initial_balance: '1.5' }, 422, 'initial_balance'],
      [{ currency: 'EUR', credit_limit: '-1' }, 422, 'credit_limit'],
      [{ currency: 'EUR', user_id: MISSING }, 422, 'user_id'],
    ] as const) {
      const answer = await edge.post('/v2/accounts', body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [status, field], JSON.stringify(body))
    }
    assert.equal((await edge.patch('/v2/accounts/404', { credit_limit: '1' })).status, 404)
    assert.equal((await edge.get('/v2/accounts/404')).status, 404)
    assert.equal((await edge.get('/v2/accounts/404/entries')).status, 404)
  })

  it('closes an account that is empty, or sweeps what is left', async () => {
    for (const id of ['50', '51']) {
      await edge.post('/v2/accounts', { id, currency: 'EUR', initial_balance: '5' })
    }
    await edge.post('/v2/accounts', { id: '52', currency: 'JPY' })
    const close = (body?: object, headers = {}) =>
      edge.ask('/v2/accounts/50/close', { method: 'POST', body, headers })
    const full = await close()
    assert.deepEqual(
      [full.status, full.body.code, full.body.errors[0].field],
      [422, 'balance_not_zero', 'id'],
    )
    const other = await close({ sweep_to: '52' })
    assert.deepEqual([other.body.code, other.body.errors[0].field], ['currency_mismatch', 'sweep_to'])
    assert.equal((await close({ sweep_to: '51' }, { 'if-match': '"2"' })).status, 412)
    const key = { 'idempotency-key': 'close-50' }
    const closed = await close({ sweep_to: '51' }, { 'if-match': '"1"', ...key })
    assert.deepEqual(
      [closed.status, closed.body.status, closed.body.balances.posted, closed.headers['etag']],
      [200, 'closed', '0.00', '"2"'],
    )
    assert.equal(closed.body.closed_at, closed.body.updated_at)
    assert.deepEqual((await close({ sweep_to: '51' }, { 'if-match': '"1"', ...key })).body, closed.body)
    assert.equal((await edge.get('/v2/accounts/51')).body.balances.posted, '10.00')
    const late = await edge.post('/v2/transfers', {
      source: '51',
      destination: '50',
      amount: '1',
      currency: 'EUR',
    })
    assert.deepEqual([late.body.code, late.body.errors[0].field], ['account_closed', 'destination'])
    assert.equal((await edge.post('/v2/accounts/404/close', {})).status, 404)
  })

  it('shows a wallet with totals per currency', async () => {
    const { body: user } = await edge.post('/v2/users', {})
    for (const [currency, initial] of [
      ['EUR', '1.10'],
      ['EUR', '2.20'],
      ['JPY', '300'],
    ] as const) {
      await edge.post('/v2/accounts', { user_id: user.id, currency, initial_balance: initial })
    }
    const { body } = await edge.get(`/v2/users/${user.id}/wallet`)
    assert.equal(body.accounts.length, 3)
    const nothing = (zero: string) => ({ held: zero, incoming: zero })
    assert.deepEqual(body.totals, [
      { currency: 'EUR', accounts: 2, balances: { posted: '3.30', ...nothing('0.00'), available: '3.30' } },
      { currency: 'JPY', accounts: 1, balances: { posted: '300', ...nothing('0'), available: '300' } },
    ])
  })
})
