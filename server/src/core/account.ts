// Accounts and what may leave them.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'
import type { Scale } from './money.ts'

/** `standard` accounts have a floor; `external` ones stand for the outside world and have none. */
export type AccountKind = 'standard' | 'external'

/** A balance in one currency. Amounts are minor units. */
export interface Account {
  readonly id: AccountId
  readonly kind: AccountKind
  readonly userId: UserId | null
  readonly currency: CurrencyCode
  readonly scale: Scale
  /** The sum of the account's entries. */
  readonly posted: bigint
  /** How far below zero posted may go; null is unlimited. */
  readonly creditLimit: bigint | null
  /** The number of the newest entry, 0 when there is none. Entries are numbered without gaps. */
  readonly lastEntry: bigint
  readonly metadata: Metadata
  /** Of the settings, not of the balance: 1 when created, one more with each update. */
  readonly version: number
  readonly createdAt: Instant
  /** When settings or balance last changed. Never earlier than any entry's time. */
  readonly updatedAt: Instant
}

/** What the account can spend, in minor units; null is unlimited. */
export function available(account: Pick<Account, 'posted' | 'creditLimit'>): bigint | null {
  return account.creditLimit === null ? null : account.posted + account.creditLimit
}
