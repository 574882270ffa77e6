// What a transfer comes to before it is judged: amounts that balance, and the fees that policies add.
import { expectDefined } from './assert.ts'
import type { AccountBalance } from './account.ts'
import type { AccountId } from './ids.ts'
import { feeOn, feeRuleOf, policiesOf, type FeeRule, type Policy } from './policy.ts'
import { accountOf } from './refusal.ts'
import type { Posting } from './transfer.ts'
import type { WorkingSet } from './working-set.ts'

/**
 * The postings with the amounts that balancing ones come to, and with the fees they cost. A balancing posting takes what
 * the postings before it leave: 0 when they leave nothing.
 */
export function withAmounts(state: WorkingSet, asked: readonly Posting[]): readonly Posting[] {
  const balancing = asked.some(({ role }) => role?.kind === 'balancing')
  if (!balancing && state.policies.size === 0) return asked
  const postings: Posting[] = []
  for (const posting of asked) postings.push(balanced(state, posting, postings))
  return postings.concat(feesOf(state, postings))
}

/** The posting as it is, or with the amount that balances after those before it. */
function balanced(state: WorkingSet, posting: Posting, before: readonly Posting[]): Posting {
  const { role, source } = posting
  if (role?.kind !== 'balancing') return posting
  const account = accountOf(state, source)
  const floor = floorOf(state, account)
  if (floor === null) return { ...posting, amount: expectDefined(role.max, 'max where there is no floor') }
  const moved = before.reduce(
    (sum, { destination, amount, ...other }) =>
      sum + (destination === source ? amount : 0n) - (other.source === source ? amount : 0n),
    0n,
  )
  const room = account.posted - account.held + moved - floor
  const most = mostWithin(feeRuleOf(state, account), room, takenFrom(before, source))
  if (most <= 0n) return { ...posting, amount: 0n }
  return { ...posting, amount: role.max === null || most < role.max ? most : role.max }
}

/** The largest amount that leaves no more than `room` together with its fee, after `taken` was taken already. */
export function mostWithin(fee: FeeRule | null, room: bigint, taken = 0n): bigint {
  if (fee === null || room <= 0n) return room
  let fits = 0n
  let exceeds = room + 1n
  while (exceeds - fits > 1n) {
    const middle = (fits + exceeds) / 2n
    if (middle + feeOn(fee, taken + middle) <= room) fits = middle
    else exceeds = middle
  }
  return fits
}

/** The fees that the transfer costs, as postings: one for each account that it takes from and that pays any. */
function feesOf(state: WorkingSet, postings: readonly Posting[]): Posting[] {
  if (state.policies.size === 0) return []
  return [...new Set(postings.map(({ source }) => source))].flatMap((source): Posting[] => {
    const account = accountOf(state, source)
    const rule = feeRuleOf(state, account)
    if (rule === null) return []
    const amount = feeOn(rule, takenFrom(postings, source))
    const { currency, scale } = account
    return amount === 0n
      ? []
      : [{ source, destination: rule.account, amount, currency, scale, role: { kind: 'fee' } }]
  })
}

/** What the postings take from the account, what they bring it not counted. */
export function takenFrom(postings: readonly Posting[], id: AccountId): bigint {
  return postings.reduce((sum, { source, amount }) => (source === id ? sum + amount : sum), 0n)
}

/** The highest of the account's floors; null when it has none. */
export function floorOf(state: WorkingSet, account: AccountBalance): bigint | null {
  if (account.creditLimit === null) return null
  return policiesOf(state, account)
    .map(policyFloor)
    .reduce<bigint>(
      (highest, floor) => (floor !== null && floor > highest ? floor : highest),
      -account.creditLimit,
    )
}

/** The floor that a policy sets, by its floor or by its credit limit. */
export function policyFloor({ rules: { floor, creditLimit } }: Policy): bigint | null {
  if (creditLimit === null) return floor
  return floor !== null && floor > -creditLimit ? floor : -creditLimit
}
