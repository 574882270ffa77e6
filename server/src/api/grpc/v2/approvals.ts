import { ApprovalPath, approvalList, toApproval } from '../../http/v2/approval-schemas.ts'
import { approvalPage, ofApproval } from '../../http/v2/approvals.ts'
import { toTransfer } from '../../http/v2/transfer-schemas.ts'
import { parseMessage } from '../../http/validation.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { readList } from './lists.ts'

/** florin.v2.ApprovalService */
export function createApprovalService(edge: Edge): Handlers {
  return {
    GetApproval: unary(edge, async (fields, { florin }) => {
      const { approval_id: id } = parseMessage(ApprovalPath, fields)
      const approval = await florin.reader.findApproval(id)
      return approval === undefined
        ? failed(notFound('approval', id))
        : answered({ approval: toApproval(approval) })
    }),

    ListApprovals: unary(edge, async (fields, { florin }) => {
      const { data: approvals, ...page } = await approvalPage(florin, readList(approvalList, fields))
      return answered({ approvals, ...page })
    }),

    ApproveTransfer: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { approval_id: id } = parseMessage(ApprovalPath, fields)
      const outcome = await florin.approvals.approve(callerOf(key), id)
      return answerOf(
        outcome,
        ({ approval, transfer }) => ({ approval: toApproval(approval), transfer: toTransfer(transfer) }),
        ofApproval,
      )
    }),

    RejectTransfer: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { approval_id: id } = parseMessage(ApprovalPath, fields)
      const outcome = await florin.approvals.reject(callerOf(key), id)
      return answerOf(outcome, (approval) => ({ approval: toApproval(approval) }))
    }),
  }
}
