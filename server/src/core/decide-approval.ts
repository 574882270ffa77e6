// Approvals: a transfer waits for a second principal, and is decided anew when that one approves it.
import { isApprovalDue, type Approval } from './approval.ts'
import type { ApproveTransfer, ExpireApproval, RejectTransfer } from './approval-commands.ts'
import { approvalEnded, approvalRequested } from './approval-facts.ts'
import { expectDefined } from './assert.ts'
import type { OutcomeOf, PostTransfer, Rejected } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { Refusal } from './codes.ts'
import { putApproval, settle, type Draft } from './draft.ts'
import { transferPosted } from './facts.ts'
import type { TransferId } from './ids.ts'
import { addSeconds } from './instant.ts'
import { accepted, rejected, rejectedFor } from './outcome.ts'
import { judge } from './rules.ts'

/** Lets a transfer wait for approval, which nothing but the rule of `demand` was against. */
export function askApproval(
  draft: Draft,
  { id, postings, reference, metadata, effectiveAt, principal }: PostTransfer,
  { demand, seconds }: { readonly demand: Refusal; readonly seconds: number },
): OutcomeOf<PostTransfer> {
  const { at } = draft.changes
  const { account, policy } = expectDefined(demand.explanation, 'what demands an approval')
  const approval: Approval = {
    id,
    status: 'pending',
    transfer: { postings, reference, metadata, effectiveAt },
    account,
    policy: expectDefined(policy, 'policy that demands an approval'),
    requestedBy: principal,
    decidedBy: null,
    expiresAt: addSeconds(at, seconds),
    createdAt: at,
    updatedAt: at,
  }
  putApproval(draft, approval)
  draft.changes.facts.push(approvalRequested(principal, approval))
  return accepted('approval', approval)
}

/**
 * Posts a transfer that waits, or refuses: transfer_id_reused, approval_not_found, approval_approved, approval_rejected,
 * approval_expired, approver_is_maker, period_closed; and whatever a transfer is refused for now, but for
 * approval_required. Refused, it waits on: nothing is recorded under the id that is promised to the one that will happen.
 */
export function decideApproval(draft: Draft, { id, principal }: ApproveTransfer): OutcomeOf<ApproveTransfer> {
  const { at } = draft.changes
  const approval = pendingApproval(draft, id)
  if ('kind' in approval) return approval
  if (isApprovalDue(approval, at)) return expiredAlready(approval)
  if (approval.requestedBy === principal) {
    return rejected(
      'approver_is_maker',
      'approval_id',
      `${principal} asked for transfer ${id}: another must approve it`,
    )
  }
  const { postings: asked, reference, metadata, effectiveAt } = approval.transfer
  const { closedThrough } = draft.state.books
  // That it was not too long ago was judged when it was asked for.
  if (effectiveAt !== null && closedThrough !== null && effectiveAt <= closedThrough) {
    return rejected('period_closed', 'effective_at', `the books are closed through ${closedThrough}`)
  }
  const { postings, refusal } = judge(draft.state, asked, { limits: false, approval: true })
  if (refusal !== null) return rejectedFor(refusal)

  const fields = { id, reference, metadata, origin: null, createdAt: at, effectiveAt: effectiveAt ?? at }
  const transfer = settle(draft, fields, postings)
  draft.changes.facts.push(transferPosted(principal, transfer))
  return accepted('approved', { approval: end(draft, approval, 'approved', principal), transfer })
}

/** Turns a transfer down that waits, or refuses: approval_not_found, approval_approved, approval_rejected, approval_expired. */
export function decideRejection(draft: Draft, { id, principal }: RejectTransfer): OutcomeOf<RejectTransfer> {
  const approval = pendingApproval(draft, id)
  if ('kind' in approval) return approval
  if (isApprovalDue(approval, draft.changes.at)) return expiredAlready(approval)
  return accepted('approval', end(draft, approval, 'rejected', principal))
}

/**
 * Ends an approval at its time, or refuses: approval_not_found, approval_approved, approval_rejected, approval_expired,
 * approval_not_due.
 */
export function decideExpiry(draft: Draft, { id, principal }: ExpireApproval): OutcomeOf<ExpireApproval> {
  const approval = pendingApproval(draft, id)
  if ('kind' in approval) return approval
  if (!isApprovalDue(approval, draft.changes.at)) {
    return rejected('approval_not_due', 'approval_id', `approval ${id} has time until ${approval.expiresAt}`)
  }
  return accepted('approval', end(draft, approval, 'expired', principal))
}

const ENDED = {
  approved: 'approval_approved',
  rejected: 'approval_rejected',
  expired: 'approval_expired',
} as const

/** The approval while nothing has ended it; one whose time is over is pending until a sweep finds it. */
function pendingApproval({ state }: Draft, id: TransferId): Approval | Rejected {
  const approval = state.approvals.get(id)
  if (approval === undefined)
    return rejected('approval_not_found', 'approval_id', `approval ${id} does not exist`)
  if (approval.status !== 'pending') {
    return rejected(
      ENDED[approval.status],
      'approval_id',
      `approval ${id} was ${approval.status} at ${approval.updatedAt}`,
    )
  }
  // Two processes that were given one id at once, for transfers that share no account, do not see each other.
  return state.transfers.has(id)
    ? rejected('transfer_id_reused', 'approval_id', `transfer ${id} exists and is another transfer`)
    : approval
}

function expiredAlready({ id, expiresAt }: Approval): Rejected {
  return rejected('approval_expired', 'approval_id', `approval ${id} expired at ${expiresAt}`)
}

function end(
  draft: Draft,
  before: Approval,
  status: 'approved' | 'rejected' | 'expired',
  principal: Principal,
): Approval {
  const decidedBy = status === 'expired' ? null : principal
  const after: Approval = { ...before, status, decidedBy, updatedAt: draft.changes.at }
  putApproval(draft, after)
  draft.changes.facts.push(approvalEnded(`approval.${status}`, principal, after))
  return after
}
