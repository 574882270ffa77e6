import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { withFieldNames } from '../field-names.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { APPROVALS_PATH, ApprovalSchema, toApproval } from './approval-schemas.ts'
import { namesOf, NewTransfer } from './new-transfer.ts'
import {
  toTransfer,
  transferList,
  TransferPage,
  TransferPath,
  TRANSFERS_PATH,
  TransferSchema,
} from './transfer-schemas.ts'

/** Adds `/transfers`. */
export function serveTransfers(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/transfers',
    {
      schema: {
        operationId: 'createTransfer',
        tags: ['transfers'],
        summary: 'Move money: one posting, or several that happen together or not at all',
        description:
          'A refused transfer is recorded as failed, and its id is in the problem as `transfer_id`. With an `id` of your own, or an Idempotency-Key, the same request again gets the first answer again. Where a policy demands it, the transfer waits for a second principal: 202, and its approval has the id that it will have.',
        querystring: noQuery,
        body: NewTransfer,
        response: {
          201: answer('The transfer, posted', TransferSchema, ['Location', 'Idempotency-Replayed']),
          202: answer('The transfer waits for the approval of a second principal', ApprovalSchema, [
            'Location',
            'Idempotency-Replayed',
          ]),
          ...problems('body'),
        },
      },
    },
    async (request, reply) => {
      const { request: asked } = request.body
      const fieldName = namesOf(request.body)
      const outcome = await withFieldNames(
        fieldName,
        florinOf(request).transfers.create(callerOf(request), asked),
      )
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(reply, refusalProblem(outcome, { fieldName, transferPath: TRANSFERS_PATH }))
      }
      if (outcome.made === 'approval') {
        void reply.code(202).header('location', `${APPROVALS_PATH}/${outcome.result.id}`)
        return toApproval(outcome.result)
      }
      void reply.code(201).header('location', `${TRANSFERS_PATH}/${outcome.result.id}`)
      return toTransfer(outcome.result)
    },
  )

  app.get(
    '/transfers',
    {
      schema: {
        operationId: 'listTransfers',
        tags: ['transfers'],
        summary: 'Transfers, newest first',
        querystring: transferList,
        response: { 200: answer('A page of transfers', TransferPage), ...problems('path') },
      },
    },
    async (request) => await transferPage(florinOf(request), request.query),
  )

  app.get(
    '/transfers/:transfer_id',
    {
      schema: {
        operationId: 'getTransfer',
        tags: ['transfers'],
        summary: 'A transfer, posted or failed',
        querystring: noQuery,
        params: TransferPath,
        response: {
          200: answer('The transfer', TransferSchema),
          ...problems('path', { 404: 'transfer_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params } = request
      const transfer = await florinOf(request).reader.findTransfer(params.transfer_id)
      return transfer === undefined
        ? sendProblem(reply, notFound('transfer', params.transfer_id))
        : toTransfer(transfer)
    },
  )
}

/** A page of transfers. */
export async function transferPage({ reader }: Florin, query: z.output<typeof transferList>) {
  const transfers = await reader.listTransfers({ limit: rowsToRead(query), ...readerQuery(query) })
  return toPage(transfers, query, {
    position: ({ createdAt, id }) => `${createdAt}/${id}`,
    row: toTransfer,
  })
}

function readerQuery({ filters, after }: z.output<typeof transferList>) {
  const { account_id: accountId, user_id: userId, status, reference, from, to } = filters
  const { hold_id: holdId, reversal_of: reversalOf } = filters
  return {
    ...(after === undefined ? {} : { after }),
    ...(accountId === undefined ? {} : { accountIds: [accountId] }),
    ...(userId === undefined ? {} : { userId }),
    ...(status === undefined ? {} : { status }),
    ...(reference === undefined ? {} : { reference }),
    ...(holdId === undefined ? {} : { holdId }),
    ...(reversalOf === undefined ? {} : { reversalOf }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}
