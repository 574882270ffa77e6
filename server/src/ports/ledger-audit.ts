import type { ApiKey } from '#core/api-key.ts'
import type { Approval } from '#core/approval.ts'
import type { Account } from '#core/account.ts'
import type { AuditMark } from '#core/audit.ts'
import type { Json } from '#core/canonical-json.ts'
import type { Books } from '#core/command.ts'
import type { LedgerCurrency } from '#core/currency.ts'
import type { Hold } from '#core/hold.ts'
import type { AccountId, HoldId, TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Login, Session } from '#core/login.ts'
import type { Policy } from '#core/policy.ts'
import type { Quote } from '#core/quote.ts'
import type { RecordedUser } from '#core/recorded-fact.ts'
import type { Entry } from '#core/transfer.ts'

/** A journal page as it is stored. */
export interface SealedPage {
  readonly number: number
  readonly sealedAt: Instant
  readonly root: Uint8Array
  readonly hash: Uint8Array
  /** One fact a line, joined by line feeds. */
  readonly text: string
  /** The line of origins that is sealed with them; null in pages that are older than the audit log. */
  readonly audit: string | null
}

/** The newest page, as the head row names it. Page 0 before the first. */
export interface JournalHead {
  readonly number: number
  readonly hash: Uint8Array
}

/** A transfer row, as the fact of it shows it. Not read into the domain, for someone may have been at it. */
interface AuditedTransfer {
  readonly id: TransferId
  readonly data: Json
  /** Minor units by posting; null when nothing was reversed. */
  readonly reversed: readonly bigint[] | null
}

/** Which entry. */
export type EntryKey = Pick<Entry, 'accountId' | 'number'>

/** An entry row. */
export type AuditedEntry = Entry & { readonly createdAt: Instant }

/** What the entry rows of one account come to. */
export interface EntrySums {
  readonly accountId: AccountId
  readonly first: bigint
  readonly last: bigint
  /** The sum of all amounts. */
  readonly sum: bigint
}

/** What a store found wrong with the rows it derives from others to find things faster. */
export interface DerivedRows {
  readonly examined: number
  readonly findings: readonly {
    readonly subject: string
    readonly expected: string
    readonly found: string
  }[]
}

/** Every record of the ledger at one moment. Streams come in chunks of a bounded number of rows, none of them empty. */
export interface LedgerSnapshot {
  head(): Promise<JournalHead>
  /** By number, rising. */
  pages(): AsyncIterable<readonly SealedPage[]>
  /** The marks of all pages, by page, rising. */
  auditMarks(): AsyncIterable<readonly (AuditMark & { readonly page: number })[]>
  currencies(): Promise<readonly LedgerCurrency[]>
  users(): AsyncIterable<readonly RecordedUser[]>
  accounts(): AsyncIterable<readonly Account[]>
  /** The rows of these ids, in any order; an id without a row is left out. */
  transfers(ids: readonly TransferId[]): Promise<readonly AuditedTransfer[]>
  /** The id of every transfer row, in any order. */
  transferIds(): AsyncIterable<readonly TransferId[]>
  /** The rows of these keys, in any order; a key without a row is left out. */
  entries(keys: readonly EntryKey[]): Promise<readonly AuditedEntry[]>
  holds(): AsyncIterable<readonly Hold[]>
  /** The rows of these ids, in any order; an id without a row is left out. */
  holdsByIds(ids: readonly HoldId[]): Promise<readonly Hold[]>
  policies(): AsyncIterable<readonly Policy[]>
  quotes(): AsyncIterable<readonly Quote[]>
  approvals(): AsyncIterable<readonly Approval[]>
  books(): Promise<Books>
  apiKeys(): AsyncIterable<readonly ApiKey[]>
  logins(): AsyncIterable<readonly Login[]>
  sessions(): AsyncIterable<readonly Session[]>
  /** One for each account that entry rows name, whether there is such an account or not. */
  entrySums(): AsyncIterable<readonly EntrySums[]>
  /** The store compares what it derives from other rows; it tells at most `limit` differences. */
  derivedRows(limit: number): Promise<DerivedRows>
}

/** Reads the ledger's own records whole, to prove them. */
export interface LedgerAudit {
  /** Hands out one consistent snapshot, which does not hinder the ledger's work; it ends with the promise. */
  inSnapshot<T>(work: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T>
}
