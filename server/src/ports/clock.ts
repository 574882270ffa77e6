import type { Instant } from '#core/instant.ts'

/** What time it is. */
export interface Clock {
  now(): Instant
}
