import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const HOUR = 3600
const DAY = 24 * HOUR

describe('v2 test clock', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  const leg = { source: '1', destination: '2', amount: '10', currency: 'EUR' }
  const read = async () => (await edge.get('/v2/test-clock')).body
  const advance = (body: object) => edge.post('/v2/test-clock/advance', body)
  const later = (now: string, seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString()

  it('is put forward, by so much or to a moment', async () => {
    const start = await read()
    assert.ok(start.offset_seconds < 1)
    const hour = await advance({ seconds: HOUR })
    assert.equal(hour.status, 200)
    assert.ok(hour.body.now >= later(start.now, HOUR))
    assert.ok(Math.abs(hour.body.offset_seconds - HOUR) < 1)
    const moment = later(hour.body.now, HOUR)
    const { body } = await advance({ to: moment })
    assert.ok(body.now >= moment.replace('Z', '000Z'))
    const { created_at: at } = (await edge.post('/v2/transfers', { ...leg, amount: '1' })).body
    assert.ok(at >= body.now)
  })

  it('has released what is due when it answers', async () => {
    const { now } = await read()
    const hold = (seconds: number | null) =>
      edge.post('/v2/holds', { ...leg, expires_at: seconds === null ? null : later(now, seconds) })
    const [soon, late, never] = [await hold(HOUR), await hold(2 * HOUR), await hold(null)]
    await advance({ seconds: HOUR + 1 })
    const status = async (id: string) => (await edge.get(`/v2/holds/${id}`)).body.status
    assert.deepEqual(
      [await status(soon.body.id), await status(late.body.id), await status(never.body.id)],
      ['expired', 'open', 'open'],
    )
    const captured = await edge.post(`/v2/holds/${soon.body.id}/capture`, {})
    assert.deepEqual([captured.status, captured.body.code], [409, 'hold_expired'])
    assert.equal((await edge.get('/v2/accounts/1')).body.balances.held, '20.00')
    const { data } = (await edge.get('/v2/events?types=hold.expired')).body
    assert.deepEqual(
      data.map(({ principal, data: about }: { principal: string; data: { id: string } }) => [
        principal,
        about.id,
      ]),
      [['florin', soon.body.id]],
    )
  })

  it('lets windows slide', async () => {
    await edge.post('/v2/policies', {
      account_id: '1',
      rules: { velocity: [{ window: 'day', count: 4 }] },
    })
    const pay = async () => (await edge.post('/v2/transfers', { ...leg, amount: '1' })).status
    await advance({ seconds: 2 * DAY })
    // One hold is open, and counts.
    assert.deepEqual([await pay(), await pay(), await pay(), await pay()], [201, 201, 201, 422])
    await advance({ seconds: DAY + 1 })
    assert.equal(await pay(), 201)
  })

  it('goes neither back nor too far', async () => {
    for (const [body, field] of [
      [{}, 'seconds'],
      [{ seconds: 1, to: '2099-01-01T00:00:00Z' }, 'seconds'],
      [{ seconds: 0 }, 'seconds'],
      [{ seconds: -5 }, 'seconds'],
      [{ seconds: 1.5 }, 'seconds'],
      [{ seconds: 3650 * DAY + 1 }, 'seconds'],
      [{ seconds: 3650 * DAY }, 'seconds'],
      [{ to: '2001-01-01T00:00:00Z' }, 'to'],
      [{ to: '2999-01-01T00:00:00Z' }, 'to'],
    ] as const) {
      const answer = await advance(body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], JSON.stringify(body))
    }
  })

  it('stands in production', async () => {
    const production = await createEdge({ mode: 'production' })
    const { status, body } = await production.post('/v2/test-clock/advance', { seconds: 1 })
    assert.deepEqual([status, body.code], [403, 'test_clock_forbidden'])
    assert.equal((await production.get('/v2/test-clock')).body.offset_seconds, 0)
    await production.close()
  })
})
