import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 exchange', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/currencies', { code: 'GEM', scale: 0, name: 'Gem' })
    for (const [id, currency, initial] of [
      ['1', 'EUR', '100'],
      ['2', 'JPY', '0'],
      ['3', 'EUR', '0'],
      ['9001', 'EUR', '1000'],
      ['9002', 'JPY', '100000'],
    ] as const) {
      await edge.post('/v2/accounts', { id, currency, initial_balance: initial })
    }
  })
  after(() => edge.close())

  const pair = { sell_currency: 'EUR', buy_currency: 'JPY' }
  const quote = (body: object, headers = {}) => edge.post('/v2/fx/quotes', body, headers)
  const convert = (id: string, body: object = { source: '1', destination: '2' }, headers = {}) =>
    edge.post(`/v2/fx/quotes/${id}/convert`, body, headers)

  it('quotes what is given or what is wanted, and rounds for the house', async () => {
    const sold = await quote({ ...pair, sell_amount: '10.01' })
    assert.deepEqual([sold.status, sold.headers['location']], [201, `/v2/fx/quotes/${sold.body.id}`])
    assert.deepEqual(
      [sold.body.sell, sold.body.buy],
      [
        { currency: 'EUR', amount: '10.01', account: '9001' },
        { currency: 'JPY', amount: '1504', account: '9002' },
      ],
    )
    assert.deepEqual([sold.body.rate, sold.body.rounding], [{ numerator: '601', denominator: '4' }, 'down'])
    const openMs = Date.parse(sold.body.expires_at) - Date.parse(sold.body.created_at)
    assert.ok(openMs > 29_000 && openMs <= 30_000)
    assert.deepEqual((await edge.get(`/v2/fx/quotes/${sold.body.id}`)).body, sold.body)

    const wanted = await quote({ ...pair, buy_amount: '1000' })
    assert.deepEqual([wanted.body.sell.amount, wanted.body.rounding], ['6.66', 'up'])
    const back = await quote({ sell_currency: 'JPY', buy_currency: 'EUR', sell_amount: '1000' })
    assert.deepEqual([back.body.buy.amount, back.body.rate], ['6.65', { numerator: '4', denominator: '601' }])
  })

  it('converts once, as one transfer of two postings', async () => {
    const { body: open } = await quote({ ...pair, sell_amount: '10' })
    const made = await convert(open.id, {
      source: '1',
      destination: '2',
      reference: 'trip',
      metadata: { a: 'b' },
    })
    assert.deepEqual([made.status, made.headers['location']], [201, `/v2/transfers/${made.body.id}`])
    assert.deepEqual(
      made.body.postings.map(({ source, destination, amount, currency }: Loose) => [
        source,
        destination,
        amount,
        currency,
      ]),
      [
        ['1', '9001', '10.00', 'EUR'],
        ['9002', '2', '1502', 'JPY'],
      ],
    )
    assert.deepEqual(
      [made.body.quote_id, made.body.reference, made.body.reversed_amount],
      [open.id, 'trip', null],
    )
    assert.equal((await edge.get(`/v2/fx/quotes/${open.id}`)).body.transfer_id, made.body.id)
    const again = await convert(open.id)
    assert.deepEqual([again.status, again.body.code], [409, 'quote_used'])
  })

  it('gives the first answer again under the same key', async () => {
    const key = { 'idempotency-key': 'quote-1' }
    const asked = { ...pair, sell_amount: '1' }
    const first = await quote(asked, key)
    const again = await quote({ ...asked, sell_amount: '1.00' }, key)
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
    const convertKey = { 'idempotency-key': 'convert-1' }
    const made = await convert(first.body.id, undefined, convertKey)
    assert.deepEqual((await convert(first.body.id, undefined, convertKey)).body, made.body)
  })

  it('refuses, naming the field', async () => {
    for (const [body, code, field] of [
      [pair, 'validation_failed', 'sell_amount'],
      [{ ...pair, sell_amount: '1', buy_amount: '1' }, 'validation_failed', 'sell_amount'],
      [{ ...pair, sell_amount: '0' }, 'validation_failed', 'sell_amount'],
      [{ ...pair, sell_amount: '1.001' }, 'validation_failed', 'sell_amount'],
      [{ ...pair, buy_amount: '1.5' }, 'validation_failed', 'buy_amount'],
      [{ ...pair, buy_currency: 'EUR', sell_amount: '1' }, 'validation_failed', 'buy_currency'],
      [{ ...pair, buy_currency: 'ABC', sell_amount: '1' }, 'validation_failed', 'buy_currency'],
      [{ ...pair, sell_amount: '9'.repeat(36) }, 'validation_failed', 'sell_amount'],
      [{ ...pair, buy_currency: 'GEM', sell_amount: '1' }, 'validation_failed', 'sell_amount'],
      [{ ...pair, buy_currency: 'GEM', sell_amount: '10' }, 'fx_account_missing', 'buy_currency'],
      [{ sell_currency: 'JPY', buy_currency: 'GEM', sell_amount: '10' }, 'fx_rate_missing', 'buy_currency'],
    ] as const) {
      const answer = await quote(body)
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.errors[0].field],
        [422, code, field],
        JSON.stringify(body),
      )
    }
    const { body: open } = await quote({ ...pair, sell_amount: '50' })
    for (const [body, code, field] of [
      [{ source: '3', destination: '2' }, 'insufficient_funds', 'source'],
      [{ source: '1', destination: '404' }, 'account_not_found', 'destination'],
      [{ source: '1', destination: '3' }, 'currency_mismatch', 'destination'],
      [{ source: '9001', destination: '2' }, 'same_account', 'quote_id'],
      [{ source: '1' }, 'validation_failed', 'destination'],
    ] as const) {
      const answer = await convert(open.id, body)
      assert.deepEqual([answer.status, answer.body.code, answer.body.errors[0].field], [422, code, field])
    }
    const missing = await convert(MISSING)
    assert.deepEqual([missing.status, missing.body.code], [404, 'quote_not_found'])
    assert.equal((await edge.get(`/v2/fx/quotes/${MISSING}`)).status, 404)
  })
})
