import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v2 transfers', () => {
  let edge: Edge
  const flat = { source: '1', destination: '2', amount: '1.25', currency: 'EUR' }
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

  it('moves money flat and in several postings, and shows it', async () => {
    const one = await edge.post('/v2/transfers', { ...flat, reference: 'order 1', metadata: { a: 'b' } })
    assert.equal(one.status, 201)
    assert.equal(one.headers['location'], `/v2/transfers/${one.body.id}`)
    assert.deepEqual(one.body.postings, [
      {
        ...flat,
        source_entry: '2',
        source_balance_after: '98.75',
        destination_entry: '1',
        destination_balance_after: '1.25',
        role: null,
        reversed_amount: '0.00',
      },
    ])
    assert.deepEqual((await edge.get(`/v2/transfers/${one.body.id}`)).body, one.body)

    const postings = [
      { ...flat, amount: '5.00' },
      { ...flat, source: '2', destination: '3', amount: '0.25' },
    ]
    const two = await edge.post('/v2/transfers', { postings })
    assert.equal(two.status, 201)
    assert.equal(two.body.postings[1].destination_balance_after, '0.25')
  })

  it('takes exactly one form', async () => {
    for (const [body, field] of [
      [{ ...flat, postings: [flat] }, 'source'],
      [{ postings: [flat], currency: 'EUR' }, 'currency'],
      [{}, 'source'],
      [{ postings: [] }, 'postings'],
      [{ postings: Array.from({ length: 101 }, () => flat) }, 'postings'],
      [{ postings: [flat, { ...flat, amount: '0' }] }, 'postings[1].amount'],
      [{ postings: [{ ...flat, source: '404' }] }, 'postings[0].source'],
      [{ ...flat, source: '404' }, 'source'],
      [{ ...flat, currency: 'ABC' }, 'currency'],
      [{ ...flat, reference: 'x'.repeat(256) }, 'reference'],
    ] as const) {
      const answer = await edge.post('/v2/transfers', body)
      assert.deepEqual(
        [answer.status, answer.body.errors[0].field],
        [422, field],
        JSON.stringify(body).slice(0, 80),
      )
    }
  })

  it('gives the first answer again under the same id', async () => {
    const id = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e71'
    const first = await edge.post('/v2/transfers', { ...flat, id })
    const again = await edge.post('/v2/transfers', { postings: [flat], id: id.toUpperCase() })
    assert.deepEqual([again.status, again.body], [201, first.body])
    assert.equal(again.headers['idempotency-replayed'], 'true')
    const other = await edge.post('/v2/transfers', { ...flat, id, amount: '2' })
    assert.deepEqual(
      [other.status, other.body.code, other.body.errors[0].field],
      [422, 'transfer_id_reused', 'id'],
    )
  })

  it('replays a refusal, and records it once', async () => {
    const key = { 'idempotency-key': 'refused' }
    const asked = { ...flat, source: '3', amount: '5000' }
    const [first, again] = [
      await edge.post('/v2/transfers', asked, key),
      await edge.post('/v2/transfers', asked, key),
    ]
    assert.deepEqual([first.status, again.status], [422, 422])
    const { request_id: _, trace_id: _t, ...problem } = first.body
    const { request_id: __, trace_id: _u, ...problemAgain } = again.body
    assert.deepEqual(problemAgain, problem)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    const failed = await edge.get('/v2/transfers?account_id=3&status=failed')
    assert.deepEqual(
      failed.body.data.map(({ id }: { id: string }) => id),
      [problem.transfer_id],
    )
    assert.equal(failed.body.data[0].failure.field, 'postings[0].source')
  })

  it('refuses an idempotency key that is none', async () => {
    for (const key of ['', 'a b', 'é', 'k'.repeat(256)]) {
      const answer = await edge.post('/v2/transfers', flat, { 'idempotency-key': key })
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'Idempotency-Key'], key)
    }
  })

  it('moves what is available: all, or up to so much', async () => {
    await edge.post('/v2/accounts', { id: '4', currency: 'EUR', initial_balance: '10' })
    const upTo = { ...flat, source: '4', amount: { max: '7' } }
    const some = await edge.post('/v2/transfers', upTo)
    const [posting] = some.body.postings
    assert.deepEqual([posting.amount, posting.role, posting.max], ['7.00', 'balancing', '7.00'])
    const rest = await edge.post('/v2/transfers', { postings: [{ ...upTo, amount: 'all' }] })
    assert.deepEqual([rest.body.postings[0].amount, rest.body.postings[0].max], ['3.00', null])
    const nothing = await edge.post('/v2/transfers', upTo)
    assert.deepEqual([nothing.body.code, nothing.body.errors[0].field], ['insufficient_funds', 'source'])
    for (const amount of [{ max: '0' }, { max: 1 }, { max: '1', min: '1' }, {}, 'ALL', { max: 'all' }]) {
      const answer = await edge.post('/v2/transfers', { ...upTo, amount })
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'amount'], JSON.stringify(amount))
    }
  })

  it('takes effect when it is told to, within bounds', async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
    const effective = daysAgo(30)
    const { status, body } = await edge.post('/v2/transfers', { ...flat, effective_at: effective })
    assert.deepEqual([status, body.effective_at], [201, effective.replace('Z', '000Z')])
    assert.ok(body.created_at > body.effective_at)
    const plain = (await edge.post('/v2/transfers', flat)).body
    assert.equal(plain.effective_at, plain.created_at)
    for (const [at, code] of [
      [daysAgo(31.01), 'effective_at_too_early'],
      [daysAgo(-1), 'effective_at_in_future'],
      ['yesterday', 'validation_failed'],
    ] as const) {
      const answer = await edge.post('/v2/transfers', { ...flat, effective_at: at })
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.errors[0].field],
        [422, code, 'effective_at'],
      )
    }
  })

  it('filters by account, reference, status and time', async () => {
    const ids = async (query: string) => (await edge.get(`/v2/transfers?${query}`)).body.data.length
    assert.equal(await ids('reference=order%201'), 1)
    assert.equal(await ids('account_id=3&status=posted'), 1)
    assert.equal(await ids('from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00%2B02:00'), 0)
    assert.ok((await ids('from=2000-01-01T00:00:00+02:00')) > 3)
    for (const time of [
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-01-01',
      '2026-01-01T00:00:60Z',
      '2026-13-01T00:00:00Z',
    ]) {
      const answer = await edge.get(`/v2/transfers?from=${time}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'from'], time)
    }
  })
})
