// Hashing a password takes a core for tens of milliseconds and 19 MB, which is its purpose. So few are hashed at once, few
// wait, and all others are told at once to come back: a flood of logins does not take the machine away from money.
import { AppError } from '#core/errors.ts'
import type { Passwords } from '#ports/passwords.ts'

/** Of the four threads of libuv's pool, so that files and names are still found. */
const HASHES_AT_ONCE_MAX = 2
/** About a second of work. */
const HASHES_WAITING_MAX = 30

/** The same, a few at a time. Throws unavailable when too many wait. */
export function withBound(
  passwords: Passwords,
  { atOnceMax = HASHES_AT_ONCE_MAX, waitingMax = HASHES_WAITING_MAX } = {},
): Passwords {
  const waiting: (() => void)[] = []
  let running = 0

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (running === atOnceMax) {
      if (waiting.length >= waitingMax) throw new AppError('unavailable', 'too many log in at once')
      // Who ends hands the place on, so that nobody comes in between.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }

  return {
    hash: async (password) => await run(() => passwords.hash(password)),
    matches: async (hash, password) => await run(() => passwords.matches(hash, password)),
  }
}
