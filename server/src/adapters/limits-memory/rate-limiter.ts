// Rate limits of this process alone: each process of several lets through as much as the limit says.
import type { RateLimit, RateLimiter, Taken } from '#ports/rate-limiter.ts'

/** About 10 MB. With more callers than that, the one who has been away longest gets a new bucket. */
const BUCKETS_MAX = 100_000

interface Bucket {
  /** Below 0 when it owes some. */
  tokens: number
  atMs: number
}

/** Makes the limiter. `nowMs` must never go back. Every call takes the same time, however many callers there are. */
export function createMemoryRateLimiter(
  limit: RateLimit,
  { nowMs = () => performance.now(), bucketsMax = BUCKETS_MAX } = {},
): RateLimiter {
  const { perSecond, burst } = limit
  const perMs = perSecond / 1000
  /** Those that were asked for last come last. */
  const buckets = new Map<string, Bucket>()

  /** The bucket as it is now. */
  function refilled(key: string): Bucket {
    const now = nowMs()
    const known = buckets.get(key)
    if (known === undefined) {
      if (buckets.size >= bucketsMax) buckets.delete(buckets.keys().next().value as string)
      const bucket = { tokens: burst, atMs: now }
      buckets.set(key, bucket)
      return bucket
    }
    buckets.delete(key)
    buckets.set(key, known)
    known.tokens = Math.min(burst, known.tokens + (now - known.atMs) * perMs)
    known.atMs = now
    return known
  }

  function tell({ tokens }: Bucket, isAllowed: boolean): Taken {
    return {
      isAllowed,
      remaining: Math.max(0, Math.floor(tokens)),
      waitMs: Math.max(0, (1 - tokens) / perMs),
      fullInMs: (burst - tokens) / perMs,
    }
  }

  return {
    limit,
    take(key) {
      const bucket = refilled(key)
      const isAllowed = bucket.tokens >= 1
      if (isAllowed) bucket.tokens -= 1
      return tell(bucket, isAllowed)
    },
    owe(key, tokens) {
      const bucket = refilled(key)
      bucket.tokens -= tokens
      return tell(bucket, true)
    },
  }
}
