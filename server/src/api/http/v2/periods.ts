import { z } from 'zod'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { instantText, noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { instant } from './shown.ts'

/** `POST /v2/periods/close` */
export const PeriodEnd = z
  .strictObject({ through: instantText })
  .meta({ id: 'PeriodEnd', examples: [{ through: '2026-10-31T23:59:59.999999Z' }] })

const Books = z
  .strictObject({
    closed_through: instant
      .nullable()
      .meta({ description: 'Nothing takes effect at or before this moment any more; null: never closed' }),
  })
  .meta({ id: 'Books' })

/** Adds `/periods`. */
export function servePeriods(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/periods/close',
    {
      schema: {
        operationId: 'closePeriod',
        tags: ['books'],
        summary: 'Close the books through a moment, for good',
        description:
          'From then on no transfer takes effect at or before it. It must be past, and after the last one.',
        querystring: noQuery,
        body: PeriodEnd,
        response: { 201: answer('The books', Books, ['Idempotency-Replayed']), ...problems('body') },
      },
    },
    async (request, reply) => {
      const outcome = await florinOf(request).periods.close(callerOf(request), request.body.through)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome))
      void reply.code(201)
      return { closed_through: outcome.result.closedThrough }
    },
  )

  app.get(
    '/periods',
    {
      schema: {
        operationId: 'getPeriods',
        tags: ['books'],
        summary: 'Through when the books are closed',
        querystring: noQuery,
        response: { 200: answer('The books', Books), ...problems('path') },
      },
    },
    async (request) => {
      const { closedThrough } = await florinOf(request).reader.books()
      return { closed_through: closedThrough }
    },
  )
}
