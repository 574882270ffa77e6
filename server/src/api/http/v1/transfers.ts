import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { withFieldNames } from '../field-names.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  isV1Transfer,
  NewTransferV1,
  toTransferV1,
  transferField,
  TransferPathV1,
  TransferV1,
} from './schemas.ts'

/** Adds transfers of v1 under one of their two names. */
export function serveTransfers(
  app: ZodApp,
  florinOf: FlorinOf,
  { path, operation }: { readonly path: string; readonly operation: string },
): void {
  const transferPath = `/v1${path}`

  app.post(
    path,
    {
      schema: {
        operationId: `v1Create${operation}`,
        tags: ['v1'],
        summary: 'Move money from one account to another',
        querystring: noQuery,
        body: NewTransferV1,
        response: {
          201: answer('The transfer, posted', TransferV1, ['Location', 'Idempotency-Replayed']),
          ...problems('body'),
        },
      },
    },
    async (request, reply) => {
      const { source_account_id: source, destination_account_id: destination, amount } = request.body
      const outcome = await withFieldNames(
        transferField,
        florinOf(request).transfers.post(callerOf(request), {
          id: null,
          postings: [{ source, destination, amount, currency: NO_CURRENCY.code }],
          reference: null,
          metadata: NO_METADATA,
          effectiveAt: null,
        }),
      )
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(
          reply,
          refusalProblem(outcome, { fieldName: transferField, transferPath, plain: true }),
        )
      }
      void reply.code(201).header('location', `${transferPath}/${outcome.result.id}`)
      return toTransferV1(outcome.result)
    },
  )

  app.get(
    `${path}/:id`,
    {
      schema: {
        operationId: `v1Get${operation}`,
        tags: ['v1'],
        summary: 'A transfer, posted or failed',
        querystring: noQuery,
        params: TransferPathV1,
        response: {
          200: answer('The transfer', TransferV1),
          ...problems('path', { 404: 'transfer_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const transfer = await florinOf(request).reader.findTransfer(request.params.id)
      return transfer === undefined || !isV1Transfer(transfer)
        ? sendProblem(reply, notFound('transfer', request.params.id))
        : toTransferV1(transfer)
    },
  )
}
