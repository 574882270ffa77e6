// How much this process has to do. Past what it can, requests are turned away at once, so that those that are let in are
// still answered: a queue that only grows answers nobody in time.
import { AppError } from '#core/errors.ts'
import type { EventLoop } from '#ports/event-loop.ts'
import type { StoreHealth } from '#ports/ledger-store.ts'
import { createAlarm } from './alarm.ts'

/** Bounds of the load. */
export interface LoadLimits {
  /** How late the process may be, in milliseconds. */
  readonly loopDelayMaxMs: number
  /** Requests at once, over all edges. */
  readonly requestsMax: number
}

/** What most operators decide. */
const LOAD_LIMITS: LoadLimits = { loopDelayMaxMs: 500, requestsMax: 20_000 }

/** The load of this process. */
export interface Load extends StoreHealth {
  /** A request begins. Throws unavailable when there are too many. */
  enter(): void
  /** It has ended. */
  readonly leave: () => void
  /** Looks how late the process is; to be called a few times a second. */
  readonly look: () => Promise<'done'>
}

/** Watches over the load. */
export function createLoad(eventLoop: EventLoop, limits: LoadLimits = LOAD_LIMITS): Load {
  const { loopDelayMaxMs, requestsMax } = limits
  const tooLate = createAlarm({ onAt: loopDelayMaxMs, offAt: loopDelayMaxMs / 2 })
  const tooMany = createAlarm({ onAt: requestsMax, offAt: requestsMax * 0.9 })
  let requests = 0
  /** Half of it is what was seen last, so that one pause is not enough. */
  let delayMs = 0
  let isLate = false

  function problem(): string | null {
    if (isLate) return 'Florin has too much to do'
    return tooMany.isOn(requests) ? `${requestsMax} requests are under way already` : null
  }

  return {
    problem,
    enter() {
      const message = problem()
      if (message !== null) throw new AppError('unavailable', message)
      requests += 1
    },
    leave() {
      requests -= 1
    },
    async look() {
      delayMs = (delayMs + eventLoop.delayMs()) / 2
      isLate = tooLate.isOn(delayMs)
      return 'done'
    },
  }
}

/** The first problem of several, in their order. */
export function firstProblem(...parts: readonly StoreHealth[]): StoreHealth {
  return {
    problem() {
      for (const part of parts) {
        const problem = part.problem()
        if (problem !== null) return problem
      }
      return null
    },
  }
}
