import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { capturable, feeTaken, isDue, reserved, type Hold } from './hold.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'

function holdOf(fields: Partial<Hold>): Hold {
  return { status: 'open', amount: 300n, captured: 0n, fee: null, expiresAt: null, ...fields } as Hold
}

const fee = (amount: bigint) => ({ account: '9' as AccountId, amount })

test('however a hold is captured, its fee is taken to the unit, and no more than it reserves', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 38n - 1n }),
      fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), { maxLength: 6 }),
      (amount, feeAmount, stops) => {
        const captured = [...stops.filter((stop) => stop <= amount), amount].sort((a, b) => (a < b ? -1 : 1))
        const taken = captured.map((sofar) =>
          feeTaken(holdOf({ amount, captured: sofar, fee: fee(feeAmount) })),
        )
        assert.deepEqual(
          taken,
          taken.toSorted((a, b) => (a < b ? -1 : 1)),
        )
        assert.equal(taken.at(-1), feeAmount)
        for (const [i, sofar] of captured.entries()) {
          const hold = holdOf({ amount, captured: sofar, fee: fee(feeAmount) })
          assert.equal(reserved(hold) + sofar + (taken[i] as bigint), amount + feeAmount)
        }
      },
    ),
    { seed: testSeed(), numRuns: 1000 },
  )
})

test('a hold that has ended reserves nothing', () => {
  for (const status of ['captured', 'released', 'expired'] as const) {
    const hold = holdOf({ status, captured: 100n, fee: fee(10n) })
    assert.deepEqual([capturable(hold), reserved(hold)], [0n, 0n])
  }
})

test('a hold is due from the moment at which it expires, one without such a moment never', () => {
  const [before, at, past] = ['11', '12', '13'].map((hour) => `2026-01-01T${hour}:00:00.000000Z` as Instant)
  const due = [before, at, past].map((moment) =>
    isDue(holdOf({ expiresAt: at as Instant }), moment as Instant),
  )
  assert.deepEqual(due, [false, true, true])
  assert.equal(isDue(holdOf({}), past as Instant), false)
})
