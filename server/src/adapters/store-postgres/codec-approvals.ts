// Rows of approvals, to the domain and back.
import type { Approval, ApprovalStatus } from '#core/approval.ts'
import { askedData } from '#core/approval-facts.ts'
import type { Json } from '#core/canonical-json.ts'
import type { Principal } from '#core/command-fields.ts'
import type { AccountId, PolicyId, TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { readAsked } from '#core/recorded-approval.ts'

/** A row of florin.approvals. */
export interface ApprovalRow {
  readonly id: string
  readonly status: ApprovalStatus
  /** See askedData in core/approval-facts.ts. */
  readonly transfer: Json
  readonly account_id: string
  readonly policy_id: string
  readonly policy_version: number
  readonly requested_by: string
  readonly decided_by: string | null
  readonly expires_at: Instant
  readonly created_at: Instant
  readonly updated_at: Instant
}

/** An approval row in the domain. */
export function toApproval(row: ApprovalRow): Approval {
  return {
    id: row.id as TransferId,
    status: row.status,
    transfer: readAsked(row.transfer),
    account: row.account_id as AccountId,
    policy: { id: row.policy_id as PolicyId, version: row.policy_version },
    requestedBy: row.requested_by as Principal,
    decidedBy: row.decided_by as Principal | null,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** An approval as apply_approvals and the kept outcomes write it. */
export function fromApproval(approval: Approval): ApprovalRow {
  return {
    id: approval.id,
    status: approval.status,
    transfer: askedData(approval.transfer),
    account_id: approval.account,
    policy_id: approval.policy.id,
    policy_version: approval.policy.version,
    requested_by: approval.requestedBy,
    decided_by: approval.decidedBy,
    expires_at: approval.expiresAt,
    created_at: approval.createdAt,
    updated_at: approval.updatedAt,
  }
}
