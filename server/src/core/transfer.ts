// Transfers, their postings, and the entries they leave on accounts.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, HoldId, QuoteId, TransferId } from './ids.ts'
import type { Instant } from './instant.ts'
import { sameMetadata, type Metadata } from './metadata.ts'
import type { Scale } from './money.ts'
import type { Refusal } from './codes.ts'

/** A transfer has at least one posting and at most this many. */
export const POSTINGS_MAX = 100

/** Why a posting is there, or how its amount came about, when it is not just what the client wrote. */
export type PostingRole =
  /** Added by a policy's fee rule. */
  | { readonly kind: 'fee' }
  /** The amount is what was available, up to `max` minor units; null is all. */
  | { readonly kind: 'balancing'; readonly max: bigint | null }
  /** Undoes posting `reverses` of the original, of which `reversedAfter` minor units are undone now. */
  | { readonly kind: 'reversal'; readonly reverses: number; readonly reversedAfter: bigint }

/** One leg: `amount` minor units (1 to 10^38 - 1) move from source to destination. */
export interface Posting {
  readonly source: AccountId
  readonly destination: AccountId
  /** 0 in a balancing posting that was not carried out. */
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly scale: Scale
  readonly role: PostingRole | null
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
  /** How much of the amount has been reversed since, in minor units. */
  readonly reversed: bigint
}

/** What a transfer that no client wrote as such came from. */
export type TransferOrigin =
  | { readonly kind: 'reversal'; readonly of: TransferId }
  | { readonly kind: 'capture'; readonly holdId: HoldId }
  | { readonly kind: 'conversion'; readonly quoteId: QuoteId }

interface TransferFields {
  readonly id: TransferId
  readonly reference: string | null
  readonly metadata: Metadata
  readonly origin: TransferOrigin | null
  /** When it was recorded. */
  readonly createdAt: Instant
  /** Business time: when it counts; never later than createdAt. */
  readonly effectiveAt: Instant
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

/** One signed line on one account. Amounts are minor units. */
export interface Entry {
  readonly accountId: AccountId
  /** 1, 2, 3… per account, without gaps. */
  readonly number: bigint
  readonly transferId: TransferId
  /** Negative on the source, positive on the destination. */
  readonly amount: bigint
  readonly balanceAfter: bigint
  /** All that has left the account up to and with this entry, and how many transfers took it. */
  readonly debitedAfter: bigint
  readonly debitsAfter: bigint
  /** What the transfer says. */
  readonly reference: string | null
  /** Business time of the transfer. */
  readonly effectiveAt: Instant
}

/** What a client says a transfer should be; `effectiveAt` null is the time of recording. */
export interface TransferContent {
  readonly reference: string | null
  readonly metadata: Metadata
  readonly effectiveAt: Instant | null
  readonly postings: readonly Posting[]
}

/** True when the transfer is what the content asks for; how a repeated transfer id is told from a reused one. */
export function hasContent(transfer: Transfer, asked: TransferContent): boolean {
  const written = transfer.postings.filter(({ role }) => role === null || role.kind === 'balancing')
  return (
    transfer.origin === null &&
    transfer.reference === asked.reference &&
    transfer.effectiveAt === (asked.effectiveAt ?? transfer.createdAt) &&
    sameMetadata(transfer.metadata, asked.metadata) &&
    written.length === asked.postings.length &&
    written.every((posting, i) => samePosting(posting, asked.postings[i] as Posting))
  )
}

/** True when both ask for the same transfer. */
export function asksTheSame(a: TransferContent, b: TransferContent): boolean {
  return (
    a.reference === b.reference &&
    a.effectiveAt === b.effectiveAt &&
    sameMetadata(a.metadata, b.metadata) &&
    a.postings.length === b.postings.length &&
    a.postings.every((posting, i) => samePosting(posting, b.postings[i] as Posting))
  )
}

function samePosting(a: Posting, b: Posting): boolean {
  return (
    a.source === b.source &&
    a.destination === b.destination &&
    a.currency === b.currency &&
    (a.role?.kind === 'balancing'
      ? b.role?.kind === 'balancing' && a.role.max === b.role.max
      : b.role === null && a.amount === b.amount)
  )
}
