import { z } from 'zod'
import { NO_METADATA } from '#core/metadata.ts'
import { POSTINGS_MAX } from '#core/transfer.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { amountText, metadata, noQuery, reference } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { toTransfer, TransferPath, TRANSFERS_PATH, TransferSchema } from './transfer-schemas.ts'

/** `POST /v2/transfers/{transfer_id}/reverse`; without a body all that is left is undone. */
export const NewReversal = z
  .strictObject({
    amount: amountText.nullable().default(null).meta({
      description: 'All that is left when absent. Of the named posting, or of the only one that is no fee',
    }),
    posting: z
      .int()
      .min(0)
      .max(POSTINGS_MAX)
      .nullable()
      .default(null)
      .meta({ description: 'The place of the posting to undo; all of them, fees included, when absent' }),
    reference: reference.nullable().default(null).meta({ description: "The original's when absent" }),
    metadata: metadata.default(NO_METADATA),
  })
  .meta({ id: 'NewReversal', examples: [{ amount: '50.00', reference: 'refund 118' }] })
  .prefault({})

/** Adds `/transfers/{transfer_id}/reverse`. */
export function serveReversals(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/transfers/:transfer_id/reverse',
    {
      schema: {
        operationId: 'reverseTransfer',
        tags: ['transfers'],
        summary: 'Undo a transfer, whole or in part',
        description:
          'A reversal is a transfer of its own, the other way round. In total no more is undone than was moved; a reversal itself cannot be undone. It pays no fee, and is held by no limit of one transfer or of a window.',
        querystring: noQuery,
        params: TransferPath,
        body: NewReversal,
        response: {
          201: answer('The reversal, posted', TransferSchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'transfer_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { transfer_id: original } = request.params
      const outcome = await florinOf(request).transfers.reverse(callerOf(request), original, request.body)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        const wording = { ofPath: true, fieldName: ofOriginal, transferPath: TRANSFERS_PATH }
        return sendProblem(reply, refusalProblem(outcome, wording))
      }
      void reply.code(201).header('location', `${TRANSFERS_PATH}/${outcome.result.id}`)
      return toTransfer(outcome.result)
    },
  )
}

/** The accounts of a reversal are the original's. */
export function ofOriginal(field: string): string {
  return field.startsWith('postings[') ? 'transfer_id' : field
}
