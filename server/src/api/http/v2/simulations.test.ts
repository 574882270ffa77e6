import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v2 simulations', () => {
  let edge: Edge
  const leg = { source: '1', destination: '2', amount: '30', currency: 'EUR' }
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  it('tells what would be posted, and records nothing', async () => {
    const before_ = (await edge.get('/v2/events')).body
    const { status, body } = await edge.post('/v2/transfers/simulate', leg)
    assert.deepEqual([status, body.would, body.status, body.problem], [200, 'post', 201, undefined])
    assert.deepEqual(body.entries, [
      { account_id: '1', number: '2', amount: '-30.00', balance_after: '70.00' },
      { account_id: '2', number: '1', amount: '30.00', balance_after: '30.00' },
    ])
    assert.equal(body.transfer.status, 'posted')
    assert.equal((await edge.get(`/v2/transfers/${body.transfer.id}`)).status, 404)
    assert.deepEqual((await edge.get('/v2/events')).body, before_)
  })

  it('tells why it would be refused, as the real answer does', async () => {
    const asked = { ...leg, amount: '1000' }
    const { body: simulated } = await edge.post('/v2/transfers/simulate', asked)
    const real = await edge.post('/v2/transfers', asked)
    assert.deepEqual([simulated.would, simulated.status, simulated.entries], ['refuse', real.status, []])
    const { instance: _, transfer_id: __, request_id: ___, trace_id: _t, ...told } = real.body
    const { request_id: ____, trace_id: _u, ...problem } = simulated.problem
    assert.deepEqual(problem, told)
    assert.equal(simulated.transfer.failure.code, 'insufficient_funds')
    const invalid = await edge.post('/v2/transfers/simulate', { ...leg, amount: '1.001' })
    assert.deepEqual([invalid.status, invalid.body.errors[0].field], [422, 'amount'])
  })

  it('leaves the idempotency key unused, and shows what an id that was used would be answered', async () => {
    const key = { 'idempotency-key': 'tried' }
    await edge.post('/v2/transfers/simulate', leg, key)
    const id = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e71'
    const real = await edge.post('/v2/transfers', { ...leg, id }, key)
    assert.deepEqual([real.status, real.headers['idempotency-replayed']], [201, undefined])
    const again = await edge.post('/v2/transfers/simulate', { ...leg, id })
    assert.deepEqual([again.body.would, again.body.transfer, again.body.entries], ['post', real.body, []])
    const other = await edge.post('/v2/transfers/simulate', { ...leg, id, amount: '1' })
    assert.deepEqual([other.body.would, other.body.transfer], ['refuse', null])
    assert.equal(other.body.problem.code, 'transfer_id_reused')
  })
})
