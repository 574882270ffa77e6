/** A clock that the test turns, so that two stores give the same times. */
import { fromMicros, toMicros, type Instant } from '#core/instant.ts'
import type { Clock } from '#ports/clock.ts'

const START = toMicros('2026-01-01T00:00:00.000000Z' as Instant)

/** A clock that stands still until it is turned; it can be turned back, as a machine's clock can. */
export interface TestClock extends Clock {
  /** Turns the clock by so many microseconds. */
  turn(micros: number): void
  /** Turns the clock to a moment. */
  turnTo(moment: Instant): void
}

/** Makes a clock that shows 2026-01-01T00:00:00.000000Z. */
export function createTestClock(): TestClock {
  let micros = START
  return {
    now: () => fromMicros(micros),
    turn(by) {
      micros += BigInt(by)
    },
    turnTo(moment) {
      micros = toMicros(moment)
    },
  }
}
