// Rate limits that all processes of a Florin share. Each bucket is one hash in Redis, changed by one script, so that any
// number of processes takes no more than there is. Redis's clock counts: those of the processes need not agree.
import type { Redis } from 'ioredis'
import type { RateLimit, RateLimiter, Taken } from '#ports/rate-limiter.ts'

/**
 * KEYS[1] the bucket; ARGV: burst, tokens a millisecond, tokens to take, 1 to take them whatever there is.
 * Gives back 1 when they were taken, and the tokens that are left; a bucket that is full again is forgotten.
 */
const TAKE_TOKENS = `
local burst, per_ms, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then
  tokens = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * per_ms)
end
local is_taken = ARGV[4] == '1' or tokens >= wanted
if is_taken then tokens = tokens - wanted end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / per_ms) + 1)
return { is_taken and 1 or 0, string.format('%.6f', tokens) }
`

interface WithScript {
  takeTokens(
    key: string,
    burst: number,
    perMs: number,
    tokens: number,
    always: 0 | 1,
  ): Promise<[isTaken: 0 | 1, tokens: string]>
}

/** Makes the limiter. */
export function createRedisRateLimiter(
  limit: RateLimit,
  options: {
    readonly redis: Redis
    /** Tells limits apart that share a Redis. */
    readonly name: string
    /** Counts while Redis is away: Florin goes on, and each process lets through as much as the limit says. */
    readonly meanwhile: RateLimiter
  },
): RateLimiter {
  const { redis, name, meanwhile } = options
  const { perSecond, burst } = limit
  const perMs = perSecond / 1000
  redis.defineCommand('takeTokens', { numberOfKeys: 1, lua: TAKE_TOKENS })
  const scripted = redis as unknown as WithScript

  async function ask(key: string, wanted: number, always: 0 | 1): Promise<Taken> {
    const [isTaken, left] = await scripted.takeTokens(
      `florin:limit:${name}:${key}`,
      burst,
      perMs,
      wanted,
      always,
    )
    const tokens = Number(left)
    return {
      isAllowed: isTaken === 1,
      remaining: Math.max(0, Math.floor(tokens)),
      waitMs: Math.max(0, (1 - tokens) / perMs),
      fullInMs: (burst - tokens) / perMs,
    }
  }

  return {
    limit,
    // Whatever is wrong with Redis, the connection tells of it, once; no request fails for it.
    take: (key) => ask(key, 1, 0).catch(() => meanwhile.take(key)),
    owe: (key, tokens) => ask(key, tokens, 1).catch(() => meanwhile.owe(key, tokens)),
  }
}
