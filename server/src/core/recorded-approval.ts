// Facts about approvals, read back from the journal.
import { approvalStatuses, type Approval } from './approval.ts'
import { approvalEnded, approvalRequested, type ApprovalChange } from './approval-facts.ts'
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'
import { parseAccountId, parseUuidV7, type PolicyId, type TransferId } from './ids.ts'
import {
  id,
  instant,
  list,
  metadata,
  nullable,
  object,
  oneOf,
  text,
  wholeNumber,
  type Data,
} from './json-read.ts'
import { readPosting } from './recorded-parts.ts'

/** A fact about an approval, understood. */
export type RecordedApproval = { readonly principal: Principal } & (
  | { readonly type: 'approval.requested'; readonly approval: Approval }
  | {
      readonly type: 'approval.approved' | 'approval.rejected' | 'approval.expired'
      readonly ended: ApprovalChange
    }
)

/** The fact that such a one was. */
export function toApprovalFact(recorded: RecordedApproval): Fact {
  return recorded.type === 'approval.requested'
    ? approvalRequested(recorded.principal, recorded.approval)
    : approvalEnded(recorded.type, recorded.principal, recorded.ended)
}

/** Reads its data; throws on what is none. */
export function readApproval(
  type: RecordedApproval['type'],
  principal: Principal,
  data: Data,
): RecordedApproval {
  return type === 'approval.requested'
    ? { type, principal, approval: readWhole(data) }
    : { type, principal, ended: readChange(data) }
}

function readWhole(data: Data): Approval {
  const policy = object(data['policy'])
  return {
    ...readChange(data),
    transfer: readAsked(data['transfer']),
    account: id(data['account'], parseAccountId),
    policy: { id: id(policy['id'], parseUuidV7<PolicyId>), version: wholeNumber(policy['version']) },
    requestedBy: text(data['requested_by']) as Principal,
    expiresAt: instant(data['expires_at']),
    createdAt: instant(data['created_at']),
  }
}

/** The transfer as it was asked for, as facts and stores keep it. */
export function readAsked(value: unknown): Approval['transfer'] {
  const data = object(value)
  return {
    postings: list(data['postings']).map(readPosting),
    reference: nullable(data['reference'], text),
    metadata: metadata(data['metadata']),
    effectiveAt: nullable(data['effective_at'], instant),
  }
}

function readChange(data: Data): ApprovalChange {
  return {
    id: id(data['id'], parseUuidV7<TransferId>),
    status: oneOf(data['status'], approvalStatuses),
    decidedBy: nullable(data['decided_by'], text) as Principal | null,
    updatedAt: instant(data['updated_at']),
  }
}
