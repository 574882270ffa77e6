// How often callers may call: by address before anything is known of them, then by who they are.
import { AppError } from '#core/errors.ts'
import type { RateLimiter, Taken } from '#ports/rate-limiter.ts'
import type { Bulk } from './bulk.ts'

/** The limits; null: there is none. */
export interface RateLimits {
  readonly perAddress: RateLimiter | null
  readonly perPrincipal: RateLimiter | null
}

/** Everybody may call as often as they like. */
export const NO_RATE_LIMITS: RateLimits = { perAddress: null, perPrincipal: null }

/** The error for a caller who has to wait. */
export function tooManyRequests({ waitMs }: Taken): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new AppError('exhausted', `too many requests: come back in ${retryAfterSeconds} s`, {
    code: 'rate_limited',
    retry: 'temporary',
    retryAfterSeconds,
  })
}

/**
 * A bulk comes in as one request, and pays for its other items afterwards: none is refused for its size, and in the end
 * nobody posts more than their rate.
 */
export function withItemsCounted(bulk: Bulk, perPrincipal: RateLimiter): Bulk {
  return {
    async atomic(caller, items) {
      await perPrincipal.owe(caller.principal, items.length - 1)
      return await bulk.atomic(caller, items)
    },
    async *independent(caller, items) {
      await perPrincipal.owe(caller.principal, items.length - 1)
      yield* bulk.independent(caller, items)
    },
  }
}
