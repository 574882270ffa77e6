// Rows of the tables to the domain and back. What is a string in SQL's text form stays one as long as it can.
import { types, type CustomTypesConfig } from 'pg'
import type { Account, AccountBalance, AccountKind, AccountSettings } from '#core/account.ts'
import type { CurrencyCode, LedgerCurrency } from '#core/currency.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import type { User } from '#core/user.ts'

const TIMESTAMPTZ_OID = 1184
const NUMERIC_ARRAY_OID: number = 1231 // Not among the driver’s own.

/**
 * How the driver reads columns: times as Instants (the session's time zone is UTC); int8 and numeric stay text, in
 * arrays as well, where the driver would make floats of them.
 */
export const rowTypes: CustomTypesConfig = {
  getTypeParser(oid, format) {
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
  /** Absent in answers that an earlier Florin kept. */
  readonly erased_at?: Instant | null
}

/** A user row in the domain. */
export function toUser({ id, created_at, updated_at, erased_at, ...rest }: UserRow): User {
  const times = { createdAt: created_at, updatedAt: updated_at, erasedAt: erased_at ?? null }
  return { ...rest, id: id as UserId, ...times }
}

/** A user as apply_registry and the kept outcomes write it. */
export function fromUser({ createdAt, updatedAt, erasedAt, ...rest }: User): UserRow {
  return { ...rest, created_at: createdAt, updated_at: updatedAt, erased_at: erasedAt }
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
