import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 holds', () => {
  let edge: Edge
  const asked = { source: '1', destination: '2', amount: '30', currency: 'EUR' }
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  const balances = async (id: string) => (await edge.get(`/v2/accounts/${id}`)).body.balances
  const hold = async (rest: object = {}) => (await edge.post('/v2/holds', { ...asked, ...rest })).body
  const end = (id: string, how: 'capture' | 'release', body: unknown = {}) =>
    edge.post(`/v2/holds/${id}/${how}`, body)

  it('reserves, captures in parts with the reference of the hold, and releases the rest', async () => {
    const made = await edge.post('/v2/holds', { ...asked, reference: 'order 7', metadata: { a: 'b' } })
    assert.deepEqual([made.status, made.headers['location']], [201, `/v2/holds/${made.body.id}`])
    assert.deepEqual(
      [made.body.status, made.body.amount, made.body.captured, made.body.remaining, made.body.fee],
      ['open', '30.00', '0.00', '30.00', null],
    )
    assert.deepEqual(await balances('1'), {
      posted: '100.00',
      held: '30.00',
      incoming: '0.00',
      available: '70.00',
    })
    assert.equal((await balances('2')).incoming, '30.00')

    const part = await end(made.body.id, 'capture', { amount: '10.00' })
    assert.deepEqual([part.status, part.body.hold.status, part.body.hold.remaining], [200, 'open', '20.00'])
    assert.deepEqual(
      [part.body.transfer.hold_id, part.body.transfer.reference, part.body.transfer.metadata],
      [made.body.id, 'order 7', { a: 'b' }],
    )
    const rest = await end(made.body.id, 'capture', { amount: '5', release_rest: true })
    assert.deepEqual(
      [rest.body.hold.status, rest.body.hold.captured, rest.body.hold.remaining],
      ['captured', '15.00', '0.00'],
    )
    assert.deepEqual((await edge.get(`/v2/holds/${made.body.id}`)).body, rest.body.hold)
    assert.deepEqual([(await balances('1')).available, (await balances('2')).posted], ['85.00', '15.00'])
    const captures = (await edge.get(`/v2/transfers?hold_id=${made.body.id}`)).body.data
    assert.deepEqual(captures, [rest.body.transfer, part.body.transfer])
    const again = await end(made.body.id, 'capture')
    assert.deepEqual([again.status, again.body.code], [409, 'hold_captured'])
  })

  it('captures all without a body, and releases without one', async () => {
    const { id } = await hold({ amount: '1' })
    const captured = await edge.ask(`/v2/holds/${id}/capture`, { method: 'POST' })
    assert.deepEqual([captured.status, captured.body.hold.status], [200, 'captured'])
    const other = await hold({ amount: '1' })
    const released = await edge.ask(`/v2/holds/${other.id}/release`, { method: 'POST' })
    assert.deepEqual([released.status, released.body.status], [200, 'released'])
    const again = await end(other.id, 'release')
    assert.deepEqual([again.status, again.body.code], [409, 'hold_released'])
  })

  it('gives the first answer again under the same key', async () => {
    const key = { 'idempotency-key': 'hold-1' }
    const made = await edge.post('/v2/holds', { ...asked, amount: '1.5' }, key)
    const again = await edge.post('/v2/holds', { ...asked, amount: '1.50' }, key)
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [made.body, 'true'])
    const captureKey = { 'idempotency-key': 'capture-1' }
    const path = `/v2/holds/${made.body.id}/capture`
    const captured = await edge.post(path, {}, captureKey)
    assert.deepEqual((await edge.post(path, {}, captureKey)).body, captured.body)
  })

  it('refuses, naming the field', async () => {
    const open = await hold()
    for (const [path, body, status, field] of [
      ['/v2/holds', { ...asked, amount: '0' }, 422, 'amount'],
      ['/v2/holds', { ...asked, amount: 'all' }, 422, 'amount'],
      ['/v2/holds', { ...asked, amount: { max: '1' } }, 422, 'amount'],
      ['/v2/holds', { ...asked, amount: '1000' }, 422, 'source'],
      ['/v2/holds', { ...asked, destination: '404' }, 422, 'destination'],
      ['/v2/holds', { ...asked, currency: 'ABC' }, 422, 'currency'],
      ['/v2/holds', { ...asked, expires_at: '2001-01-01T00:00:00Z' }, 422, 'expires_at'],
      ['/v2/holds', { ...asked, expires_at: 'soon' }, 422, 'expires_at'],
      [`/v2/holds/${open.id}/capture`, { amount: '30.01' }, 422, 'amount'],
      [`/v2/holds/${open.id}/capture`, { amount: '1.001' }, 422, 'amount'],
      [`/v2/holds/${open.id}/capture`, { sum: '1' }, 422, 'sum'],
      [`/v2/holds/${open.id}/release`, { amount: '1' }, 422, 'amount'],
    ] as const) {
      const answer = await edge.post(path, body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [status, field], JSON.stringify(body))
    }
    for (const how of ['capture', 'release'] as const) {
      const answer = await end(MISSING, how)
      assert.deepEqual([answer.status, answer.body.code], [404, 'hold_not_found'])
    }
    assert.equal((await edge.get(`/v2/holds/${MISSING}`)).status, 404)
    await end(open.id, 'release')
  })

  it('explains a refusal in figures', async () => {
    const { body } = await edge.post('/v2/holds', { ...asked, amount: '1000' })
    const { rule, account, policy, saw, passes } = body.explanation
    assert.deepEqual([rule, account, policy, saw.asked], ['available', '1', null, '1000.00'])
    assert.equal(passes.amount_max, saw.available)
  })

  it('lists them newest first, by account and status', async () => {
    const first = await hold({ amount: '1' })
    const second = await hold({ amount: '1' })
    const ids = async (query: string) =>
      (await edge.get(`/v2/holds?${query}`)).body.data.map(({ id }: { id: string }) => id)
    assert.deepEqual((await ids('status=open&account_id=2')).slice(0, 2), [second.id, first.id])
    assert.deepEqual(await ids('account_id=3'), [])
    const page = (await edge.get('/v2/holds?limit=1&status=open')).body
    const next = (await edge.get(`/v2/holds?limit=1&cursor=${page.next_cursor}`)).body
    assert.deepEqual([page.data[0].id, next.data[0].id], [second.id, first.id])
  })
})
