// What counts as gone from an account within a window.
import type { AccountBalance } from './account.ts'
import type { VelocityWindow } from './policy.ts'
import { spendingId, type Spending, type WorkingSet } from './working-set.ts'

/** What left the account within the window, and what open holds reserve, so that a capture never takes it over its limit. */
export function goneWithin(state: WorkingSet, account: AccountBalance, window: VelocityWindow): Spending {
  const before = state.spending.get(spendingId(account.id, window))
  return {
    debited: account.debited - (before?.debited ?? 0n) + account.held,
    debits: account.debits - (before?.debits ?? 0n) + BigInt(account.openHolds),
  }
}
