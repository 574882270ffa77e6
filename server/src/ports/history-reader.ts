import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import type { AccountKind } from '#core/account.ts'
import type { Instant } from '#core/instant.ts'
import type { StatementLine } from './ledger-reader.ts'

/** By which of its two times a movement counts: when it was recorded, or when it took effect. */
export type LedgerClock = 'recorded' | 'effective'

/** What an account had at a moment, both in minor units: its balance, and all that had left it by then. */
export interface PastBalance {
  readonly posted: bigint
  readonly debited: bigint
}

/** A period of a statement: from (included) to (not included), by one of the clocks. */
export interface Period {
  readonly clock: LedgerClock
  readonly from: Instant
  readonly to: Instant
}

/** Where a statement goes on: just after this line. */
export interface StatementPosition {
  /** By the statement's clock. */
  readonly at: Instant
  readonly number: bigint
}

/** A part of a statement, and what the account had just before the whole period began and just before it ended. */
interface StatementPage {
  readonly opening: PastBalance
  readonly closing: PastBalance
  readonly lines: readonly StatementLine[]
}

/** An account at a moment. */
export interface AccountAt {
  readonly id: AccountId
  readonly kind: AccountKind
  readonly posted: bigint
}

/** Reads of what was, always of what is committed. No read scans an account's whole history. */
export interface HistoryReader {
  /** What the account had just after everything up to and with `at`; zero before its first entry. */
  balanceAt(accountId: AccountId, at: Instant, clock: LedgerClock): Promise<PastBalance>
  /**
   * The entries of a period, oldest first by its clock, then by number; those after `after`, at most `limit`. Balances
   * after each are those by the clock: by `effective` they differ from those that the entries were recorded with. All of
   * the page is of one moment, so that it adds up while more is recorded.
   */
  readStatement(
    query: Period & {
      readonly accountId: AccountId
      readonly after?: StatementPosition
      readonly limit: number
    },
  ): Promise<StatementPage>
  /** Every account of a currency as it was at a moment, by id, rising, those after `after`; at most `limit`. */
  listBalancesAt(query: {
    readonly currency: CurrencyCode
    readonly at: Instant
    readonly clock: LedgerClock
    readonly after?: AccountId
    readonly limit: number
  }): Promise<AccountAt[]>
}
