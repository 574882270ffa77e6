// Accounts and what may leave them.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'
import type { Scale } from './money.ts'

/** `standard` accounts have a floor; `external` ones stand for the outside world and have none. */
export type AccountKind = 'standard' | 'external'

/** What a transfer needs to know of an account. Amounts are minor units. */
export interface AccountBalance {
  readonly id: AccountId
  readonly currency: CurrencyCode
  readonly scale: Scale
  /** The sum of the account's entries. */
  readonly posted: bigint
  /** What open holds reserve on the account, fees included; never negative. */
  readonly held: bigint
  /** What open holds announce to the account; never negative. */
  readonly incoming: bigint
  /** How many open holds reserve money on the account. */
  readonly openHolds: number
  /** All that ever left the account. It only grows, so what left within a time is the difference of two. */
  readonly debited: bigint
  /** How many transfers ever took from the account. */
  readonly debits: bigint
  /** How far below zero posted - held may go; null is unlimited. */
  readonly creditLimit: bigint | null
  /** The number of the newest entry, 0 when there is none. Entries are numbered without gaps. */
  readonly lastEntry: bigint
  /** Null while the account is open. */
  readonly closedAt: Instant | null
  /** When settings or balance last changed. Never earlier than any entry's time. */
  readonly updatedAt: Instant
}

/** What an account is besides its balance. */
export interface AccountSettings {
  readonly kind: AccountKind
  readonly userId: UserId | null
  readonly metadata: Metadata
  /** Of the settings and the credit limit, not of the balance: 1 when created, one more with each update. */
  readonly version: number
  readonly createdAt: Instant
}

/** A balance in one currency, owned by a user or by the system. */
export interface Account extends AccountBalance, AccountSettings {}

/** What the account can spend, in minor units; null is unlimited. */
export function available({
  posted,
  held,
  creditLimit,
}: Pick<AccountBalance, 'posted' | 'held' | 'creditLimit'>): bigint | null {
  return creditLimit === null ? null : posted - held + creditLimit
}

/** The part of a balance that is the same for every new account. */
export const EMPTY_BALANCE = {
  posted: 0n,
  held: 0n,
  incoming: 0n,
  openHolds: 0,
  debited: 0n,
  debits: 0n,
  lastEntry: 0n,
  closedAt: null,
} as const satisfies Partial<AccountBalance>
