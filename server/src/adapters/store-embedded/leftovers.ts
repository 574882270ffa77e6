// What an earlier life left running on the cluster: a whole server after Florin was killed, or server children after their
// postmaster was. A new server cannot start beside them ("pre-existing shared memory block is still in use").
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'
import type { Binaries } from './binaries.ts'
import type { Layout } from './layout.ts'
import { readPidFile, signalServer } from './postmaster.ts'
import { isAlive, listProcesses, type RunningProcess } from './processes.ts'

const pollMs = 20
const orphanStopTimeoutMs = 30_000
// Idle children notice at once that their postmaster is gone; only one in the middle of a long statement does not.
const childrenEndTimeoutMs = 1_000
const killTimeoutMs = 5_000

/** What clearLeftovers needs. */
export interface LeftoversRequest {
  readonly layout: Layout
  readonly binaries: Binaries
  readonly marker: string
  readonly log: Log
}

/**
 * Ends whatever still runs on the cluster, a whole server with a proper checkpoint. Throws `conflict` when a PostgreSQL runs
 * there that Florin did not start, `unavailable` when something does not end.
 */
export async function clearLeftovers(request: LeftoversRequest): Promise<void> {
  const { layout, binaries, marker, log } = request
  const orphan = findOrphan(request)
  if (orphan !== undefined) {
    log.warn({ pid: orphan }, 'PostgreSQL was still running after a killed Florin; stopping it')
    signalServer(orphan, 'SIGINT', binaries)
    await endWithin(() => isOurs(marker, orphan), orphanStopTimeoutMs)
  }
  if (!(await endWithin(() => pidsOf(marker).length > 0, childrenEndTimeoutMs))) await killAll(request)
  removeStalePidFile(layout.clusterDir)
}

/** What a process found under the pid in postmaster.pid is. */
export type PidVerdict = 'ours' | 'foreign' | 'unrelated'

/** Tells our own server from one that a person started on the same folder, and from any process that got the pid since. */
export function judge(found: RunningProcess | undefined, marker: string): PidVerdict {
  if (!found) return 'unrelated'
  if (carries(found, marker)) return 'ours'
  const isPostgres = /(^|[/\\])postgres(\.exe)?:?$/.test(found.args[0] ?? '')
  const isAnotherFlorins = found.args.some((arg) =>
    /^(cluster_name=)?florin-[0-9a-z]+-[0-9a-z]+:?$/.test(arg),
  )
  return isPostgres && !isAnotherFlorins ? 'foreign' : 'unrelated'
}

// The pid of a whole server of ours, if there is one.
function findOrphan({ layout, marker }: LeftoversRequest): number | undefined {
  const pidFile = readPidFile(layout.clusterDir)
  if (!pidFile || !isAlive(pidFile.pid)) return undefined
  if (process.platform === 'win32') return pidFile.pid // pg_ctl only reaches a process that listens as PostgreSQL
  const found = listProcesses().find(({ pid }) => pid === pidFile.pid)
  const verdict = judge(found, marker)
  if (verdict === 'ours') return pidFile.pid
  if (verdict === 'unrelated') return undefined
  throw new AppError(
    'conflict',
    `a PostgreSQL that Florin did not start (pid ${pidFile.pid}) seems to run on ${layout.clusterDir}: stop it, ` +
      `or, if it belongs to another database, remove ${join(layout.clusterDir, 'postmaster.pid')}`,
  )
}

async function killAll({ layout, binaries, marker, log }: LeftoversRequest): Promise<void> {
  const pids = pidsOf(marker)
  log.warn(
    { pids },
    'Processes of a dead PostgreSQL do not end; killing them (the WAL has all they committed)',
  )
  for (const pid of pids) signalServer(pid, 'SIGKILL', binaries)
  if (await endWithin(() => pidsOf(marker).length > 0, killTimeoutMs)) return
  const left = pidsOf(marker).join(', ')
  throw new AppError('unavailable', `PostgreSQL processes ${left} on ${layout.clusterDir} do not end`)
}

// By now nothing of ours runs. PostgreSQL, which only looks whether the pid lives, would still refuse to start when the pid
// belongs to something else (in a container the same few pids come again) or to a zombie that nobody reaps. It still checks
// by itself that no process is attached to the cluster's shared memory.
function removeStalePidFile(clusterDir: string): void {
  if (process.platform === 'win32') return
  const pidFile = readPidFile(clusterDir)
  if (pidFile && isAlive(pidFile.pid)) rmSync(join(clusterDir, 'postmaster.pid'), { force: true })
}

function pidsOf(marker: string): number[] {
  return listProcesses()
    .filter((running) => carries(running, marker))
    .map(({ pid }) => pid)
}

function isOurs(marker: string, pid: number): boolean {
  return process.platform === 'win32' ? isAlive(pid) : pidsOf(marker).includes(pid)
}

// A postmaster has it as an argument, its children as part of their title "postgres: florin-1-2: checkpointer".
function carries({ args }: RunningProcess, marker: string): boolean {
  return args.includes(`cluster_name=${marker}`) || args.includes(`${marker}:`)
}

async function endWithin(isThere: () => boolean, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; isThere(); waitedMs += pollMs) {
    if (waitedMs >= timeoutMs) return false
    await sleep(pollMs)
  }
  return true
}
