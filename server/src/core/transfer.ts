// Transfers, their postings, and the entries they leave on accounts.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, TransferId } from './ids.ts'
import type { Instant } from './instant.ts'
import { sameMetadata, type Metadata } from './metadata.ts'
import type { Scale } from './money.ts'
import type { Refusal } from './codes.ts'

/** A transfer has at least one posting and at most this many. */
export const POSTINGS_MAX = 100

/** One leg: `amount` minor units (1 to 10^38 - 1) move from source to destination. */
export interface Posting {
  readonly source: AccountId
  readonly destination: AccountId
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly scale: Scale
}

/** One account's side of a posting that happened. */
export interface Leg {
  /** The entry's number on the account. */
  readonly entry: bigint
  /** The account's posted balance after this entry, in minor units. */
  readonly balanceAfter: bigint
}

/** A posting that happened, with the entries it made. */
export interface SettledPosting extends Posting {
  readonly sourceLeg: Leg
  readonly destinationLeg: Leg
}

interface TransferFields {
  readonly id: TransferId
  readonly reference: string | null
  readonly metadata: Metadata
  readonly createdAt: Instant
}

/** A transfer that moved money. */
export interface PostedTransfer extends TransferFields {
  readonly status: 'posted'
  readonly postings: readonly SettledPosting[]
}

/** A transfer that was refused: recorded, with its reason and without entries. */
export interface FailedTransfer extends TransferFields {
  readonly status: 'failed'
  readonly postings: readonly Posting[]
  readonly refusal: Refusal
}

/** One business movement. */
export type Transfer = PostedTransfer | FailedTransfer

/** One signed line on one account. */
export interface Entry {
  readonly accountId: AccountId
  /** 1, 2, 3… per account, without gaps. */
  readonly number: bigint
  readonly transferId: TransferId
  /** Negative on the source, positive on the destination; minor units. */
  readonly amount: bigint
  readonly balanceAfter: bigint
}

/** The entries of a posting that happened: source first. */
export function toEntries(transferId: TransferId, posting: SettledPosting): [Entry, Entry] {
  const { source, destination, amount, sourceLeg, destinationLeg } = posting
  return [
    {
      accountId: source,
      number: sourceLeg.entry,
      transferId,
      amount: -amount,
      balanceAfter: sourceLeg.balanceAfter,
    },
    {
      accountId: destination,
      number: destinationLeg.entry,
      transferId,
      amount,
      balanceAfter: destinationLeg.balanceAfter,
    },
  ]
}

/** What a client says a transfer should be. */
export type TransferContent = Pick<Transfer, 'reference' | 'metadata'> & {
  readonly postings: readonly Posting[]
}

/** True when two transfers ask for the same movement; how a repeated transfer id is told from a reused one. */
export function sameContent(a: TransferContent, b: TransferContent): boolean {
  return (
    a.reference === b.reference &&
    sameMetadata(a.metadata, b.metadata) &&
    a.postings.length === b.postings.length &&
    a.postings.every((posting, i) => samePosting(posting, b.postings[i]))
  )
}

function samePosting(a: Posting, b: Posting | undefined): boolean {
  return (
    b !== undefined &&
    a.source === b.source &&
    a.destination === b.destination &&
    a.amount === b.amount &&
    a.currency === b.currency
  )
}
