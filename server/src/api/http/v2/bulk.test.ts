import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'

describe('v2 bulks', () => {
  let edge: Edge
  const item = { source: '1', destination: '2', amount: '1', currency: 'EUR' }
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '1000' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
  })
  after(() => edge.close())

  const bulk = (mode: string, items: unknown[], headers: Record<string, string> = {}) =>
    edge.post('/v2/transfers/bulk', { mode, items }, headers)
  const posted = async () => (await edge.get('/v2/accounts/2')).body.balances.posted
  const brief = ({ index, status, error }: Loose) => [index, status, error?.code, error?.errors[0]?.field]

  it('posts all or none, and names the item that fails', async () => {
    const made = await bulk('atomic', [item, { postings: [item, item] }])
    assert.equal(made.status, 200)
    assert.deepEqual(made.body.results.map(brief), [
      [0, 'posted', undefined, undefined],
      [1, 'posted', undefined, undefined],
    ])
    assert.equal(made.body.results[1].transfer.postings[1].destination_balance_after, '3.00')

    const refused = await bulk('atomic', [item, { ...item, amount: '5000' }, item])
    assert.deepEqual([refused.status, refused.body.errors[0].field], [422, 'items[1].source'])
    const failed = await edge.get(`/v2/transfers/${refused.body.transfer_id}`)
    assert.equal(failed.body.status, 'failed')
    const invalid = await bulk('atomic', [item, { postings: [item, { ...item, currency: 'ABC' }] }])
    assert.deepEqual([invalid.status, invalid.body.errors[0].field], [422, 'items[1].postings[1].currency'])
    assert.equal(await posted(), '3.00')
  })

  it('gives each item its outcome', async () => {
    const { status, body } = await bulk('independent', [
      { ...item, amount: '5000' },
      { ...item, currency: 'ABC' },
      { postings: [{ ...item, amount: '1.001' }] },
      item,
      { ...item, linked: true },
      { ...item, destination: '404' },
    ])
    assert.equal(status, 200)
    assert.deepEqual(body.results.map(brief), [
      [0, 'failed', 'insufficient_funds', 'source'],
      [1, 'failed', 'validation_failed', 'currency'],
      [2, 'failed', 'validation_failed', 'postings[0].amount'],
      [3, 'posted', undefined, undefined],
      [4, 'not_posted', 'linked_failed', undefined],
      [5, 'failed', 'account_not_found', 'destination'],
    ])
    assert.equal(body.results[0].error.explanation.passes.top_up, '4003.00')
    assert.match(body.results[4].error.detail, /item 5/)
  })

  it('refuses the whole request for what has no form, naming the item', async () => {
    const many = Array.from({ length: 10_001 }, () => item)
    for (const [body, field] of [
      [{ mode: 'independent', items: [] }, 'items'],
      [{ mode: 'independent', items: many }, 'items'],
      [{ mode: 'some', items: [item] }, 'mode'],
      [{ mode: 'independent', items: [item, { ...item, amount: 1 }] }, 'items[1].amount'],
      [{ mode: 'independent', items: [item, { amount: '1' }] }, 'items[1].source'],
      [{ mode: 'independent', items: [item, { ...item, linked: true }] }, 'items[1].linked'],
      [{ mode: 'independent', items: [{ ...item, idempotency_key: 'a b' }] }, 'items[0].idempotency_key'],
      [{ mode: 'independent', items: [{ ...item, colour: 'red' }] }, 'items[0].colour'],
    ] as const) {
      const answer = await edge.post('/v2/transfers/bulk', body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], field)
    }
  })

  it('takes 10,000 items, and is told again under the same key', async () => {
    const before_ = await posted()
    const items = Array.from({ length: 10_000 }, () => ({ ...item, amount: '0.01' }))
    const key = { 'idempotency-key': 'payroll' }
    const first = await bulk('independent', items, key)
    assert.equal(first.status, 200)
    assert.equal(first.body.results.at(-1).index, 9999)
    assert.ok(first.body.results.every(({ status }: Loose) => status === 'posted'))
    const again = await bulk('independent', items.slice(0, 10), key)
    assert.deepEqual(again.body.results, first.body.results.slice(0, 10))
    assert.equal(Number(await posted()), Number(before_) + 100)
    const alone = await edge.post('/v2/transfers', items[7], { 'idempotency-key': 'payroll/7' })
    assert.equal(alone.headers['idempotency-replayed'], 'true')
  })

  it('replays an atomic bulk', async () => {
    const key = { 'idempotency-key': 'once' }
    const first = await bulk('atomic', [item, item], key)
    const again = await bulk('atomic', [item, item], key)
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
  })

  it('answers line by line when asked to', async () => {
    for (const mode of ['atomic', 'independent']) {
      const { statusCode, headers, body } = await edge.app.inject({
        method: 'POST',
        url: '/v2/transfers/bulk',
        headers: { accept: 'application/x-ndjson', 'content-type': 'application/json' },
        payload: JSON.stringify({ mode, items: [item, item, item] }),
      })
      assert.deepEqual([statusCode, headers['content-type']], [200, 'application/x-ndjson'])
      const lines = body
        .trimEnd()
        .split('\n')
        .map((line): Loose => JSON.parse(line))
      assert.deepEqual(
        lines.map(({ index, status }) => [index, status]),
        [
          [0, 'posted'],
          [1, 'posted'],
          [2, 'posted'],
        ],
      )
    }
    const refused = await edge.app.inject({
      method: 'POST',
      url: '/v2/transfers/bulk',
      headers: {
        accept: 'application/x-ndjson',
        'content-type': 'application/json',
        'idempotency-key': 'k'.repeat(255),
      },
      payload: JSON.stringify({ mode: 'independent', items: [item] }),
    })
    assert.deepEqual([refused.statusCode, refused.json().errors[0].field], [422, 'Idempotency-Key'])
  })

  it('takes a body of more than 1 MiB, not one of more than 16', async () => {
    const large = { ...item, metadata: { text: 'x'.repeat(500) } }
    const ok = await bulk(
      'atomic',
      Array.from({ length: 3000 }, () => ({ ...large, amount: '0.01' })),
    )
    assert.equal(ok.status, 200)
    const padded = `${JSON.stringify({ mode: 'atomic', items: [item] })}${' '.repeat(16 * 1024 * 1024)}`
    const over = await edge.post('/v2/transfers/bulk', padded)
    assert.deepEqual([over.status, over.body.code], [413, 'body_too_large'])
    assert.match(over.body.detail, /16777216/)
  })
})
