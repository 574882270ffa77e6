import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v2 events', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '1' })
  })
  after(() => edge.close())

  it('shows everything in order, once, whatever the page size', async () => {
    const all = (await edge.get('/v2/events')).body
    assert.deepEqual(
      all.data.map(({ type }: { type: string }) => type),
      ['currency.created', 'account.created', 'account.created', 'transfer.posted'],
    )
    const seen: unknown[] = []
    let after_ = '0-0'
    for (let i = 0; i < 4; i += 1) {
      const { body } = await edge.get(`/v2/events?limit=1&after=${after_}`)
      seen.push(...body.data)
      after_ = body.next_cursor
    }
    assert.deepEqual(seen, all.data)
    const end = (await edge.get(`/v2/events?after=${after_}`)).body
    assert.deepEqual(end, { data: [], next_cursor: after_ })
  })

  it('filters by type, and goes on past the others', async () => {
    const { body } = await edge.get('/v2/events?types=transfer.posted&limit=1')
    assert.deepEqual(
      body.data.map(({ type }: { type: string }) => type),
      ['transfer.posted'],
    )
    for (const [query, field] of [
      ['types=transfer.lost', 'types'],
      ['after=1', 'after'],
      ['wait=31', 'wait'],
      ['wait=1.5', 'wait'],
    ] as const) {
      const answer = await edge.get(`/v2/events?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field])
    }
  })

  it('waits for the next event', async () => {
    const { next_cursor: end } = (await edge.get('/v2/events')).body
    const waiting = edge.get(`/v2/events?after=${end}&wait=20`)
    await edge.post('/v2/users', {})
    assert.deepEqual(
      (await waiting).body.data.map(({ type }: { type: string }) => type),
      ['user.created'],
    )
  })
})
