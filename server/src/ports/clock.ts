import type { Instant } from '#core/instant.ts'

/** What time it is. */
export interface Clock {
  now(): Instant
}

/** A clock that can be put forward, so that nobody has to wait for time to pass. */
export interface MovableClock extends Clock {
  /** How far it is ahead of the time of day, in milliseconds. */
  aheadMs(): number
  /** Makes it this moment now, or at most a millisecond later; a moment that has passed changes nothing. */
  moveTo(moment: Instant): void
}
