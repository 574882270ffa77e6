import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { mostWithin } from './amounts.ts'
import type { AccountId } from './ids.ts'
import { feeOn, type FeeRule } from './policy.ts'

const minor = fc.bigInt({ min: 0n, max: 10n ** 38n })
const fee: fc.Arbitrary<FeeRule> = fc.record({
  account: fc.constant('9' as AccountId),
  fixed: fc.bigInt({ min: 0n, max: 500n }),
  basisPoints: fc.integer({ min: 0, max: 10_000 }),
  minimum: fc.bigInt({ min: 0n, max: 900n }),
  maximum: fc.option(fc.bigInt({ min: 0n, max: 2000n })),
})

test('the most that fits with its fee fits, and one unit more does not', () => {
  fc.assert(
    fc.property(fee, fc.oneof(minor, fc.bigInt({ min: 0n, max: 3000n })), minor, (rule, room, taken) => {
      const most = mostWithin(rule, room, taken)
      assert.ok(most >= 0n)
      if (most > 0n) assert.ok(most + feeOn(rule, taken + most) <= room)
      assert.ok(most + 1n + feeOn(rule, taken + most + 1n) > room)
    }),
    { seed: testSeed(), numRuns: 2000 },
  )
})

test('without a fee all of the room fits', () => {
  assert.equal(mostWithin(null, 5n), 5n)
  assert.equal(mostWithin(null, -5n), -5n)
})
