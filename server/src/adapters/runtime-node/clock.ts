import type { Instant } from '#core/instant.ts'
import type { Clock } from '#ports/clock.ts'

/** The system clock, in milliseconds as JavaScript has them. */
export const systemClock: Clock = {
  now: () => toInstant(new Date()),
}

/** A Date as an Instant. */
function toInstant(date: Date): Instant {
  return date.toISOString().replace('Z', '000Z') as Instant
}
