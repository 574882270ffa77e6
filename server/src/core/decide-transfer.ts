// The rules of a transfer. Guards first, in the precedence of codes.ts; past them the transfer must succeed.
import type { AccountBalance } from './account.ts'
import type { OutcomeOf, PostTransfer } from './command.ts'
import type { Refusal, RefusalCode } from './codes.ts'
import { NO_CURRENCY } from './currency.ts'
import { putTransfer, settle, type Draft } from './draft.ts'
import { transferFailed, transferPosted } from './facts.ts'
import type { AccountId } from './ids.ts'
import { formatAmount, formatAmountTrimmed, MINOR_MAX } from './money.ts'
import { accepted, rejected } from './outcome.ts'
import { sameContent, type FailedTransfer, type Posting, type Transfer } from './transfer.ts'

/**
 * Posts a transfer, or refuses it: transfer_id_reused, account_not_found, same_account, currency_mismatch,
 * insufficient_funds, balance_overflow. A refusal other than transfer_id_reused is recorded as a failed transfer.
 *
 * The postings happen together: floors are checked on what all of them leave, not in between.
 */
export function decideTransfer(draft: Draft, command: PostTransfer): OutcomeOf<PostTransfer> {
  const existing = draft.state.transfers.get(command.id)
  if (existing !== undefined) return repeat(existing, command)

  const { id, reference, metadata, postings, principal } = command
  const fields = { id, reference, metadata, createdAt: draft.changes.at }
  const refusal = refusalOf(draft, postings)
  if (refusal !== null) {
    const transfer: FailedTransfer = { ...fields, status: 'failed', postings, refusal }
    putTransfer(draft, transfer)
    draft.changes.facts.push(transferFailed(principal, transfer))
    return { kind: 'rejected', replayed: false, refusal, transfer }
  }

  const transfer = settle(draft, { ...fields, status: 'posted' }, postings)
  draft.changes.facts.push(transferPosted(principal, transfer))
  return accepted(transfer)
}

/** The answer to a transfer id that the ledger has: the first answer again, or a refusal if it asks for something else. */
function repeat(existing: Transfer, command: PostTransfer): OutcomeOf<PostTransfer> {
  if (!sameContent(existing, command)) {
    return rejected('transfer_id_reused', 'id', `transfer ${command.id} exists and is another transfer`)
  }
  return existing.status === 'posted'
    ? { kind: 'accepted', replayed: true, result: existing }
    : { kind: 'rejected', replayed: true, refusal: existing.refusal, transfer: existing }
}

function refusalOf(draft: Draft, postings: readonly Posting[]): Refusal | null {
  return structureRefusal(draft, postings) ?? balanceRefusal(draft, postings)
}

/** Codes run before postings: of two postings that are wrong, the one with the earlier code is told. */
function structureRefusal(draft: Draft, postings: readonly Posting[]): Refusal | null {
  const { accounts } = draft.state
  for (const [i, { source, destination }] of postings.entries()) {
    if (!accounts.has(source))
      return refuse('account_not_found', i, 'source', `account ${source} does not exist`)
    if (!accounts.has(destination)) {
      return refuse('account_not_found', i, 'destination', `account ${destination} does not exist`)
    }
  }
  for (const [i, { source, destination }] of postings.entries()) {
    if (source === destination) {
      return refuse('same_account', i, 'destination', `source and destination are both account ${source}`)
    }
  }
  for (const [i, posting] of postings.entries()) {
    for (const side of ['source', 'destination'] as const) {
      const account = accounts.get(posting[side]) as AccountBalance
      if (account.currency !== posting.currency) {
        return refuse(
          'currency_mismatch',
          i,
          side,
          `account ${account.id} is in ${account.currency}, not ${posting.currency}`,
        )
      }
    }
  }
  return null
}

function balanceRefusal(draft: Draft, postings: readonly Posting[]): Refusal | null {
  const running = new Map<AccountId, bigint>()
  const before = (id: AccountId): bigint => (draft.state.accounts.get(id) as AccountBalance).posted
  let overflow: Refusal | null = null
  for (const [i, { source, destination, amount }] of postings.entries()) {
    const sourceAfter = (running.get(source) ?? before(source)) - amount
    const destinationAfter = (running.get(destination) ?? before(destination)) + amount
    running.set(source, sourceAfter).set(destination, destinationAfter)
    if (overflow === null && sourceAfter < -MINOR_MAX) overflow = overflowRefusal(i, 'source', source)
    if (overflow === null && destinationAfter > MINOR_MAX)
      overflow = overflowRefusal(i, 'destination', destination)
  }
  for (const [id, after] of running) {
    const account = draft.state.accounts.get(id) as AccountBalance
    const { creditLimit, posted } = account
    if (creditLimit === null || after >= posted || after >= -creditLimit) continue
    const i = postings.findIndex((posting) => posting.source === id)
    return refuse('insufficient_funds', i, 'source', shortfall(account, posted - after))
  }
  return overflow
}

function overflowRefusal(i: number, side: 'source' | 'destination', id: AccountId): Refusal {
  return refuse('balance_overflow', i, side, `the balance of account ${id} would have more than 38 digits`)
}

function shortfall({ id, posted, creditLimit, currency, scale }: AccountBalance, taken: bigint): string {
  const show = (minor: bigint): string =>
    currency === NO_CURRENCY.code
      ? formatAmountTrimmed(minor, scale)
      : `${formatAmount(minor, scale)} ${currency}`
  return `account ${id} has ${show(posted + (creditLimit ?? 0n))} available, and this takes ${show(taken)}`
}

function refuse(
  code: RefusalCode,
  posting: number,
  side: 'source' | 'destination',
  message: string,
): Refusal {
  return { code, field: `postings[${posting}].${side}`, message }
}
