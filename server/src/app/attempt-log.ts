// Attempts that were refused, on their way into the journal. Nobody waits for it, and nobody can fill the journal with it:
// equal attempts become one fact, and those that are too many to be told one by one become a sum.
import { FLORIN, NOBODY } from '#core/access.ts'
import type { Attempt } from '#core/attempt.ts'
import type { Clock } from '#ports/clock.ts'
import type { CommandBatcher } from './command-batcher.ts'

/** Bounds of what is told one by one, for callers that are known and for those that are not, each. */
const ATTEMPT_LIMITS = {
  /** Facts that one flush may make after a quiet time. */
  burst: 100,
  /** How many more with each flush. With one a second and sums for the rest that is about 1 KB a second, whatever comes. */
  perFlush: 2,
} as const

/** What an edge tells of an attempt. */
export type RefusedAttempt = Omit<Attempt, 'count' | 'since'>

/** Gathers attempts. */
export interface AttemptLog {
  /** Takes note of it; returns at once and never throws. */
  note(attempt: RefusedAttempt): void
  /** Brings what was gathered into the journal. Rejects when that failed; then it is still gathered. */
  readonly flush: () => Promise<'done'>
}

/** Starts with none. */
export function createAttemptLog(deps: {
  readonly batcher: Pick<CommandBatcher, 'submit'>
  readonly clock: Clock
  readonly limits?: { readonly burst: number; readonly perFlush: number }
}): AttemptLog {
  const { batcher, clock, limits = ATTEMPT_LIMITS } = deps
  const known = createGathering(limits)
  const unknown = createGathering(limits)

  function add(attempt: Attempt): void {
    const gathering = attempt.principal === NOBODY.principal ? unknown : known
    gathering.add(attempt)
  }

  async function flush(): Promise<'done'> {
    const attempts = [...known.take(), ...unknown.take()]
    if (attempts.length === 0) return 'done'
    try {
      await batcher.submit({
        kind: 'record_attempts',
        principal: FLORIN.principal,
        idempotency: null,
        attempts,
      })
    } catch (error) {
      // One of which nobody knows whether it was recorded is rather told twice than never.
      attempts.forEach(add)
      throw error
    }
    return 'done'
  }

  return {
    note: (attempt) => add({ ...attempt, count: 1, since: clock.now() }),
    flush,
  }
}

function createGathering({ burst, perFlush }: { readonly burst: number; readonly perFlush: number }) {
  const gathered = new Map<string, Attempt>()
  /** Not one by one any more: by their codes, of which there are few. */
  const sums = new Map<string, Attempt>()
  let room = burst

  return {
    add(attempt: Attempt): void {
      const { principal, credential, address, operation, code, target } = attempt
      const name = [principal, credential, address, operation, code, target].join('\n')
      if (gathered.has(name) || gathered.size < room) return addTo(gathered, name, attempt)
      addTo(sums, code, {
        ...attempt,
        principal: NOBODY.principal,
        credential: null,
        address: null,
        requestId: null,
        operation: null,
        target: null,
      })
    },
    take(): Attempt[] {
      const all = [...gathered.values(), ...sums.values()]
      room = Math.min(burst, room - gathered.size + perFlush)
      gathered.clear()
      sums.clear()
      return all
    },
  }
}

function addTo(attempts: Map<string, Attempt>, name: string, attempt: Attempt): void {
  const before = attempts.get(name)
  attempts.set(name, before === undefined ? attempt : { ...before, count: before.count + attempt.count })
}
