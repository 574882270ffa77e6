import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { noBody, noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  approvalList,
  ApprovalPage,
  ApprovalPath,
  ApprovalSchema,
  ApprovedSchema,
  toApproval,
} from './approval-schemas.ts'
import { toTransfer } from './transfer-schemas.ts'

/** Adds `/approvals`. */
export function serveApprovals(app: ZodApp, florinOf: FlorinOf): void {
  app.get(
    '/approvals',
    {
      schema: {
        operationId: 'listApprovals',
        tags: ['approvals'],
        summary: 'Transfers that wait for a second principal, or did, newest first',
        querystring: approvalList,
        response: { 200: answer('A page of approvals', ApprovalPage), ...problems('path') },
      },
    },
    async (request) => await approvalPage(florinOf(request), request.query),
  )

  app.get(
    '/approvals/:approval_id',
    {
      schema: {
        operationId: 'getApproval',
        tags: ['approvals'],
        summary: 'An approval',
        querystring: noQuery,
        params: ApprovalPath,
        response: {
          200: answer('The approval', ApprovalSchema),
          ...problems('path', { 404: 'approval_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { approval_id: id } = request.params
      const approval = await florinOf(request).reader.findApproval(id)
      return approval === undefined ? sendProblem(reply, notFound('approval', id)) : toApproval(approval)
    },
  )

  app.post(
    '/approvals/:approval_id/approve',
    {
      schema: {
        operationId: 'approveTransfer',
        tags: ['approvals'],
        summary: 'Let a transfer happen that another principal asked for',
        description:
          'Decided anew, with the balances and rules of this moment. Refused, it waits on: nothing is recorded, and it can be approved again until it expires.',
        querystring: noQuery,
        params: ApprovalPath,
        body: noBody,
        response: {
          200: answer('The approval, given, and the transfer', ApprovedSchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'approval_not_found', 409: ENDED }),
        },
      },
    },
    async (request, reply) => {
      const { approval_id: id } = request.params
      const outcome = await florinOf(request).approvals.approve(callerOf(request), id)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(reply, refusalProblem(outcome, { ofPath: true, fieldName: ofApproval }))
      }
      const { approval, transfer } = outcome.result
      return { approval: toApproval(approval), transfer: toTransfer(transfer) }
    },
  )

  app.post(
    '/approvals/:approval_id/reject',
    {
      schema: {
        operationId: 'rejectTransfer',
        tags: ['approvals'],
        summary: 'Turn down a transfer that waits, or take back your own',
        querystring: noQuery,
        params: ApprovalPath,
        body: noBody,
        response: {
          200: answer('The approval, refused', ApprovalSchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'approval_not_found', 409: ENDED }),
        },
      },
    },
    async (request, reply) => {
      const { approval_id: id } = request.params
      const outcome = await florinOf(request).approvals.reject(callerOf(request), id)
      markReplay(reply, outcome)
      return outcome.kind === 'rejected'
        ? sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
        : toApproval(outcome.result)
    },
  )
}

const ENDED = 'approval_approved, approval_rejected, approval_expired'

/** A page of approvals. */
export async function approvalPage({ reader }: Florin, query: z.output<typeof approvalList>) {
  const { after, filters } = query
  const approvals = await reader.listApprovals({
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { before: after }),
    ...(filters.status === undefined ? {} : { status: filters.status }),
    ...(filters.requested_by === undefined ? {} : { requestedBy: filters.requested_by }),
  })
  return toPage(approvals, query, { position: ({ id }) => id, row: toApproval })
}

/** What a transfer is refused for when it is approved is about the transfer that was asked for. */
export function ofApproval(field: string): string {
  return field === 'approval_id' ? field : `transfer.${field}`
}
