import { z } from 'zod'
import { AHEAD_MAX_SECONDS, type ClockReading } from '#app/test-clock.ts'
import type { Instant } from '#core/instant.ts'
import type { FlorinOf } from '../access.ts'
import { instantText, noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import type { ZodApp } from '../validation.ts'
import { instant } from './shown.ts'

/** `POST /v2/test-clock/advance` */
export const Advance = z
  .strictObject({
    seconds: z.int().min(1).max(AHEAD_MAX_SECONDS).optional(),
    to: instantText.optional(),
  })
  .meta({
    id: 'Advance',
    oneOf: [{ required: ['seconds'] }, { required: ['to'] }],
    examples: [{ seconds: 86_400 }],
  })
  .transform(({ seconds, to }, ctx): { readonly seconds: number } | { readonly to: Instant } => {
    if (seconds !== undefined && to === undefined) return { seconds }
    if (to !== undefined && seconds === undefined) return { to }
    const message = `${to === undefined ? 'is missing' : 'stands beside to'}: send one of the two`
    ctx.issues.push({ code: 'custom', path: ['seconds'], message, input: null })
    return z.NEVER
  })

const TestClockSchema = z
  .strictObject({
    now: instant.meta({ description: "Florin's time" }),
    offset_seconds: z.number().meta({ description: 'How far it is ahead of real time' }),
  })
  .meta({ id: 'TestClock' })

/** Adds `/test-clock`. */
export function serveTestClock(app: ZodApp, florinOf: FlorinOf): void {
  const response = { 200: answer('The clock', TestClockSchema) }

  app.get(
    '/test-clock',
    {
      schema: {
        operationId: 'getTestClock',
        tags: ['test clock'],
        summary: 'What time it is for Florin',
        querystring: noQuery,
        response: { ...response, ...problems('path') },
      },
    },
    (request) => toTestClock(florinOf(request).testClock.read()),
  )

  app.post(
    '/test-clock/advance',
    {
      schema: {
        operationId: 'advanceTestClock',
        tags: ['test clock'],
        summary: "Put Florin's clock forward, in development mode",
        description: 'It never goes back. Holds that are due then have been released when the answer comes.',
        querystring: noQuery,
        body: Advance,
        response: { ...response, ...problems('body', { 403: 'test_clock_forbidden' }) },
      },
    },
    async (request) => toTestClock(await florinOf(request).testClock.advance(request.body)),
  )
}

/** Renders the clock. */
export function toTestClock({ now, aheadMs }: ClockReading): z.output<typeof TestClockSchema> {
  return { now, offset_seconds: aheadMs / 1000 }
}
