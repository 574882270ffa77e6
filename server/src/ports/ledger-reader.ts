import type { Account } from '#core/account.ts'
import type { CurrencyCode, LedgerCurrency } from '#core/currency.ts'
import type { AccountId, HoldId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Entry, Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'

/** An entry with its time. */
export interface StatementLine extends Entry {
  readonly createdAt: Instant
}

/** Where a list of transfers goes on: just after this one, going back in time. */
export interface TransferPosition {
  readonly createdAt: Instant
  readonly id: TransferId
}

/** Which transfers; every given filter must hold. */
export interface TransferFilter {
  /** Those that moved, or tried to move, money of any of these accounts. */
  readonly accountIds?: readonly AccountId[]
  /** Those that touch any account of this user. */
  readonly userId?: UserId
  readonly status?: Transfer['status']
  readonly reference?: string
  /** Captures of this hold. */
  readonly holdId?: HoldId
  /** Reversals of this transfer. */
  readonly reversalOf?: TransferId
  /** Recorded at or after. */
  readonly from?: Instant
  /** Recorded before. */
  readonly to?: Instant
}

/** Reads of accounts and transfers, always of what is committed. Lists hold at most `limit` rows. */
export interface LedgerReader {
  findAccount(id: AccountId): Promise<Account | undefined>
  /** By id, rising, those after `after`. */
  listAccounts(query: {
    readonly userId?: UserId
    readonly currency?: CurrencyCode
    readonly after?: AccountId
    readonly limit: number
  }): Promise<Account[]>
  findTransfer(id: TransferId): Promise<Transfer | undefined>
  /** Newest first, those after `after` in that order. */
  listTransfers(
    query: TransferFilter & { readonly after?: TransferPosition; readonly limit: number },
  ): Promise<Transfer[]>
  /** Newest first, those numbered below `before`. */
  listEntries(query: {
    readonly accountId: AccountId
    readonly before?: bigint
    readonly limit: number
  }): Promise<StatementLine[]>
}

/** Reads of users and currencies. */
export interface DirectoryReader {
  findUser(id: UserId): Promise<User | undefined>
  /** By id, which is by time of creation, rising; those after `after`. */
  listUsers(query: { readonly after?: UserId; readonly limit: number }): Promise<User[]>
  findCurrency(code: CurrencyCode): Promise<LedgerCurrency | undefined>
  /** Every currency that the ledger holds, by code. */
  listCurrencies(): Promise<LedgerCurrency[]>
}
