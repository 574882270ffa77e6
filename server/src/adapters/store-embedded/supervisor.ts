// Keeps the server running while Florin lives: when its process ends by itself it is started again on the same port, with
// growing pauses, a bounded number of times.
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#core/errors.ts'
import { clearLeftovers } from './leftovers.ts'
import { boundLog } from './log-file.ts'
import {
  pidFileTimeMs,
  readPidFile,
  signalServer,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
  type PostmasterRequest,
} from './postmaster.ts'

// With the pauses below about two minutes: long enough to free a full disk.
const restartsMax = 20
const restartPauseMs = 100
const restartPauseMaxMs = 10_000
// A server that lived this long was healthy: the count of restarts begins again.
const healthyAfterMs = 60_000
const lookIntervalMs = 1_000

/** A supervised server. */
export interface Supervisor {
  /** Stops the server and the supervision; returns when its process has ended. */
  stop(): Promise<void>
}

/** What supervise needs besides the request that starts a server. */
export interface SupervisorRequest {
  readonly first: Postmaster
  readonly request: Omit<PostmasterRequest, 'abort'>
  /** Called when the server keeps dying and is not started again. */
  readonly onGivenUp: (error: AppError) => void
}

/** Supervises a running server until stop(). */
export function supervise({ first, request, onGivenUp }: SupervisorRequest): Supervisor {
  const { log, layout, binaries } = request
  const stopping = new AbortController()
  let current: Postmaster | undefined = first
  let lookedAt: Postmaster | undefined = first
  let seenMs = pidFileTimeMs(layout.clusterDir)

  const lookTimer = setInterval(lookAfter, lookIntervalMs)
  lookTimer.unref()
  // Florin ends without stop(): at least tell the server, so that the next start finds a clean database.
  const onExit = () => current && signalServer(current.pid, 'SIGINT', binaries)
  process.once('exit', onExit)

  const watching = watch()

  // When a single backend dies PostgreSQL replays the WAL by itself; its process stays, and postmaster.pid is written anew.
  function lookAfter(): void {
    boundLog(layout.logFile)
    const writtenMs = pidFileTimeMs(layout.clusterDir)
    const crashed = current !== undefined && current === lookedAt && writtenMs !== seenMs
    // Its status line says `stopping` when it is only being stopped.
    if (crashed && readPidFile(layout.clusterDir)?.ready) {
      log.warn(
        { pid: current?.pid, log: layout.logFile },
        'A PostgreSQL process crashed, and PostgreSQL recovered by itself',
      )
    }
    lookedAt = current
    seenMs = writtenMs
  }

  async function watch(): Promise<void> {
    let restarts = 0
    while (current) {
      const startedMs = performance.now()
      const exit = await current.exited
      const pid = current.pid
      current = undefined
      if (stopping.signal.aborted) return
      log.error({ pid, ...exit, log: layout.logFile }, 'PostgreSQL ended by itself; starting it again')
      if (performance.now() - startedMs > healthyAfterMs) restarts = 0
      while (!current && !stopping.signal.aborted) {
        if (restarts >= restartsMax) return giveUp()
        current = await restart(restarts++)
      }
    }
  }

  async function restart(restarts: number): Promise<Postmaster | undefined> {
    const pauseMs = restarts === 0 ? 0 : Math.min(restartPauseMs * 2 ** (restarts - 1), restartPauseMaxMs)
    try {
      await sleep(pauseMs, undefined, { signal: stopping.signal })
      const startedMs = performance.now()
      await clearLeftovers(request)
      const postmaster = await startPostmaster({ ...request, abort: stopping.signal })
      const tookMs = Math.round(performance.now() - startedMs)
      log.warn({ pid: postmaster.pid, tookMs }, 'PostgreSQL runs again; what was committed is there')
      return postmaster
    } catch (error) {
      if (!stopping.signal.aborted)
        log.error({ err: error, restarts: restarts + 1 }, 'PostgreSQL could not be started again')
      return undefined
    }
  }

  function giveUp(): void {
    const error = new AppError(
      'unavailable',
      `PostgreSQL ended ${restartsMax} times and is not started again: see ${layout.logFile}, then restart Florin`,
      { retry: 'permanent' },
    )
    log.error({ err: error }, error.message)
    onGivenUp(error)
  }

  return {
    async stop() {
      clearInterval(lookTimer)
      stopping.abort()
      if (current) await stopPostmaster(current, request)
      await watching
      process.off('exit', onExit)
    },
  }
}
