// How often passwords may be guessed: by network, by e-mail address from one network, and by e-mail address from all
// networks that are new for it. From where a user has logged in before only the first two count, so that nobody can
// lock somebody else out from everywhere. Addresses of people are kept as keyed hashes only.
import type { RateLimit, RateLimiter } from '#ports/rate-limiter.ts'
import type { Secrets } from '#ports/secrets.ts'
import { tooManyRequests } from './rate-limits.ts'

/** What each may try. A login that succeeds gives its tries back. */
export const LOGIN_LIMITS = {
  /** An office may be one network. */
  network: { perSecond: 1 / 5, burst: 100 },
  nameInNetwork: { perSecond: 1 / 60, burst: 10 },
  nameInNewNetworks: { perSecond: 1 / 60, burst: 50 },
} as const satisfies Record<string, RateLimit>

/** How long a network is known to a user who does not log in from it again. */
const KNOWN_MS = 30 * 86_400_000
/** About 15 MB. */
const KNOWN_MAX = 100_000

/** Somebody tries a password. */
interface Attempt {
  /** Gives the tries back, and knows the network from now on. */
  succeeded(): Promise<void>
}

/** Counts tries of passwords. */
export interface LoginThrottle {
  /** `name`: whose password it should be. Throws exhausted when there were too many; else the try is counted. */
  attempt(name: string, network: string): Promise<Attempt>
}

/** Makes the throttle: one limiter for each of LOGIN_LIMITS. */
export function createLoginThrottle(
  limiters: Readonly<Record<keyof typeof LOGIN_LIMITS, RateLimiter>>,
  secrets: Secrets,
  nowMs: () => number = () => performance.now(),
): LoginThrottle {
  /** When each is forgotten; the one that was used longest ago comes first. */
  const known = new Map<string, number>()

  async function attempt(name: string, network: string): Promise<Attempt> {
    const hash = (text: string): string => secrets.hash('login throttle', text)
    const [whole, inNetwork] = [hash(name), hash(`${name}\0${network}`)]
    const isKnown = (known.get(inNetwork) ?? -1) > nowMs()
    const counted: [RateLimiter, string][] = [
      [limiters.network, network],
      [limiters.nameInNetwork, inNetwork],
      ...(isKnown ? [] : ([[limiters.nameInNewNetworks, whole]] satisfies [RateLimiter, string][])),
    ]
    for (const [limiter, key] of counted) {
      const taken = await limiter.take(key)
      if (!taken.isAllowed) throw tooManyRequests(taken)
    }
    return {
      async succeeded() {
        for (const [limiter, key] of counted) await limiter.owe(key, -1)
        known.delete(inNetwork)
        if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value as string)
        known.set(inNetwork, nowMs() + KNOWN_MS)
      },
    }
  }

  return { attempt }
}
