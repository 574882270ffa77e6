// Rows of transfers and entries to the domain.
import type { Json } from '#core/canonical-json.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { instant, optional, type Data } from '#core/json-read.ts'
import type { Metadata } from '#core/metadata.ts'
import { readOrigin } from '#core/recorded-fact.ts'
import { readRefusal, readRole } from '#core/recorded-parts.ts'
import type { Entry, Posting, SettledPosting, Transfer } from '#core/transfer.ts'

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
  readonly reference: string | null
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
    reference: row.reference,
    effectiveAt: row.effective_at ?? row.created_at,
    createdAt: row.created_at,
  }
}
