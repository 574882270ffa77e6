// Making refusals about money: the field, the sentence, the figures.
import { available, type AccountBalance } from './account.ts'
import { expectDefined } from './assert.ts'
import type { Explanation, Refusal, RefusalCode } from './codes.ts'
import { NO_CURRENCY } from './currency.ts'
import type { AccountId } from './ids.ts'
import { formatAmount, formatAmountTrimmed } from './money.ts'
import type { Policy } from './policy.ts'
import type { Posting } from './transfer.ts'
import type { WorkingSet } from './working-set.ts'

type Side = 'source' | 'destination'

/** An account, and a policy that it is under. */
export interface Ruled {
  readonly account: AccountBalance
  readonly policy: Policy
}

/** The account, which has been loaded. */
export function accountOf(state: WorkingSet, id: AccountId): AccountBalance {
  return expectDefined(state.accounts.get(id), `account ${id}`)
}

/** Minor units in the account's currency, as the API writes them. */
export function shower({ scale }: AccountBalance): (minor: bigint) => string {
  return (minor) => formatAmount(minor, scale)
}

/** For sentences: the amount with its currency. v1 has no currency to show. */
export function named({ currency, scale }: AccountBalance, minor: bigint): string {
  return currency === NO_CURRENCY.code
    ? formatAmountTrimmed(minor, scale)
    : `${formatAmount(minor, scale)} ${currency}`
}

/** The balances that a rule saw. */
export function balancesSeen(account: AccountBalance): Record<string, string> {
  const show = shower(account)
  const free = available(account)
  return {
    posted: show(account.posted),
    held: show(account.held),
    ...(account.incoming === 0n ? {} : { incoming: show(account.incoming) }),
    ...(free === null ? {} : { available: show(free) }),
  }
}

/** The part of an explanation that names the account and the rule. */
export function about(account: AccountBalance, { id, version }: Policy, rule: string) {
  return { rule, account: account.id, policy: { id, version } }
}

/** The field of a posting's account. */
export function fieldOf(posting: number, side: Side): string {
  return `postings[${posting}].${side}`
}

/** The field of a posting's account; null for a fee, which no client wrote. */
export function fieldIn(postings: readonly Posting[], i: number, side: Side): string | null {
  return postings[i]?.role?.kind === 'fee' ? null : fieldOf(i, side)
}

/** The source of the first posting that takes from the account. */
export function sourceField(postings: readonly Posting[], id: AccountId): string | null {
  return fieldIn(
    postings,
    postings.findIndex(({ source }) => source === id),
    'source',
  )
}

/** The destination of the first posting that brings the account something. */
export function destinationField(postings: readonly Posting[], id: AccountId): string | null {
  return fieldIn(
    postings,
    postings.findIndex(({ destination }) => destination === id),
    'destination',
  )
}

/** A refusal. */
export function refuse(
  code: RefusalCode,
  field: string | null,
  message: string,
  explanation: Explanation | null = null,
): Refusal {
  return { code, field, message, explanation }
}
