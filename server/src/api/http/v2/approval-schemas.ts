// What v2 reads and answers about approvals.
import { z } from 'zod'
import { approvalStatuses, type Approval } from '#core/approval.ts'
import { parseUuidV7, type TransferId } from '#core/ids.ts'
import { formatAmount } from '#core/money.ts'
import type { Posting } from '#core/transfer.ts'
import { principalText, transferIdText } from '../fields.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, shownMetadata, uuid } from './shown.ts'
import { TransferSchema } from './transfer-schemas.ts'

/** Where approvals are. */
export const APPROVALS_PATH = '/v2/approvals'

/** Path of one approval. */
export const ApprovalPath = z.strictObject({ approval_id: transferIdText })

/** `GET /v2/approvals` */
export const approvalList = listQuery({
  name: 'approvals',
  filters: {
    status: z.enum(approvalStatuses).optional(),
    requested_by: principalText.optional().meta({ description: 'Those that this principal asked for' }),
  },
  position: parseUuidV7<TransferId>,
})

const AskedPosting = z
  .strictObject({
    source: accountId,
    destination: accountId,
    amount: amount.nullable().meta({ description: 'Null of a balancing posting: what is available then' }),
    currency: code,
    role: z.enum(['balancing']).nullable(),
    max: amount.nullable().optional().meta({ description: 'Of a balancing posting; null is all' }),
  })
  .meta({ id: 'AskedPosting' })

/** An approval. */
export const ApprovalSchema = z
  .strictObject({
    id: uuid.meta({ description: 'Also the id of the transfer, from when it is approved' }),
    status: z.enum(approvalStatuses),
    transfer: z
      .strictObject({
        postings: z.array(AskedPosting),
        reference: z.string().nullable(),
        metadata: shownMetadata,
        effective_at: instant.nullable().meta({ description: 'Null: when it is approved' }),
      })
      .meta({ description: 'As it was asked for; fees are those of the time when it is approved' }),
    account_id: accountId.meta({ description: 'The account of which so much is taken' }),
    policy: z
      .strictObject({ id: uuid, version: z.int() })
      .meta({ description: 'The policy that demands the approval, as it was' }),
    requested_by: z.string().meta({ description: 'The principal who asked, and cannot approve' }),
    decided_by: z.string().nullable().meta({ description: 'The principal who approved or rejected' }),
    expires_at: instant.meta({ description: 'From this moment on it cannot be approved' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Approval' })

/** A page of approvals. */
export const ApprovalPage = pageOf(ApprovalSchema, 'ApprovalPage')

/** An approval that was given, and the transfer that it let happen. */
export const ApprovedSchema = z
  .strictObject({ approval: ApprovalSchema, transfer: TransferSchema })
  .meta({ id: 'Approved' })

/** Renders an approval. */
export function toApproval(approval: Approval): z.output<typeof ApprovalSchema> {
  const { postings, reference, metadata, effectiveAt } = approval.transfer
  return {
    id: approval.id,
    status: approval.status,
    transfer: { postings: postings.map(toAskedPosting), reference, metadata, effective_at: effectiveAt },
    account_id: approval.account,
    policy: { id: approval.policy.id, version: approval.policy.version },
    requested_by: approval.requestedBy,
    decided_by: approval.decidedBy,
    expires_at: approval.expiresAt,
    created_at: approval.createdAt,
    updated_at: approval.updatedAt,
  }
}

function toAskedPosting({ source, destination, amount: minor, currency, scale, role }: Posting) {
  return role?.kind === 'balancing'
    ? {
        source,
        destination,
        amount: null,
        currency,
        role: role.kind,
        max: role.max === null ? null : formatAmount(role.max, scale),
      }
    : { source, destination, amount: formatAmount(minor, scale), currency, role: null }
}
