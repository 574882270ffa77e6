// Idempotency keys are remembered for a while, not for ever: a retry comes within days.
import type { Instant } from '#core/instant.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdempotencySweeper } from '#ports/idempotency-sweeper.ts'

/** Records forgotten in one step: a few milliseconds, so that it never holds up a commit. */
export const FORGET_LIMIT = 1000

/** Forgets what is older than the days given; at most FORGET_LIMIT records a call. Answers whether there is more. */
export type ForgetIdempotency = () => Promise<'more' | 'done'>

/** Makes the use case. */
export function createForgetIdempotency(deps: {
  readonly sweeper: IdempotencySweeper
  readonly clock: Clock
  readonly days: number
}): ForgetIdempotency {
  const { sweeper, clock, days } = deps
  return async () => {
    const forgotten = await sweeper.sweepIdempotency(daysBefore(clock.now(), days), FORGET_LIMIT)
    return forgotten === FORGET_LIMIT ? 'more' : 'done'
  }
}

function daysBefore(moment: Instant, days: number): Instant {
  const date = new Date(moment)
  date.setUTCDate(date.getUTCDate() - days)
  return `${date.toISOString().slice(0, 23)}000Z` as Instant
}
