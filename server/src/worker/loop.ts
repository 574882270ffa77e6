// A loop does one bounded step, waits, and does the next, until it is stopped. A failing step is logged and retried
// later and later; it never ends the process, because money moves without it.

/** Waits grow up to this many times the normal one while steps fail. */
const BACKOFF_MAX = 32
/** Waits vary by this share, so that many processes do not step together. */
const JITTER = 0.2

/** Where a loop reports: pino's argument order. */
interface LoopLog {
  debug(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What to do, and how often. */
export interface LoopOptions {
  readonly name: string
  readonly everyMs: number
  /** One step, itself bounded. `'more'`: there is more to do now, so the next step follows after `betweenMs`. */
  readonly step: (signal: AbortSignal) => Promise<'more' | 'done'>
  /** The pause between steps while there is more to do; leaves room for the money path. */
  readonly betweenMs?: number
  readonly log: LoopLog
  /** From 0 up to 1; for tests. */
  readonly random?: () => number
}

/** A running loop. */
export interface Loop {
  /** Lets the step under way end; no other follows. */
  stop(): Promise<void>
}

/** Starts a loop; its first step comes after one wait. */
export function runLoop(options: LoopOptions): Loop {
  const { name, everyMs, step, betweenMs = 50, log, random = Math.random } = options
  const stopping = new AbortController()
  let failures = 0
  const running = run()

  async function run(): Promise<void> {
    let waitMs = everyMs
    while (await pause(waitMs * (1 - JITTER / 2 + JITTER * random()), stopping.signal)) {
      waitMs = await stepOnce()
    }
  }

  async function stepOnce(): Promise<number> {
    try {
      const answer = await step(stopping.signal)
      failures = 0
      return answer === 'more' ? betweenMs : everyMs
    } catch (error) {
      failures += 1
      log.error({ err: error, loop: name, failures }, 'a step failed; it will be tried again')
      return everyMs * Math.min(2 ** (failures - 1), BACKOFF_MAX)
    }
  }

  return {
    async stop() {
      stopping.abort()
      await running
      log.debug({ loop: name }, 'loop stopped')
    },
  }
}

/** Answers false when the wait was cut short by the signal. An idle loop does not keep the process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
  return !signal.aborted
}
