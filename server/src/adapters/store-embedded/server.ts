// The embedded database: a real PostgreSQL server, run and looked after by Florin, its data in one folder.
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'
import { findBinaries, type Binaries } from './binaries.ts'
import {
  assertMajor,
  createCluster,
  hasCluster,
  markerOf,
  prepareCluster,
  wasShutDownCleanly,
} from './cluster.ts'
import { connectionUrl, ensureDatabase } from './database.ts'
import { layoutOf, newState, readState, writeState, type Layout, type State } from './layout.ts'
import { clearLeftovers } from './leftovers.ts'
import { isOnThisMachine, takeLock, type LockOwner } from './lock.ts'
import { pickPort } from './port.ts'
import { readPidFile, startPostmaster, type Postmaster, type PostmasterRequest } from './postmaster.ts'
import { processStart } from './processes.ts'
import { chooseRunAs, type RunAs } from './run-as.ts'
import { supervise } from './supervisor.ts'

const portConflictsMax = 5
const joinTimeoutMs = 60_000
const joinPollMs = 50

/** How to start. */
export interface EmbeddedPostgresOptions {
  /** The folder for all of it, such as `.florin`; made when missing. */
  readonly dataDir: string
  readonly log: Log
  /** Whether a server that a living Florin runs on this folder is used (a command beside `serve`), instead of refusing. */
  readonly join?: boolean
  /** Where a copy of the server programs goes if they cannot be run where npm put them. */
  readonly programsDir?: string
  /** Called when the server keeps dying and Florin no longer restarts it. */
  readonly onGivenUp?: (error: AppError) => void
}

/** A running embedded database. */
export interface EmbeddedPostgres {
  /** `postgresql://florin:…@127.0.0.1:<port>/florin`; the same for as long as it runs, also across restarts of the server. */
  readonly url: string
  /** created: a new database. clean: it had been stopped properly. recovered: it had not, and the WAL was replayed. running: joined. */
  readonly found: 'created' | 'clean' | 'recovered' | 'running'
  /** PostgreSQL's own, `18.4`. */
  readonly version: string
  /** Stops the server and waits for its end; does nothing to a joined one. */
  readonly stop: () => Promise<void>
}

/**
 * Starts the database in a folder, or joins it. About 1 s the first time, 0.1 s later.
 * Throws AppError: `conflict` when another Florin runs on the folder, the port is taken, or another PostgreSQL version made the
 * data; `forbidden` when the folder cannot be used; `unavailable` when PostgreSQL cannot run here.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const layout = layoutOf(options.dataDir)
  try {
    return await startOrJoin(layout, options)
  } catch (error) {
    throw toAppError(error, layout)
  }
}

async function startOrJoin(layout: Layout, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  makeDataDir(layout)
  const lock = await takeLock(layout.lockFile)
  if (lock.kind === 'held') {
    if (options.join) return await joinRunning(layout, lock.owner)
    throw inUse(layout, lock.owner)
  }
  try {
    return await startOwn(layout, options, lock.release)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function startOwn(
  layout: Layout,
  options: EmbeddedPostgresOptions,
  release: () => void,
): Promise<EmbeddedPostgres> {
  const { log, programsDir } = options
  const startedMs = performance.now()
  const runAs = chooseRunAs(layout.clusterDir)
  const binaries = await findBinaries({ runAs, dataDir: layout.dataDir, copyDir: programsDir, log })
  const { state, created } = await ensureCluster(layout, binaries, runAs)
  prepareCluster(layout, runAs)
  const base = { layout, binaries, runAs, marker: markerOf(layout), log }
  await clearLeftovers(base)
  const clean = wasShutDownCleanly(layout)
  const { first, port } = await startOnFreePort(base, state)
  const supervisor = supervise({
    first,
    request: { ...base, port },
    onGivenUp: options.onGivenUp ?? (() => {}),
  })
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= supervisor.stop().finally(release))
  try {
    const url = connectionUrl({ password: state.password, port })
    const version = await ensureDatabase(url)
    const found = created ? 'created' : clean ? 'clean' : 'recovered'
    const tookMs = Math.round(performance.now() - startedMs)
    log.info(
      { pid: first.pid, port, found, version, tookMs, dataDir: layout.dataDir },
      'The embedded PostgreSQL runs',
    )
    return { url, found, version, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  runAs: RunAs | undefined,
): Promise<{ state: State; created: boolean }> {
  if (hasCluster(layout)) {
    assertMajor(layout, binaries.major)
    const state = readState(layout)
    if (state) return { state, created: false }
    throw new AppError(
      'not_found',
      `${layout.clusterDir} is there, but ${layout.stateFile}, which holds its password, is not: restore both from a backup`,
    )
  }
  const state = readState(layout) ?? newState()
  writeState(layout, state) // before the cluster, which is of no use without its password
  await createCluster(layout, { binaries, runAs, password: state.password })
  return { state, created: true }
}

async function startOnFreePort(
  base: Omit<PostmasterRequest, 'port' | 'abort'>,
  state: State,
): Promise<{ first: Postmaster; port: number }> {
  const never = new AbortController().signal
  for (let conflicts = 0; ; conflicts++) {
    const port = await pickPort(state.port)
    if (port !== state.port) writeState(base.layout, { ...state, port })
    try {
      return { first: await startPostmaster({ ...base, port, abort: never }), port }
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'port_taken'
      if (!taken || conflicts >= portConflictsMax) throw error
    }
  }
}

async function joinRunning(layout: Layout, owner: LockOwner): Promise<EmbeddedPostgres> {
  if (!isOnThisMachine(owner)) throw inUse(layout, owner)
  for (let waitedMs = 0; waitedMs < joinTimeoutMs; waitedMs += joinPollMs) {
    if (processStart(owner.pid) !== owner.startedAt) break
    const running = readPidFile(layout.clusterDir)
    const state = readState(layout)
    if (running?.ready && state) {
      const url = connectionUrl({ password: state.password, port: running.port })
      return { url, found: 'running', version: await ensureDatabase(url), stop: async () => {} }
    }
    await sleep(joinPollMs)
  }
  throw new AppError(
    'unavailable',
    `the Florin that runs on ${layout.dataDir} (pid ${owner.pid}) has no database ready: try again`,
  )
}

function inUse(layout: Layout, owner: LockOwner): AppError {
  const where = isOnThisMachine(owner) ? '' : ` on another machine or in another container (${owner.machine})`
  return new AppError(
    'conflict',
    `another Florin (pid ${owner.pid}${where}) is running on the folder ${layout.dataDir}: ` +
      'stop it first, or choose another data folder',
    { code: 'data_folder_in_use' },
  )
}

function makeDataDir({ dataDir }: Layout): void {
  makeFolder(dataDir)
  accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
}

/** Node's own recursive mkdir never ends where a folder that is there takes no child, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another start was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

// What the file system says on the way, in one place.
function toAppError(error: unknown, { dataDir }: Layout): AppError {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('unavailable', `the disk of the data folder ${dataDir} is full`, { cause: error })
  }
  const notAllowed = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENOENT'].includes(code ?? '')
  return new AppError(
    notAllowed ? 'forbidden' : 'internal',
    `cannot use the data folder ${dataDir}: ${message}`,
    {
      cause: error,
      retry: 'permanent',
    },
  )
}
