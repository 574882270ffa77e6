import assert from 'node:assert/strict'
import test from 'node:test'
import { decideLines } from '#test/lines.ts'
import { quoteOf, transferOf } from '#test/shorthand-words.ts'

const GIVEN = [
  'open 1 EUR 100.00',
  'open 2 USD',
  'open 8 EUR',
  'open 9 USD 200.00',
  'quote q 100.00 EUR 110.00 USD via=8>9 rate=11/10 expires=01:00',
]

test('a conversion is one transfer in two currencies, and the quote knows it', () => {
  const { outcome, changes, state } = decideLines(...GIVEN, 'convert q 1>2 id=x ref=trip')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'transfer')
  const { origin, reference, postings } = outcome.result
  assert.deepEqual([origin, reference], [{ kind: 'conversion', quoteId: quoteOf('q') }, 'trip'])
  assert.deepEqual(
    postings.map(({ source, destination, amount, currency }) => [source, destination, amount, currency]),
    [
      ['1', '8', 10_000n, 'EUR'],
      ['9', '2', 11_000n, 'USD'],
    ],
  )
  assert.equal(state.quotes.get(quoteOf('q'))?.transferId, transferOf('x'))
  assert.equal(changes.created.has(quoteOf('q')), false)
})

test('a refused conversion is recorded as a transfer, and the quote is still open', () => {
  const { outcome, state } = decideLines(...GIVEN, 'pay 1>8 1.00 EUR', 'convert q 1>2')
  assert.ok(outcome.kind === 'rejected')
  assert.deepEqual(outcome.transfer?.origin, { kind: 'conversion', quoteId: quoteOf('q') })
  assert.equal(state.quotes.get(quoteOf('q'))?.transferId, null)
})
