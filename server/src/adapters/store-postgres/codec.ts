// Rows of the tables to the domain and back. What is a string in SQL's text form stays one as long as it can.
import { types, type CustomTypesConfig } from 'pg'
import type { Account, AccountBalance, AccountKind, AccountSettings } from '#core/account.ts'
import type { Json } from '#core/canonical-json.ts'
import type { IdempotencyRecord, Outcome, Principal } from '#core/command.ts'
import type { Refusal } from '#core/codes.ts'
import type { CurrencyCode, LedgerCurrency } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Posting, SettledPosting, Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'

const TIMESTAMPTZ_OID = 1184

/** How the driver reads columns: times as Instants (the session's time zone is UTC); int8 and numeric stay text. */
export const rowTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === TIMESTAMPTZ_OID ? toInstant : types.getTypeParser(oid, format)),
}

/** "2026-11-21 12:07:17.226+00", as a UTC session prints it, as an Instant. */
function toInstant(text: string): Instant {
  const [seconds = '', micros = ''] = text.slice(11, -3).split('.')
  return `${text.slice(0, 10)}T${seconds}.${micros.padEnd(6, '0')}Z` as Instant
}

/** What a transfer needs of a row of florin.accounts. */
export interface BalanceRow {
  readonly id: string
  readonly currency: string
  readonly scale: number
  readonly posted: string
  readonly credit_limit: string | null
  readonly last_entry: string
  readonly updated_at: Instant
}

/** The rest of a row of florin.accounts. */
export interface SettingsRow {
  readonly id: string
  readonly kind: AccountKind
  readonly user_id: string | null
  readonly metadata: Metadata
  readonly version: number
  readonly created_at: Instant
}

/** A row of florin.accounts. */
export interface AccountRow extends BalanceRow, SettingsRow {}

/** An account row in the domain. */
export function toAccount(row: AccountRow): Account {
  return { ...toBalance(row), ...toSettings(row) }
}

/** The balance of an account row in the domain. */
export function toBalance(row: BalanceRow): AccountBalance {
  return {
    id: row.id as AccountId,
    currency: row.currency as CurrencyCode,
    scale: row.scale,
    posted: BigInt(row.posted),
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
    credit_limit: account.creditLimit === null ? null : account.creditLimit.toString(),
    last_entry: account.lastEntry.toString(),
    version: account.version,
    metadata: account.metadata,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
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
interface PostingJson {
  readonly source: string
  readonly destination: string
  readonly amount: string
  readonly currency: string
}

interface SettledPostingJson extends PostingJson {
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
  readonly failure: Refusal | null
  readonly reference: string | null
  readonly metadata: Metadata
  readonly created_at: Instant
}

/** A transfer row in the domain. */
export function toTransfer({ postings, failure, ...row }: TransferRow): Transfer {
  const { reference, metadata, created_at: createdAt } = row
  const fields = { id: row.id as TransferId, reference, metadata, createdAt }
  return failure === null
    ? {
        ...fields,
        status: 'posted',
        postings: postings.map((json) => toSettledPosting(json as SettledPostingJson)),
      }
    : { ...fields, status: 'failed', postings: postings.map(toPosting), refusal: failure }
}

/** Amounts are stored with all digits of their currency, so what stands after the point tells its scale. */
function toPosting({ source, destination, amount, currency }: PostingJson): Posting {
  const point = amount.indexOf('.')
  return {
    source: source as AccountId,
    destination: destination as AccountId,
    amount: toMinor(amount),
    currency: currency as CurrencyCode,
    scale: point < 0 ? 0 : amount.length - point - 1,
  }
}

function toSettledPosting(json: SettledPostingJson): SettledPosting {
  return {
    ...toPosting(json),
    sourceLeg: { entry: BigInt(json.source_entry), balanceAfter: toMinor(json.source_balance_after) },
    destinationLeg: {
      entry: BigInt(json.destination_entry),
      balanceAfter: toMinor(json.destination_balance_after),
    },
  }
}

function toMinor(major: string): bigint {
  return BigInt(major.replace('.', ''))
}

/** A row of florin.idempotency_records. */
export interface IdempotencyRow {
  readonly principal: string
  readonly key: string
  readonly fingerprint: string
  readonly transfer_id: string | null
  readonly outcome: KeptOutcome | null
}

/** An outcome that is not a transfer, as it is kept. */
type KeptOutcome =
  | { readonly kind: 'account'; readonly row: AccountRow }
  | { readonly kind: 'user'; readonly row: UserRow }
  | { readonly kind: 'currency'; readonly row: CurrencyRow }
  | { readonly kind: 'rejected'; readonly refusal: Refusal }

/** An idempotency row in the domain; `transfers` holds the transfer it points to. */
export function toIdempotencyRecord(
  row: IdempotencyRow,
  transfers: ReadonlyMap<TransferId, Transfer>,
): IdempotencyRecord {
  const { principal, key, fingerprint } = row
  return { principal: principal as Principal, key, fingerprint, outcome: toOutcome(row, transfers) }
}

function toOutcome(row: IdempotencyRow, transfers: ReadonlyMap<TransferId, Transfer>): Outcome {
  const replayed = true
  const kept = row.outcome
  if (kept === null) {
    const transfer = transfers.get(row.transfer_id as TransferId)
    if (transfer === undefined)
      throw new Error(`transfer ${row.transfer_id} of an idempotency record is missing`)
    return transfer.status === 'posted'
      ? { kind: 'accepted', replayed, result: transfer }
      : { kind: 'rejected', replayed, refusal: transfer.refusal, transfer }
  }
  switch (kept.kind) {
    case 'account':
      return { kind: 'accepted', replayed, result: toAccount(kept.row) }
    case 'user':
      return { kind: 'accepted', replayed, result: toUser(kept.row) }
    case 'currency':
      return { kind: 'accepted', replayed, result: toCurrency(kept.row) }
    case 'rejected':
      return { kind: 'rejected', replayed, refusal: kept.refusal, transfer: null }
  }
}

/** What an idempotency record keeps: the transfer's id, or else the outcome itself. */
export function fromOutcome(outcome: Outcome): {
  readonly transferId: TransferId | null
  readonly kept: Json
} {
  if (outcome.kind === 'rejected') {
    const { transfer, refusal } = outcome
    return transfer === null
      ? { transferId: null, kept: { kind: 'rejected', refusal: { ...refusal } } }
      : { transferId: transfer.id, kept: null }
  }
  const { result } = outcome
  if ('postings' in result) return { transferId: result.id, kept: null }
  if ('posted' in result)
    return { transferId: null, kept: { kind: 'account', row: { ...fromAccount(result) } } }
  if ('email' in result) return { transferId: null, kept: { kind: 'user', row: { ...fromUser(result) } } }
  return { transferId: null, kept: { kind: 'currency', row: { ...fromCurrency(result) } } }
}
