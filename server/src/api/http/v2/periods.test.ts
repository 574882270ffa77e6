import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString()

describe('v2 periods', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  const close = (through: unknown, headers = {}) => edge.post('/v2/periods/close', { through }, headers)

  it('closes the books, and nothing takes effect before', async () => {
    assert.deepEqual((await edge.get('/v2/periods')).body, { closed_through: null })
    const through = daysAgo(5)
    const key = { 'idempotency-key': 'october' }
    const closed = await close(through, key)
    assert.deepEqual([closed.status, closed.body], [201, { closed_through: through.replace('Z', '000Z') }])
    assert.equal((await close(through, key)).headers['idempotency-replayed'], 'true')
    assert.deepEqual((await edge.get('/v2/periods')).body, closed.body)

    const leg = { source: '1', destination: '2', amount: '1', currency: 'EUR' }
    const late = await edge.post('/v2/transfers', { ...leg, effective_at: through })
    assert.deepEqual(
      [late.status, late.body.code, late.body.errors[0].field],
      [422, 'period_closed', 'effective_at'],
    )
    assert.equal((await edge.post('/v2/transfers', { ...leg, effective_at: daysAgo(4) })).status, 201)
  })

  it('refuses what cannot be closed', async () => {
    for (const [through, code] of [
      [daysAgo(6), 'period_not_closable'],
      [daysAgo(-1), 'period_not_closable'],
      ['October', 'validation_failed'],
      [undefined, 'validation_failed'],
    ] as const) {
      const answer = await close(through)
      assert.deepEqual([answer.status, answer.body.code, answer.body.errors[0].field], [422, code, 'through'])
    }
  })
})
