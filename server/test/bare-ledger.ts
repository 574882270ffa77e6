/**
 * A ledger without a store: one working set that has everything, so that what one batch left is what the next is
 * decided over. What left accounts by some moment is added up from all entries, as slowly and as plainly as can be.
 */
import type { Command, Outcome } from '#core/command.ts'
import { decideBatch } from '#core/decide-batch.ts'
import type { Changes } from '#core/draft.ts'
import type { AccountId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import { windowSeconds } from '#core/policy.ts'
import type { Entry } from '#core/transfer.ts'
import {
  batchTime,
  emptyWorkingSet,
  spendingId,
  velocityNeeds,
  type Spending,
  type WorkingSet,
} from '#core/working-set.ts'
import type { Clock } from '#ports/clock.ts'

/** A ledger in a working set. */
export interface BareLedger {
  readonly state: WorkingSet
  /** What each batch wrote, in order. */
  readonly commits: readonly Changes[]
  readonly post: (commands: readonly Command[]) => readonly Outcome[]
}

/** Makes an empty one. */
export function createBareLedger(clock: Clock): BareLedger {
  const state = emptyWorkingSet()
  const commits: Changes[] = []

  /** Of entries recorded at the moment or before: one exactly as old as the window has left it. */
  function spentBy(accountId: AccountId, moment: Instant): Spending {
    const sent: Entry[] = commits
      .filter(({ at }) => at <= moment)
      .flatMap(({ entries }) => entries)
      .filter((entry) => entry.accountId === accountId && entry.amount < 0n)
    return {
      debited: sent.reduce((sum, { amount }) => sum - amount, 0n),
      debits: BigInt(new Set(sent.map(({ transferId }) => transferId)).size),
    }
  }

  return {
    state,
    commits,
    post(commands) {
      const at = batchTime(state, clock.now())
      state.spending.clear()
      for (const { accountId, window } of velocityNeeds(state, commands)) {
        const spent = spentBy(accountId, addSeconds(at, -windowSeconds[window]))
        state.spending.set(spendingId(accountId, window), spent)
      }
      const { outcomes, changes } = decideBatch(state, commands, clock.now())
      commits.push(changes)
      return outcomes
    },
  }
}
