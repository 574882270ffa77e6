// What is kept under idempotency keys, to the domain and back. Transfers and holds are kept as themselves, and pointed to.
import { expectDefined } from '#core/assert.ts'
import type { Json } from '#core/canonical-json.ts'
import type { Accepted, IdempotencyRecord, Makes, Outcome, Rejected } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { Refusal } from '#core/codes.ts'
import { failureJson } from '#core/facts.ts'
import type { HoldId, TransferId } from '#core/ids.ts'
import type { Hold, HoldStatus } from '#core/hold.ts'
import type { Instant } from '#core/instant.ts'
import { readRefusal } from '#core/recorded-parts.ts'
import type { FailedTransfer, PostedTransfer, Transfer } from '#core/transfer.ts'
import {
  fromAccount,
  fromCurrency,
  fromUser,
  toAccount,
  toCurrency,
  toUser,
  type AccountRow,
  type CurrencyRow,
  type UserRow,
} from './codec.ts'
import { fromApiKey, toApiKey, type ApiKeyRow } from './codec-access.ts'
import { fromApproval, toApproval, type ApprovalRow } from './codec-approvals.ts'
import {
  fromPolicy,
  fromQuote,
  toHold,
  toPolicy,
  toQuote,
  type HoldRow,
  type PolicyRow,
  type QuoteRow,
} from './codec-rules.ts'
import { toTransfer, type TransferRow } from './codec-transfers.ts'

/** A row of florin.idempotency_records. */
export interface IdempotencyRow {
  readonly principal: string
  readonly key: string
  readonly fingerprint: string
  /** The transfer that was made or recorded. */
  readonly transfer_id: string | null
  /** What the transfer does not tell; null when it tells all. */
  readonly outcome: KeptOutcome | null
}

/** An outcome, or the part of it that is not a transfer, as it is kept. */
type KeptOutcome =
  | { readonly kind: 'account'; readonly row: AccountRow }
  | { readonly kind: 'user'; readonly row: UserRow }
  | { readonly kind: 'currency'; readonly row: CurrencyRow }
  | ({ readonly kind: 'hold' | 'capture' } & KeptHold)
  | { readonly kind: 'policy'; readonly row: PolicyRow }
  | { readonly kind: 'quote'; readonly row: QuoteRow }
  | { readonly kind: 'api_key'; readonly row: ApiKeyRow }
  | { readonly kind: 'approval' | 'approved'; readonly row: ApprovalRow }
  | { readonly kind: 'books'; readonly closed_through: Instant | null }
  | { readonly kind: 'transfer'; readonly reversed: Reversed }
  /** The transfers of a group. */
  | { readonly kind: 'transfers'; readonly ids: readonly TransferId[]; readonly reversed: Reversed }
  | { readonly kind: 'rejected'; readonly refusal: Json }

/** A hold as it was when it was answered; the rest of it never changes. An earlier Florin kept the whole, as `row`. */
type KeptHold =
  | {
      readonly hold_id: HoldId
      readonly status: HoldStatus
      readonly captured: string
      readonly updated_at: Instant
    }
  | { readonly row: HoldRow }

/**
 * How much had been reversed of transfers when they were answered: of most nothing, and then they are not in it. An
 * answer is given again as it was, whatever has been reversed since.
 */
type Reversed = Readonly<Record<TransferId, readonly string[]>>

/** The rows that kept answers point to, by their ids. */
export interface Answers {
  readonly transfers: ReadonlyMap<string, TransferRow>
  readonly holds: ReadonlyMap<string, HoldRow>
}

/** The ids of the rows that a kept answer points to. */
export function pointersOf({ transfer_id: id, outcome: kept }: IdempotencyRow): {
  readonly transfers: readonly string[]
  readonly holds: readonly string[]
} {
  const ids = kept?.kind === 'transfers' ? kept.ids : []
  return {
    transfers: id === null ? ids : [...ids, id],
    holds: kept !== null && 'hold_id' in kept ? [kept.hold_id] : [],
  }
}

/** An idempotency row in the domain. */
export function toIdempotencyRecord(row: IdempotencyRow, answers: Answers): IdempotencyRecord {
  const { principal, key, fingerprint } = row
  return { principal: principal as Principal, key, fingerprint, outcome: toOutcome(row, answers) }
}

function toOutcome(
  { transfer_id: id, outcome: kept }: IdempotencyRow,
  { transfers, holds }: Answers,
): Outcome {
  const find = (transferId: string, reversed: Reversed = {}): Transfer => {
    const row = expectDefined(transfers.get(transferId), `transfer ${transferId} of a kept answer`)
    return toTransfer({ ...row, reversed: reversed[transferId as TransferId] ?? null })
  }
  switch (kept?.kind) {
    case undefined:
      return toTransferOutcome(find(id as string))
    case 'transfer':
      return toTransferOutcome(find(id as string, kept.reversed))
    case 'transfers':
      return again(
        'transfers',
        kept.ids.map((one) => find(one, kept.reversed) as PostedTransfer),
      )
    case 'capture':
      return again('capture', {
        hold: toKeptHold(kept, holds),
        transfer: find(id as string) as PostedTransfer,
      })
    case 'rejected': {
      const transfer = id === null ? null : (find(id) as FailedTransfer)
      return rejectedAgain(readRefusal(kept.refusal), transfer)
    }
    case 'account':
      return again('account', toAccount(kept.row))
    case 'user':
      return again('user', toUser(kept.row))
    case 'currency':
      return again('currency', toCurrency(kept.row))
    case 'hold':
      return again('hold', toKeptHold(kept, holds))
    case 'policy':
      return again('policy', toPolicy(kept.row))
    case 'quote':
      return again('quote', toQuote(kept.row))
    case 'api_key':
      return again('api_key', toApiKey(kept.row))
    case 'approval':
      return again('approval', toApproval(kept.row))
    case 'approved':
      return again('approved', {
        approval: toApproval(kept.row),
        transfer: find(id as string) as PostedTransfer,
      })
    case 'books':
      return again('books', { closedThrough: kept.closed_through })
  }
}

function toKeptHold(kept: KeptHold, holds: Answers['holds']): Hold {
  if ('row' in kept) return toHold(kept.row)
  const { hold_id: id, status, captured, updated_at } = kept
  const row = expectDefined(holds.get(id), `hold ${id} of a kept answer`)
  return toHold({ ...row, status, captured, updated_at })
}

function toTransferOutcome(transfer: Transfer): Outcome {
  return transfer.status === 'posted'
    ? again('transfer', transfer)
    : rejectedAgain(transfer.refusal, transfer)
}

function again<Made extends keyof Makes>(made: Made, result: Makes[Made]): Accepted<Made> {
  return { kind: 'accepted', replayed: true, made, result }
}

function rejectedAgain(refusal: Refusal, transfer: FailedTransfer | null): Rejected {
  return { kind: 'rejected', replayed: true, refusal, transfer }
}

/** What an idempotency record keeps: a transfer's id, the outcome, or both. */
export function fromOutcome(outcome: Outcome): {
  readonly transferId: TransferId | null
  readonly kept: Json
} {
  if (outcome.kind === 'rejected') {
    const { transfer, refusal } = outcome
    // A refused group's reason is its transfer's, but for the place in the group.
    const kept = refusal === transfer?.refusal ? null : { kind: 'rejected', refusal: failureJson(refusal) }
    return { transferId: transfer?.id ?? null, kept }
  }
  switch (outcome.made) {
    case 'transfer': {
      const reversed = reversedOf([outcome.result])
      const kept = Object.keys(reversed).length === 0 ? null : { kind: 'transfer', reversed }
      return { transferId: outcome.result.id, kept }
    }
    case 'capture': {
      const { transfer, hold } = outcome.result
      return { transferId: transfer.id, kept: { kind: 'capture', ...keptHold(hold) } }
    }
    case 'approved': {
      const { transfer, approval } = outcome.result
      return { transferId: transfer.id, kept: { kind: 'approved', row: { ...fromApproval(approval) } } }
    }
    default:
      return { transferId: null, kept: keptWhole(outcome) }
  }
}

function keptWhole(
  outcome: Exclude<Outcome, Rejected | Accepted<'transfer'> | Accepted<'capture'> | Accepted<'approved'>>,
): Json {
  switch (outcome.made) {
    case 'account':
      return { kind: 'account', row: { ...fromAccount(outcome.result) } }
    case 'user':
      return { kind: 'user', row: { ...fromUser(outcome.result) } }
    case 'currency':
      return { kind: 'currency', row: { ...fromCurrency(outcome.result) } }
    case 'hold':
      return { kind: 'hold', ...keptHold(outcome.result) }
    case 'policy':
      return { kind: 'policy', row: { ...fromPolicy(outcome.result) } }
    case 'quote':
      return { kind: 'quote', row: { ...fromQuote(outcome.result) } }
    case 'api_key':
      return { kind: 'api_key', row: { ...fromApiKey(outcome.result) } }
    case 'approval':
      return { kind: 'approval', row: { ...fromApproval(outcome.result) } }
    case 'books':
      return { kind: 'books', closed_through: outcome.result.closedThrough }
    case 'transfers':
      return {
        kind: 'transfers',
        ids: outcome.result.map(({ id }) => id),
        reversed: reversedOf(outcome.result),
      }
    case 'login':
    case 'session':
    case 'refresh':
    case 'sessions':
    case 'simulation':
    case 'attempts':
      throw new Error(`${outcome.made}: not kept`)
  }
}

function keptHold({ id, status, captured, updatedAt }: Hold) {
  return { hold_id: id, status, captured: captured.toString(), updated_at: updatedAt } satisfies KeptHold
}

function reversedOf(transfers: readonly PostedTransfer[]): Reversed {
  const some = transfers.filter(({ postings }) => postings.some(({ reversed }) => reversed > 0n))
  return Object.fromEntries(
    some.map(({ id, postings }) => [id, postings.map(({ reversed }) => reversed.toString())]),
  )
}
