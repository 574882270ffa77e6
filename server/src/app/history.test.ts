import assert from 'node:assert/strict'
import test from 'node:test'
import type { Currency } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import type { AccountAt, HistoryReader } from '#ports/history-reader.ts'
import { createTestClock } from '#test/clock.ts'
import { createHistory } from './history.ts'

const EUR = { code: 'EUR', scale: 2, name: 'Euro' } as Currency
const now = { at: null, clock: 'recorded' } as const

/** A reader whose n-th walk through the accounts finds these balances. */
function newHistory(...walks: readonly (readonly bigint[])[]) {
  let walked = 0
  const listBalancesAt: HistoryReader['listBalancesAt'] = async () => {
    const balances = walks[Math.min(walked, walks.length - 1)] ?? []
    walked += 1
    return balances.map((posted, i): AccountAt => ({
      id: `${i + 1}` as AccountId,
      kind: posted < 0n ? 'external' : 'standard',
      posted,
    }))
  }
  const reader = { listBalancesAt } as HistoryReader
  return { history: createHistory({ reader, clock: createTestClock() }), walked: () => walked }
}

test('a trial balance that is off is taken again: something may have been recorded while it was', async () => {
  const { history, walked } = newHistory([-5n, 3n], [-5n, 5n])
  const { debits, credits, external, accounts } = await history.trialBalance(EUR, now)
  assert.deepEqual([debits, credits, external, accounts, walked()], [5n, 5n, -5n, 2, 2])
})

test('what stays off is told', async () => {
  const { history, walked } = newHistory([-5n, 3n])
  const { debits, credits } = await history.trialBalance(EUR, now)
  assert.deepEqual([debits, credits, walked()], [5n, 3n, 2])
  const moving = newHistory(...Array.from({ length: 9 }, (_, i) => [-50n, BigInt(i)]))
  await moving.history.trialBalance(EUR, now)
  assert.equal(moving.walked(), 5)
})
