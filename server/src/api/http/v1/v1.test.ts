import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v1', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    assert.equal((await edge.post('/v1/accounts', { account_id: 1001, initial_balance: '500' })).status, 201)
    assert.equal((await edge.post('/v1/accounts', { account_id: 2002 })).status, 201)
  })
  after(() => edge.close())

  it('opens an account and shows it', async () => {
    const made = await edge.post('/v1/accounts', { account_id: 42, initial_balance: '0.50' })
    assert.equal(made.status, 201)
    assert.equal(made.headers['location'], '/v1/accounts/42')
    assert.deepEqual(made.body, { account_id: 42, balance: '0.5' })
    const shown = await edge.get('/v1/accounts/42')
    assert.equal(shown.status, 200)
    assert.deepEqual(shown.body, { account_id: 42, balance: '0.5' })
    assert.equal(shown.headers['cache-control'], 'no-store')
  })

  it('answers 409 for an account that exists, and names account_id', async () => {
    const { status, body } = await edge.post('/v1/accounts', { account_id: '1001' })
    assert.equal(status, 409)
    assert.equal(body.code, 'account_exists')
    assert.equal(body.errors[0].field, 'account_id')
  })

  it('prints ids above 2^53 - 1 as strings, and takes them as strings', async () => {
    const id = '9223372036854775807'
    assert.deepEqual((await edge.post('/v1/accounts', { account_id: id })).body, {
      account_id: id,
      balance: '0',
    })
    assert.equal((await edge.get(`/v1/accounts/${id}`)).body.account_id, id)
    const last = await edge.post('/v1/accounts', { account_id: Number.MAX_SAFE_INTEGER })
    assert.equal(last.body.account_id, Number.MAX_SAFE_INTEGER)
  })

  for (const path of ['/v1/transfers', '/v1/transactions']) {
    it(`moves money at ${path} and answers with the balances after`, async () => {
      const before_ = await balances(edge)
      const made = await edge.post(path, {
        source_account_id: '1001',
        destination_account_id: 2002,
        amount: '1.5',
      })
      assert.equal(made.status, 201)
      assert.equal(made.headers['location'], `${path}/${made.body.id}`)
      const { id, created_at: createdAt, ...rest } = made.body
      assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      assert.deepEqual(rest, {
        source_account_id: 1001,
        destination_account_id: 2002,
        amount: '1.5',
        status: 'posted',
        source_balance_after: String(before_[0] - 1.5),
        destination_balance_after: String(before_[1] + 1.5),
        failure: null,
      })
      for (const name of ['/v1/transfers', '/v1/transactions']) {
        assert.deepEqual((await edge.get(`${name}/${id}`)).body, made.body)
      }
    })
  }

  it('records a refused transfer, and shows it', async () => {
    const asked = { source_account_id: 2002, destination_account_id: 1001, amount: '9999' }
    const { status, body } = await edge.post('/v1/transfers', asked)
    assert.equal(status, 422)
    assert.equal(body.code, 'insufficient_funds')
    assert.equal(body.errors[0].field, 'source_account_id')
    assert.equal(body.instance, `/v1/transfers/${body.transfer_id}`)
    const shown = await edge.get(body.instance)
    assert.equal(shown.body.status, 'failed')
    assert.equal(shown.body.failure.code, 'insufficient_funds')
    assert.equal(shown.body.source_balance_after, null)
  })

  it('hides what is not its own', async () => {
    const eur = (await edge.post('/v2/accounts', { currency: 'EUR', initial_balance: '5' })).body
    assert.equal((await edge.get(`/v1/accounts/${eur.id}`)).status, 404)
    const [funding] = (await edge.get(`/v2/transfers?account_id=${eur.id}`)).body.data
    assert.equal((await edge.get(`/v1/transfers/${funding.id}`)).status, 404)
    const external = (await edge.get('/v2/accounts?currency=XXX&limit=1000')).body.data
    const system = external.find((account: { kind: string }) => account.kind === 'external')
    assert.equal((await edge.get(`/v1/accounts/${system.id}`)).status, 404)

    const leg = { source: '1001', destination: '2002', amount: '1', currency: 'XXX' }
    const two = await edge.post('/v2/transfers', { postings: [leg, leg] })
    assert.equal(two.status, 201)
    assert.equal((await edge.get(`/v1/transfers/${two.body.id}`)).status, 404)
  })

  it('shows the balances after a fee, and nothing of the fee or of why a rule refused', async () => {
    await edge.post('/v1/accounts', { account_id: 61, initial_balance: '100' })
    await edge.post('/v1/accounts', { account_id: 62 })
    const rules = { maximum: '50', fee: { account: '62', fixed: '1.5' } }
    await edge.post('/v2/policies', { account_id: '61', rules })
    const asked = { source_account_id: 61, destination_account_id: 2002, amount: '10' }
    const made = await edge.post('/v1/transfers', asked)
    assert.deepEqual([made.status, made.body.amount, made.body.source_balance_after], [201, '10', '88.5'])
    assert.deepEqual((await edge.get(`/v1/transfers/${made.body.id}`)).body, made.body)
    const refused = await edge.post('/v1/transfers', { ...asked, amount: '51' })
    assert.deepEqual([refused.status, refused.body.code], [422, 'amount_above_maximum'])
    assert.equal('explanation' in refused.body, false)
    assert.deepEqual(Object.keys((await edge.get(refused.body.instance)).body.failure), ['code', 'message'])
    for (const amount of ['all', { max: '1' }]) {
      const answer = await edge.post('/v1/transfers', { ...asked, amount })
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'amount'])
    }
  })

  it('answers 404 for what is missing', async () => {
    const account = await edge.get('/v1/accounts/777')
    assert.deepEqual([account.status, account.body.code], [404, 'account_not_found'])
    const transfer = await edge.get('/v1/transfers/019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70')
    assert.deepEqual([transfer.status, transfer.body.code], [404, 'transfer_not_found'])
  })

  it('gives the first answer again under the same idempotency key, over both names', async () => {
    const asked = { source_account_id: 1001, destination_account_id: 2002, amount: '2' }
    const key = { 'idempotency-key': 'v1-key' }
    const first = await edge.post('/v1/transfers', asked, key)
    const state = await balances(edge)
    const again = await edge.post(
      '/v1/transactions',
      { ...asked, source_account_id: '1001', amount: '2.00' },
      key,
    )
    assert.deepEqual([again.status, again.body], [201, first.body])
    assert.equal(first.headers['idempotency-replayed'], undefined)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.deepEqual(await balances(edge), state)

    const other = await edge.post('/v1/transfers', { ...asked, amount: '3' }, key)
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused'])
  })
})

async function balances(edge: Edge): Promise<[number, number]> {
  const [a, b] = await Promise.all([edge.get('/v1/accounts/1001'), edge.get('/v1/accounts/2002')])
  return [Number(a.body.balance), Number(b.body.balance)]
}
