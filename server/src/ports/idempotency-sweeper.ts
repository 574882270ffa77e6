import type { Instant } from '#core/instant.ts'

/** Forgets old idempotency records. */
export interface IdempotencySweeper {
  /** Deletes at most `limit` records made before the moment, in one short transaction; answers how many it deleted. */
  sweepIdempotency(before: Instant, limit: number): Promise<number>
}
