// Transfers: the guards of rules.ts first; past them the transfer must succeed.
import type { Approval } from './approval.ts'
import type { OutcomeOf, PostTransfer, Rejected, SimulateTransfer, TransferOutcome } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { Refusal } from './codes.ts'
import { askApproval } from './decide-approval.ts'
import { attempt, putTransfer, settle, type Draft } from './draft.ts'
import { transferFailed, transferPosted } from './facts.ts'
import type { Instant } from './instant.ts'
import { accepted, rejected, rejectedFor } from './outcome.ts'
import { judge, moneyRefusal, type Exemption } from './rules.ts'
import { asksTheSame, hasContent, type Posting, type Transfer } from './transfer.ts'

/**
 * Posts a transfer, lets it wait for approval, or refuses it: transfer_id_reused, effective_at_in_future, period_closed,
 * effective_at_too_early, and whatever `moveMoney` refuses.
 */
export function decideTransfer(draft: Draft, command: PostTransfer): OutcomeOf<PostTransfer> {
  const existing = draft.state.transfers.get(command.id)
  if (existing !== undefined) return repeat(existing, command)
  const waiting = draft.state.approvals.get(command.id)
  if (waiting !== undefined) return repeatWaiting(waiting, command)

  const { id, reference, metadata, postings, principal, effectiveAt } = command
  const { at: createdAt } = draft.changes
  if (effectiveAt !== null) {
    const refused = effectiveAtRefusal(draft, effectiveAt, command.earliestEffectiveAt)
    if (refused !== null) return refused
  }
  const judged = judge(draft.state, postings, { limits: false })
  const { approvalSeconds: seconds } = command
  // It is the last of the guards, so nothing else is against the transfer.
  if (judged.refusal?.code === 'approval_required' && seconds !== null) {
    return askApproval(draft, command, { demand: judged.refusal, seconds })
  }
  const movement = { id, reference, metadata, origin: null, createdAt, effectiveAt: effectiveAt ?? createdAt }
  return finish(draft, principal, movement, judged)
}

function effectiveAtRefusal(
  { state, changes }: Draft,
  effectiveAt: Instant,
  earliest: Instant | null,
): Rejected | null {
  const { at } = changes
  const { closedThrough } = state.books
  if (effectiveAt > at) return rejected('effective_at_in_future', 'effective_at', `it is ${at} now`)
  if (closedThrough !== null && effectiveAt <= closedThrough) {
    return rejected('period_closed', 'effective_at', `the books are closed through ${closedThrough}`)
  }
  return earliest !== null && effectiveAt < earliest
    ? rejected('effective_at_too_early', 'effective_at', `must not be before ${earliest}`)
    : null
}

type Movement = Omit<Transfer, 'status' | 'postings' | 'refusal'>

/**
 * Carries postings out as one transfer, or refuses and records the refusal: account_not_found, same_account,
 * currency_mismatch, amount_unbounded, account_closed, account_frozen, destination_not_allowed, amount_below_minimum,
 * amount_above_maximum, velocity_exceeded, velocity_count_exceeded, insufficient_funds, below_floor, ceiling_exceeded,
 * balance_overflow, approval_required.
 *
 * The postings happen together: floors are checked on what all of them leave, not in between.
 */
export function moveMoney(
  draft: Draft,
  principal: Principal,
  movement: Movement,
  asked: readonly Posting[],
): TransferOutcome {
  return finish(draft, principal, movement, judge(draft.state, asked, { limits: false }))
}

/** As `moveMoney` from where amounts and fees are known. */
export function carryOut(
  draft: Draft,
  principal: Principal,
  movement: Movement,
  postings: readonly Posting[],
  exempt: Exemption,
): TransferOutcome {
  return finish(draft, principal, movement, {
    postings,
    refusal: moneyRefusal(draft.state, postings, exempt),
  })
}

function finish(
  draft: Draft,
  principal: Principal,
  movement: Movement,
  { postings, refusal }: ReturnType<typeof judge>,
): TransferOutcome {
  if (refusal !== null) return fail(draft, principal, movement, postings, refusal)
  const transfer = settle(draft, movement, postings)
  draft.changes.facts.push(transferPosted(principal, transfer))
  return accepted('transfer', transfer)
}

function fail(
  draft: Draft,
  principal: Principal,
  movement: Movement,
  postings: readonly Posting[],
  refusal: Refusal,
): Rejected {
  return recordRefusal(
    draft,
    principal,
    rejectedFor(refusal, { ...movement, status: 'failed', postings, refusal }),
  )
}

/** Records the failed transfer of a refusal. */
export function recordRefusal(draft: Draft, principal: Principal, refused: Rejected): Rejected {
  const { transfer } = refused
  if (transfer !== null) {
    putTransfer(draft, transfer)
    draft.changes.facts.push(transferFailed(principal, transfer))
  }
  return refused
}

/** The answer to a transfer id that the ledger has: the first answer again, or a refusal if it asks for something else. */
function repeat(existing: Transfer, command: PostTransfer): OutcomeOf<PostTransfer> {
  if (!hasContent(existing, command)) {
    return rejected('transfer_id_reused', 'id', `transfer ${command.id} exists and is another transfer`)
  }
  return existing.status === 'posted'
    ? { ...accepted('transfer', existing), replayed: true }
    : { ...rejectedFor(existing.refusal, existing), replayed: true }
}

/** The answer to a transfer id that is promised: the approval as it is now, or a refusal if it asks for something else. */
function repeatWaiting(waiting: Approval, command: PostTransfer): OutcomeOf<PostTransfer> {
  return asksTheSame(waiting.transfer, command)
    ? { ...accepted('approval', waiting), replayed: true }
    : rejected('transfer_id_reused', 'id', `transfer ${command.id} is another transfer`)
}

/** What a transfer would come to, with all that is decided as it stands; nothing of it stays. */
export function decideSimulation(draft: Draft, { transfer }: SimulateTransfer): OutcomeOf<SimulateTransfer> {
  const first = draft.changes.entries.length
  const simulation = attempt(
    draft,
    () => ({ outcome: decideTransfer(draft, transfer), entries: draft.changes.entries.slice(first) }),
    () => false,
  )
  return accepted('simulation', simulation)
}
