// Facts about approvals. What an approved transfer came to is told by the transfer.
import type { Approval } from './approval.ts'
import type { Json } from './canonical-json.ts'
import type { Principal } from './command-fields.ts'
import { postingsJson, type Fact } from './facts.ts'

/** A transfer waits for approval. */
export function approvalRequested(principal: Principal, approval: Approval): Fact {
  return { type: 'approval.requested', principal, data: approvalData(approval) }
}

/** What a fact tells of an approval that there was before. */
export type ApprovalChange = Pick<Approval, 'id' | 'status' | 'decidedBy' | 'updatedAt'>

/** An approval was given or refused, or has expired: what changed of it. */
export function approvalEnded(
  type: 'approval.approved' | 'approval.rejected' | 'approval.expired',
  principal: Principal,
  approval: ApprovalChange,
): Fact {
  return { type, principal, data: approvalChangeData(approval) }
}

/** What may change of an approval, as facts show it. */
export function approvalChangeData({ id, status, decidedBy, updatedAt }: ApprovalChange) {
  return { decided_by: decidedBy, id, status, updated_at: updatedAt }
}

/** An approval as the fact of its making shows it. */
export function approvalData(approval: Approval): { readonly [key: string]: Json } {
  return {
    account: approval.account,
    created_at: approval.createdAt,
    decided_by: approval.decidedBy,
    expires_at: approval.expiresAt,
    id: approval.id,
    policy: { id: approval.policy.id, version: approval.policy.version },
    requested_by: approval.requestedBy,
    status: approval.status,
    transfer: askedData(approval.transfer),
    updated_at: approval.updatedAt,
  }
}

/** The transfer as it was asked for, as facts and stores show it. */
export function askedData({ effectiveAt, metadata, postings, reference }: Approval['transfer']) {
  return { effective_at: effectiveAt, metadata, postings: postingsJson(postings), reference }
}
