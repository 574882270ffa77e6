import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { bought, sold } from './quote.ts'

const rateOf = (numerator: bigint, denominator: bigint) => ({ numerator, denominator })

test('what is bought is rounded down, what is sold is rounded up', () => {
  // 1 EUR is 1.1 USD; 1 EUR is 160.5 JPY, which have no digits after the point; 1 ETH is 2000 EUR.
  assert.equal(bought(1001n, rateOf(11n, 10n), 2, 2), 1101n)
  assert.equal(sold(1101n, rateOf(11n, 10n), 2, 2), 1001n)
  assert.equal(bought(99n, rateOf(321n, 2n), 2, 0), 158n)
  assert.equal(sold(158n, rateOf(321n, 2n), 2, 0), 99n)
  assert.equal(sold(1n, rateOf(321n, 2n), 2, 0), 1n)
  assert.equal(bought(1n, rateOf(2000n, 1n), 18, 2), 0n)
  assert.equal(sold(1n, rateOf(2000n, 1n), 18, 2), 5n * 10n ** 12n)
})

test('either way the operator is never short, and by less than a unit over', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 38n - 1n })
  const part = fc.bigInt({ min: 1n, max: 10n ** 12n })
  const scale = fc.integer({ min: 0, max: 18 })
  fc.assert(
    fc.property(amount, part, part, scale, scale, (minor, numerator, denominator, from, to) => {
      const rate = rateOf(numerator, denominator)
      const worth = (sell: bigint): bigint => sell * numerator * 10n ** BigInt(to)
      const price = (buy: bigint): bigint => buy * denominator * 10n ** BigInt(from)
      const buy = bought(minor, rate, from, to)
      assert.ok(price(buy) <= worth(minor) && price(buy + 1n) > worth(minor))
      const sell = sold(minor, rate, from, to)
      assert.ok(worth(sell) >= price(minor) && worth(sell - 1n) < price(minor))
    }),
    { seed: testSeed(), numRuns: 1000 },
  )
})
