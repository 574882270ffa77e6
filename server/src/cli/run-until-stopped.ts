// The life of a serving process: started, run until a signal or a failure, closed within a bound.
import type { Log } from '#ports/log.ts'
import { exitCodes } from './usage.ts'

/** A terminal and npm each pass on the same Ctrl-C: two signals so close together are one. */
const SAME_SIGNAL_MS = 500

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What to run. */
export interface RunOptions {
  /** Starts it; `fail` ends it with exit code 1. */
  readonly start: (fail: (error: unknown) => void) => Promise<{ close(): Promise<void> }>
  readonly log: Log
  /** How long closing may take before the process is ended as it is. */
  readonly stopTimeoutMs: number
}

/** Runs until SIGINT, SIGTERM or a failure; answers the exit code. A second signal ends the process at once. */
export async function runUntilStopped({ start, log, stopTimeoutMs }: RunOptions): Promise<number> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<number>()
  let firstSignalAtMs: number | null = null

  function onSignal(signal: NodeJS.Signals): void {
    const nowMs = performance.now()
    if (firstSignalAtMs === null) {
      firstSignalAtMs = nowMs
      log.info({ signal }, 'stopping; a second signal stops at once')
      stop(exitCodes.ok)
    } else if (nowMs - firstSignalAtMs > SAME_SIGNAL_MS) {
      log.warn({ signal }, 'stopped at once')
      process.exit(exitCodes.failed)
    }
  }

  function fail(error: unknown): void {
    log.error({ err: error }, 'stopping because of an error that nothing handled')
    stop(exitCodes.failed)
  }

  for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('unhandledRejection', fail).on('uncaughtException', fail)
  try {
    const running = await start(fail)
    const exitCode = await stopped
    const timer = setTimeout(() => {
      log.error({ stopTimeoutMs }, 'not stopped in time; ended as it was')
      process.exit(exitCodes.failed)
    }, stopTimeoutMs)
    await running.close()
    clearTimeout(timer)
    log.info({}, 'stopped')
    return exitCode
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    process.off('unhandledRejection', fail).off('uncaughtException', fail)
  }
}
