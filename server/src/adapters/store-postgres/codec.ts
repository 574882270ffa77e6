// Rows of the tables to the domain and back. What is a string in SQL's text form stays one as long as it can.
import { types, type CustomTypesConfig } from 'pg'
import type { Account, AccountBalance, AccountKind, AccountSettings } from '#core/account.ts'
import type { Json } from '#core/canonical-json.ts'
import type { CurrencyCode, LedgerCurrency } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { instant, optional, type Data } from '#core/json-read.ts'
import type { Metadata } from '#core/metadata.ts'
import { readOrigin } from '#core/recorded-fact.ts'
import { readRefusal, readRole } from '#core/recorded-parts.ts'
import type { Entry, Posting, SettledPosting, Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'

const TIMESTAMPTZ_OID = 1184
const NUMERIC_ARRAY_OID = 1231

/**
 * How the driver reads columns: times as Instants (the session's time zone is UTC); int8 and numeric stay text, in
 * arrays as well, where the driver would make floats of them.
 */
export const rowTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format) {
    if (oid === TIMESTAMPTZ_OID) return toInstant
    return oid === NUMERIC_ARRAY_OID ? toTexts : types.getTypeParser(oid, format)
  },
}

function toTexts(array: string): string[] {
  return array.slice(1, -1).split(',')
}

/** "2026-11-21 12:07:17.226+00", as a UTC session prints it, as an Instant. */
function toInstant(text: string): Instant {
  const [seconds = '', micros = ''] = text.slice(11, -3).split('.')
  return `${text.slice(0, 10)}T${seconds}.${micros.padEnd(6, '0')}Z` as Instant
}

interface BalanceFields {
  readonly id: string
  readonly currency: string
  readonly scale: number
  readonly posted: string
  readonly credit_limit: string | null
  readonly last_entry: string
  readonly debited: string
  readonly debits: string
  readonly updated_at: Instant
}

/** What a transfer needs of a row of florin.accounts, as lock_accounts answers it. */
export interface LockedRow extends BalanceFields {
  /**
   * held, incoming, open_holds, closed_at and the owner, joined by commas; null for the many accounts that have none of
   * these (five columns more cost a batch a tenth of its load).
   */
  readonly rest: string | null
}

/** The settings in a row of florin.accounts. */
export interface SettingsRow {
  readonly id: string
  readonly kind: AccountKind
  readonly user_id: string | null
  readonly metadata: Metadata
  readonly version: number
  readonly created_at: Instant
}

/** A row of florin.accounts. */
export interface AccountRow extends BalanceFields, SettingsRow {
  readonly held: string
  readonly incoming: string
  readonly open_holds: number
  readonly closed_at: Instant | null
}

/** An account row in the domain. */
export function toAccount(row: AccountRow): Account {
  return {
    ...toBalanceFields(row),
    ...toSettings(row),
    held: BigInt(row.held),
    incoming: BigInt(row.incoming),
    openHolds: row.open_holds,
    closedAt: row.closed_at,
  }
}

const NO_REST = { held: 0n, incoming: 0n, openHolds: 0, closedAt: null }

/** The balance of a locked account, and its owner if that matters to policies. */
export function toLocked(row: LockedRow): {
  readonly balance: AccountBalance
  readonly owner: UserId | null
} {
  if (row.rest === null) return { balance: { ...toBalanceFields(row), ...NO_REST }, owner: null }
  const [held = '', incoming = '', openHolds = '', closedAt, owner] = row.rest.split(',')
  const balance = {
    ...toBalanceFields(row),
    held: BigInt(held),
    incoming: BigInt(incoming),
    openHolds: Number(openHolds),
    closedAt: closedAt ? toInstant(closedAt) : null,
  }
  return { balance, owner: owner ? (owner as UserId) : null }
}

function toBalanceFields(row: BalanceFields) {
  return {
    id: row.id as AccountId,
    currency: row.currency as CurrencyCode,
    scale: row.scale,
    posted: BigInt(row.posted),
    debited: BigInt(row.debited),
    debits: BigInt(row.debits),
    creditLimit: row.credit_limit === null ? null : BigInt(row.credit_limit),
    lastEntry: BigInt(row.last_entry),
    updatedAt: row.updated_at,
  }
}

/** The settings of an account row in the domain. */
export function toSettings({ kind, user_id, metadata, version, created_at }: SettingsRow): AccountSettings {
  return { kind, userId: user_id as UserId | null, metadata, version, createdAt: created_at }
}

/** An account as apply_registry and the kept outcomes write it. */
export function fromAccount(account: Account): AccountRow {
  return {
    id: account.id,
    kind: account.kind,
    user_id: account.userId,
    currency: account.currency,
    scale: account.scale,
    posted: account.posted.toString(),
    held: account.held.toString(),
    open_holds: account.openHolds,
    incoming: account.incoming.toString(),
    debited: account.debited.toString(),
    debits: account.debits.toString(),
    credit_limit: account.creditLimit === null ? null : account.creditLimit.toString(),
    last_entry: account.lastEntry.toString(),
    version: account.version,
    metadata: account.metadata,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    closed_at: account.closedAt,
  }
}

/** A user with its profile, as lock_users answers it. */
export interface UserRow {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly metadata: Metadata
  readonly version: number
  readonly created_at: Instant
  readonly updated_at: Instant
}

/** A user row in the domain. */
export function toUser({ id, created_at, updated_at, ...rest }: UserRow): User {
  return { ...rest, id: id as UserId, createdAt: created_at, updatedAt: updated_at }
}

/** A user as apply_registry and the kept outcomes write it. */
export function fromUser({ createdAt, updatedAt, ...rest }: User): UserRow {
  return { ...rest, created_at: createdAt, updated_at: updatedAt }
}

/** A row of florin.currencies. */
export interface CurrencyRow {
  readonly code: string
  readonly scale: number
  readonly name: string
  readonly external_account_id: string | null
}

/** A currency row in the domain. */
export function toCurrency({ code, scale, name, external_account_id }: CurrencyRow): LedgerCurrency {
  return {
    code: code as CurrencyCode,
    scale,
    name,
    externalAccountId: external_account_id as AccountId | null,
  }
}

/** A currency as apply_registry and the kept outcomes write it. */
export function fromCurrency({ externalAccountId, ...rest }: LedgerCurrency): CurrencyRow {
  return { ...rest, external_account_id: externalAccountId }
}

/** A posting as florin.transfers.postings holds it: see postingJson in core/facts.ts. */
type PostingJson = Data & {
  readonly source: string
  readonly destination: string
  readonly amount: string
  readonly currency: string
}

type SettledPostingJson = PostingJson & {
  readonly source_entry: string
  readonly source_balance_after: string
  readonly destination_entry: string
  readonly destination_balance_after: string
}

/** A row of florin.transfers. */
export interface TransferRow {
  readonly id: string
  readonly status: Transfer['status']
  readonly postings: readonly (PostingJson | SettledPostingJson)[]
  /** Null for a posted transfer; then the postings are settled. */
  readonly failure: Json
  readonly reference: string | null
  readonly metadata: Metadata
  /** See transferDetails in core/facts.ts; null when there are none. */
  readonly details: Data | null
  /** Minor units, of each posting; null when nothing has been reversed. */
  readonly reversed: readonly string[] | null
  readonly created_at: Instant
}

/** A transfer row in the domain. */
export function toTransfer({ postings, failure, details, reversed, ...row }: TransferRow): Transfer {
  const { reference, metadata, created_at: createdAt } = row
  const fields = {
    id: row.id as TransferId,
    reference,
    metadata,
    origin: details === null ? null : readOrigin(details),
    createdAt,
    effectiveAt: optional(details?.['effective_at'], instant) ?? createdAt,
  }
  return failure === null
    ? {
        ...fields,
        status: 'posted',
        postings: postings.map((json, i) => toSettledPosting(json as SettledPostingJson, reversed?.[i])),
      }
    : { ...fields, status: 'failed', postings: postings.map(toPosting), refusal: readRefusal(failure) }
}

/** Amounts are stored with all digits of their currency, so what stands after the point tells its scale. */
function toPosting(json: PostingJson): Posting {
  const { source, destination, amount, currency } = json
  const point = amount.indexOf('.')
  return {
    source: source as AccountId,
    destination: destination as AccountId,
    amount: toMinor(amount),
    currency: currency as CurrencyCode,
    scale: point < 0 ? 0 : amount.length - point - 1,
    role: readRole(json),
  }
}

function toSettledPosting(json: SettledPostingJson, reversed = '0'): SettledPosting {
  return {
    ...toPosting(json),
    sourceLeg: { entry: BigInt(json.source_entry), balanceAfter: toMinor(json.source_balance_after) },
    destinationLeg: {
      entry: BigInt(json.destination_entry),
      balanceAfter: toMinor(json.destination_balance_after),
    },
    reversed: BigInt(reversed),
  }
}

function toMinor(major: string): bigint {
  return BigInt(major.replace('.', ''))
}

/** A row of florin.entries. */
export interface EntryRow {
  readonly account_id: string
  readonly number: string
  readonly transfer_id: string
  readonly created_at: Instant
  readonly debits_after: string
  readonly amount: string
  readonly balance_after: string
  readonly debited_after: string
}

/** An entry row in the domain; `effective_at` is null for an entry that took effect when it was recorded. */
export function toEntry(row: EntryRow & { readonly effective_at: Instant | null }): Entry & {
  readonly createdAt: Instant
} {
  return {
    accountId: row.account_id as AccountId,
    number: BigInt(row.number),
    transferId: row.transfer_id as TransferId,
    amount: BigInt(row.amount),
    balanceAfter: BigInt(row.balance_after),
    debitedAfter: BigInt(row.debited_after),
    debitsAfter: BigInt(row.debits_after),
    effectiveAt: row.effective_at ?? row.created_at,
    createdAt: row.created_at,
  }
}
