import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 reversals', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    for (const [id, initial] of [
      ['1', '100'],
      ['2', '0'],
      ['3', '0'],
    ] as const) {
      await edge.post('/v2/accounts', { id, currency: 'EUR', initial_balance: initial })
    }
  })
  after(() => edge.close())

  const leg = { source: '1', destination: '2', amount: '10', currency: 'EUR' }
  const pay = async (body: object = leg) => (await edge.post('/v2/transfers', body)).body
  const reverse = (id: string, body: object = {}) => edge.post(`/v2/transfers/${id}/reverse`, body)
  const reversedAmount = async (id: string) => (await edge.get(`/v2/transfers/${id}`)).body.reversed_amount

  it('undoes a transfer in parts, and shows how much', async () => {
    const original = await pay({ ...leg, reference: 'order 7' })
    assert.deepEqual([original.reversed_amount, original.reversal_of], ['0.00', null])
    const part = await reverse(original.id, { amount: '4.00', metadata: { why: 'broken' } })
    assert.deepEqual([part.status, part.headers['location']], [201, `/v2/transfers/${part.body.id}`])
    assert.deepEqual(
      [part.body.reversal_of, part.body.reference, part.body.metadata],
      [original.id, 'order 7', { why: 'broken' }],
    )
    const [posting] = part.body.postings
    assert.deepEqual(
      [posting.source, posting.destination, posting.amount, posting.role, posting.reverses],
      ['2', '1', '4.00', 'reversal', 0],
    )
    assert.equal(await reversedAmount(original.id), '4.00')
    const rest = await edge.ask(`/v2/transfers/${original.id}/reverse`, { method: 'POST' })
    assert.deepEqual([rest.status, rest.body.postings[0].amount], [201, '6.00'])
    assert.equal(await reversedAmount(original.id), '10.00')
    const listed = (await edge.get(`/v2/transfers?reversal_of=${original.id}`)).body.data
    assert.deepEqual(
      listed.map(({ id }: { id: string }) => id),
      [rest.body.id, part.body.id],
    )
    const more = await reverse(original.id)
    assert.deepEqual([more.status, more.body.code], [422, 'reversal_exceeds_original'])
    const again = await reverse(part.body.id)
    assert.deepEqual([again.status, again.body.code], [422, 'reversal_of_reversal'])
  })

  it('undoes one posting of several, and all of them', async () => {
    const original = await pay({ postings: [leg, { ...leg, destination: '3', amount: '5' }] })
    const one = await reverse(original.id, { posting: 1, amount: '2', reference: 'refund' })
    assert.deepEqual(
      [one.body.postings.length, one.body.postings[0].source, one.body.reference],
      [1, '3', 'refund'],
    )
    const rest = await reverse(original.id)
    assert.deepEqual(
      rest.body.postings.map(({ amount, reverses }: { amount: string; reverses: number }) => [
        amount,
        reverses,
      ]),
      [
        ['10.00', 0],
        ['3.00', 1],
      ],
    )
    const { body } = await edge.get(`/v2/transfers/${original.id}`)
    assert.deepEqual([body.reversed_amount, body.postings[1].reversed_amount], ['15.00', '5.00'])
  })

  it('refuses, naming the field', async () => {
    const original = await pay()
    const two = await pay({ postings: [leg, leg] })
    await pay({ source: '2', destination: '3', amount: 'all', currency: 'EUR' })
    for (const [id, body, status, code, field] of [
      [original.id, { amount: '0' }, 422, 'validation_failed', 'amount'],
      [original.id, { amount: '1.001' }, 422, 'validation_failed', 'amount'],
      [original.id, { posting: 'x' }, 422, 'validation_failed', 'posting'],
      [original.id, { posting: 1 }, 422, 'posting_not_found', 'posting'],
      [original.id, { amount: '10.01' }, 422, 'reversal_exceeds_original', 'amount'],
      [two.id, { amount: '1' }, 422, 'posting_not_found', 'posting'],
      [original.id, {}, 422, 'insufficient_funds', 'transfer_id'],
    ] as const) {
      const answer = await reverse(id, body)
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.errors[0].field],
        [status, code, field],
        JSON.stringify(body),
      )
    }
    const refused = await reverse(original.id)
    const failed = await edge.get(refused.body.instance)
    assert.deepEqual(
      [failed.body.status, failed.body.reversal_of, failed.body.reversed_amount],
      ['failed', original.id, null],
    )
    const notPosted = await reverse(failed.body.id)
    assert.deepEqual([notPosted.status, notPosted.body.code], [422, 'transfer_not_posted'])
    const missing = await reverse(MISSING, { amount: '1' })
    assert.deepEqual([missing.status, missing.body.code], [404, 'transfer_not_found'])
  })

  it('gives the first answer again under the same key', async () => {
    const original = await pay()
    const path = `/v2/transfers/${original.id}/reverse`
    const key = { 'idempotency-key': 'refund-1' }
    const first = await edge.post(path, { amount: '1' }, key)
    const again = await edge.post(path, { amount: '1.00' }, key)
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
    assert.equal(await reversedAmount(original.id), '1.00')
  })
})
