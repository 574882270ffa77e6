import { toMicros, type Instant } from '#core/instant.ts'
import type { Clock, MovableClock } from '#ports/clock.ts'

/** The system clock, in milliseconds as JavaScript has them. */
export const systemClock: Clock = {
  now: () => toInstant(Date.now()),
}

/** The system clock, and what it has been put forward. */
export function createMovableClock(): MovableClock {
  let ahead = 0
  return {
    now: () => toInstant(Date.now() + ahead),
    aheadMs: () => ahead,
    moveTo(moment) {
      const momentMs = Number((toMicros(moment) + 999n) / 1000n)
      ahead = Math.max(ahead, momentMs - Date.now())
    },
  }
}

function toInstant(ms: number): Instant {
  return new Date(ms).toISOString().replace('Z', '000Z') as Instant
}
