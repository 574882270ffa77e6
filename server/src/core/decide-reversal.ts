// Reversals: a transfer undone, whole or in part, never more than once in total.
import type { OutcomeOf, Rejected, ReverseTransfer } from './command.ts'
import { expectDefined } from './assert.ts'
import { carryOut } from './decide-transfer.ts'
import { putReversed, type Draft } from './draft.ts'
import { formatAmount } from './money.ts'
import { rejected } from './outcome.ts'
import type { PostedTransfer, Posting, SettledPosting } from './transfer.ts'

/**
 * Undoes a transfer, or refuses: transfer_not_found, transfer_not_posted, reversal_of_reversal, posting_not_found,
 * reversal_exceeds_original; and, recorded as a failed transfer: account_closed, account_frozen, insufficient_funds,
 * below_floor, ceiling_exceeded, balance_overflow.
 */
export function decideReversal(draft: Draft, command: ReverseTransfer): OutcomeOf<ReverseTransfer> {
  const original = draft.state.transfers.get(command.original)
  if (original === undefined) {
    return rejected('transfer_not_found', 'transfer_id', `transfer ${command.original} does not exist`)
  }
  if (original.status !== 'posted') {
    return rejected('transfer_not_posted', 'transfer_id', `transfer ${original.id} failed and moved nothing`)
  }
  if (original.origin?.kind === 'reversal') {
    return rejected('reversal_of_reversal', 'transfer_id', `transfer ${original.id} is itself a reversal`)
  }
  const postings = postingsOf(original, command)
  if (!Array.isArray(postings)) return postings

  const { id, principal, reference, metadata } = command
  const { at } = draft.changes
  const movement = {
    id,
    reference: reference ?? original.reference,
    metadata,
    origin: { kind: 'reversal' as const, of: original.id },
    createdAt: at,
    effectiveAt: at,
  }
  const outcome = carryOut(draft, principal, movement, postings, { limits: true })
  if (outcome.kind === 'accepted') putReversed(draft, withReversed(original, outcome.result))
  return outcome
}

/** The postings that undo what was asked for, or why there are none. */
function postingsOf(original: PostedTransfer, { posting, amount }: ReverseTransfer): Posting[] | Rejected {
  const all = original.postings.entries().toArray()
  if (posting !== null && original.postings[posting] === undefined) {
    return rejected('posting_not_found', 'posting', `transfer ${original.id} has ${all.length} postings`)
  }
  const asked = all.filter(([i, { role }]) =>
    posting === null ? amount === null || role?.kind !== 'fee' : i === posting,
  )
  if (amount !== null && asked.length > 1) {
    return rejected(
      'posting_not_found',
      'posting',
      `transfer ${original.id} has ${all.length} postings: say which`,
    )
  }
  const left = asked.filter(([, settled]) => settled.reversed < settled.amount)
  const room = left.reduce((sum, [, settled]) => sum + settled.amount - settled.reversed, 0n)
  if (left.length === 0 || (amount !== null && amount > room)) {
    const { scale, currency } = expectDefined(asked[0], 'posting to reverse')[1]
    const message =
      left.length === 0 ? 'is reversed already' : `has ${formatAmount(room, scale)} ${currency} left`
    return rejected('reversal_exceeds_original', 'amount', `transfer ${original.id} ${message}`)
  }
  return left.map(([i, settled]) => toReversal(settled, i, amount ?? settled.amount - settled.reversed))
}

function toReversal(settled: SettledPosting, reverses: number, amount: bigint): Posting {
  const { source, destination, currency, scale, reversed } = settled
  return {
    source: destination,
    destination: source,
    amount,
    currency,
    scale,
    role: { kind: 'reversal', reverses, reversedAfter: reversed + amount },
  }
}

function withReversed(original: PostedTransfer, reversal: PostedTransfer): PostedTransfer {
  const reversed = new Map<number, bigint>()
  for (const { role } of reversal.postings) {
    if (role?.kind === 'reversal') reversed.set(role.reverses, role.reversedAfter)
  }
  return {
    ...original,
    postings: original.postings.map((posting, i) => ({
      ...posting,
      reversed: reversed.get(i) ?? posting.reversed,
    })),
  }
}
