// The smallest change that would let a refused transfer pass: not only the rule that refused it, but all of them.
import type { AccountBalance } from './account.ts'
import { floorOf, mostWithin } from './amounts.ts'
import type { AccountId } from './ids.ts'
import { feeRuleOf, policiesOf } from './policy.ts'
import { accountOf, shower } from './refusal.ts'
import type { Posting } from './transfer.ts'
import { goneWithin } from './velocity.ts'
import type { WorkingSet } from './working-set.ts'

/** `amount_max`: the most that the transfer may take from the account, its fee not counted; nothing when no amount passes. */
export function amountThatPasses(
  state: WorkingSet,
  postings: readonly Posting[],
  id: AccountId,
): Readonly<Record<string, string>> {
  const account = accountOf(state, id)
  const written = postings.filter(({ role }) => role?.kind !== 'fee')
  const [only] = written
  const bounds = boundsOnDebit(state, account)
  // Where one account receives it all, its ceilings bound it, too.
  if (only !== undefined && written.length === 1)
    bounds.push(...boundsOnCredit(state, accountOf(state, only.destination)))
  const most = bounds.reduce((least, bound) => (bound < least ? bound : least))
  const minimums = policiesOf(state, account).map(({ rules }) => rules.minimum ?? 1n)
  const passes = most > 0n && minimums.every((minimum) => most >= minimum)
  return passes ? { amount_max: shower(account)(most) } : {}
}

/** What the account's rules let one transfer take from it. */
function boundsOnDebit(state: WorkingSet, account: AccountBalance): bigint[] {
  const floor = floorOf(state, account)
  if (floor === null) return []
  const fee = feeRuleOf(state, account)
  const bounds = [mostWithin(fee, account.posted - account.held - floor)]
  for (const { rules } of policiesOf(state, account)) {
    if (rules.maximum !== null) bounds.push(rules.maximum)
    if (rules.approvalAbove !== null) bounds.push(rules.approvalAbove)
    for (const { window, amount, count } of rules.velocity) {
      const gone = goneWithin(state, account, window)
      if (amount !== null) bounds.push(mostWithin(fee, amount - gone.debited))
      if (count !== null && gone.debits >= BigInt(count)) bounds.push(0n)
    }
  }
  return bounds
}

/** What the account's ceilings let come to it. */
function boundsOnCredit(state: WorkingSet, account: AccountBalance): bigint[] {
  return policiesOf(state, account).flatMap(({ rules: { ceiling } }) =>
    ceiling === null ? [] : [ceiling - account.posted - account.incoming],
  )
}
