/** A clock that the test turns, so that two stores give the same times. */
import type { Instant } from '#core/instant.ts'
import type { Clock } from '#ports/clock.ts'

const START_MS = Date.UTC(2026, 0, 1)

/** A clock that stands still until it is turned; it can be turned back, as a machine's clock can. */
export interface TestClock extends Clock {
  /** Turns the clock by so many microseconds. */
  turn(micros: number): void
}

/** Makes a clock that shows 2026-01-01T00:00:00.000000Z. */
export function createTestClock(): TestClock {
  let micros = 0
  return {
    now: () => {
      const millis = Math.floor(micros / 1000)
      const rest = (micros - millis * 1000).toString().padStart(3, '0')
      return new Date(START_MS + millis).toISOString().replace('Z', `${rest}Z`) as Instant
    },
    turn(by) {
      micros += by
    },
  }
}
