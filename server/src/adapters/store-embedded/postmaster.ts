// One run of the server process: starts it in its own session, so that a Ctrl-C meant for Florin does not reach it, and
// waits until it accepts connections.
import { execFile, spawn } from 'node:child_process'
import { closeSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'
import type { Binaries } from './binaries.ts'
import { dirArgument, spaceHint } from './cluster.ts'
import { fixedArgs, programEnv } from './config.ts'
import type { Layout } from './layout.ts'
import { lastWords, logSize, openLog } from './log-file.ts'
import { isFree } from './port.ts'
import type { RunAs } from './run-as.ts'

const readyPollMs = 5
// Replaying 1 GB of WAL (max_wal_size) takes well under a minute on a laptop; a slow network disk gets time.
const readyTimeoutMs = 600_000
const patienceNoticeMs = 10_000
const fastStopTimeoutMs = 30_000
const immediateStopTimeoutMs = 5_000

/** How a server process ended. */
interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A server that accepts connections. */
export interface Postmaster {
  readonly pid: number
  readonly exited: Promise<Exit>
}

/** What one run needs. */
export interface PostmasterRequest {
  readonly layout: Layout
  readonly binaries: Binaries
  readonly runAs: RunAs | undefined
  readonly port: number
  readonly marker: string
  readonly log: Log
  /** Ends a start that is no longer wanted. */
  readonly abort: AbortSignal
}

/** Starts a server. Throws `conflict` (code `port_taken`) when its port was taken meanwhile, `unavailable` when it does not come up. */
export async function startPostmaster(request: PostmasterRequest): Promise<Postmaster> {
  const { layout, abort } = request
  abort.throwIfAborted()
  const logStart = logSize(layout.logFile)
  const postmaster = await spawnServer(request)
  const stopIt = () => signalServer(postmaster.pid, 'SIGINT', request.binaries)
  abort.addEventListener('abort', stopIt)
  try {
    await waitUntilReady(postmaster, request)
    return postmaster
  } catch (error) {
    await stopPostmaster(postmaster, request)
    if (abort.aborted || (error instanceof AppError && error.kind === 'internal')) throw error
    if (!(await isFree(request.port))) {
      throw new AppError(
        'conflict',
        `the TCP port ${request.port} of 127.0.0.1, which PostgreSQL was to use, is taken`,
        {
          code: 'port_taken',
          retry: 'temporary',
          cause: error,
        },
      )
    }
    const why = lastWords(layout.logFile, Math.min(logStart, logSize(layout.logFile)))
    const hint = spaceHint(layout.dataDir)
    throw new AppError('unavailable', `PostgreSQL did not start: ${why}${hint} (see ${layout.logFile})`, {
      cause: error,
    })
  } finally {
    abort.removeEventListener('abort', stopIt)
  }
}

/** Stops a server: fast, after 30 s at once (its next start replays the WAL), after 5 s more by killing it. */
export async function stopPostmaster(
  postmaster: Postmaster,
  { binaries, log }: { binaries: Binaries; log: Log },
): Promise<void> {
  signalServer(postmaster.pid, 'SIGINT', binaries)
  if (await endsWithin(postmaster.exited, fastStopTimeoutMs)) return
  log.warn(
    { pid: postmaster.pid, timeoutMs: fastStopTimeoutMs },
    'PostgreSQL takes long to stop; stopping it at once',
  )
  signalServer(postmaster.pid, 'SIGQUIT', binaries)
  if (await endsWithin(postmaster.exited, immediateStopTimeoutMs)) return
  signalServer(postmaster.pid, 'SIGKILL', binaries)
  await postmaster.exited
}

/** Sends a signal to a server; no such process is no error. */
export function signalServer(
  pid: number,
  signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL',
  binaries: Binaries,
): void {
  if (process.platform === 'win32' && signal !== 'SIGKILL') {
    // Windows has no signals; PostgreSQL listens for them on a named pipe that pg_ctl knows.
    execFile(
      binaries.pgCtl,
      ['kill', signal.slice('SIG'.length), String(pid)],
      { windowsHide: true },
      () => {},
    )
    return
  }
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** postmaster.pid: who runs on a cluster, where, and whether it accepts connections (lines 1, 4 and 8). */
export function readPidFile(clusterDir: string): { pid: number; port: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** When postmaster.pid was last written: at the start of a server, and when it starts over after a crash of one of its processes. */
export function pidFileTimeMs(clusterDir: string): number | undefined {
  return statSync(join(clusterDir, 'postmaster.pid'), { throwIfNoEntry: false })?.mtimeMs
}

async function spawnServer(request: PostmasterRequest): Promise<Postmaster> {
  const { layout, binaries, runAs, log } = request
  const logFd = openLog(layout.logFile)
  try {
    const child = spawn(
      binaries.postgres,
      ['-D', dirArgument(layout.clusterDir, runAs), ...fixedArgs(request)],
      {
        ...runAs,
        cwd: layout.clusterDir,
        env: programEnv,
        detached: true,
        windowsHide: true,
        stdio: ['ignore', logFd, logFd],
      },
    )
    const exited = new Promise<Exit>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    )
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.on('error', (error) => log.warn({ err: error }, 'A signal did not reach PostgreSQL'))
    child.unref()
    return { pid: child.pid!, exited }
  } catch (error) {
    throw new AppError('internal', `cannot run ${binaries.postgres} in ${layout.clusterDir}`, {
      cause: error,
    })
  } finally {
    closeSync(logFd)
  }
}

async function waitUntilReady(
  postmaster: Postmaster,
  { layout, log, abort }: PostmasterRequest,
): Promise<void> {
  const startedMs = performance.now()
  let noticeAtMs = patienceNoticeMs
  let exit: Exit | undefined
  void postmaster.exited.then((how) => (exit = how))
  for (;;) {
    const running = readPidFile(layout.clusterDir)
    if (running?.pid === postmaster.pid && running.ready) return
    if (exit) throw new Error(`postgres ended with ${exit.signal ?? `exit code ${exit.code}`}`)
    abort.throwIfAborted()
    const waitedMs = performance.now() - startedMs
    if (waitedMs > readyTimeoutMs) throw new Error(`postgres was not ready after ${readyTimeoutMs} ms`)
    if (waitedMs > noticeAtMs) {
      noticeAtMs += patienceNoticeMs
      log.info(
        { waitedMs: Math.round(waitedMs) },
        'PostgreSQL is still starting (it replays its log after a crash)',
      )
    }
    await sleep(readyPollMs)
  }
}

async function endsWithin(exited: Promise<Exit>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false)
  try {
    return await Promise.race([exited.then(() => true), late])
  } finally {
    timer.abort()
  }
}
