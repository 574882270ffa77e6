// The cluster folder: making one, and reading what state it is in before a server touches it.
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { totalmem, userInfo } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#core/errors.ts'
import type { Binaries } from './binaries.ts'
import { includeLine, programEnv, tunedSettings } from './config.ts'
import { syncDir, type Layout } from './layout.ts'
import { giveTo, ownLike, type RunAs } from './run-as.ts'

const initdbTimeoutMs = 120_000
// A new cluster takes 40 MB and a first 16 MB of WAL.
const freeBytesMin = 100_000_000
const freeBytesLow = 64_000_000

/** Whether there is a cluster in the data folder. */
export function hasCluster(layout: Layout): boolean {
  return existsSync(join(layout.clusterDir, 'PG_VERSION'))
}

/** Throws `conflict` when another major version of PostgreSQL made the cluster: its files cannot be read. */
export function assertMajor(layout: Layout, major: string): void {
  const found = readFileSync(join(layout.clusterDir, 'PG_VERSION'), 'utf8').trim()
  if (found === major) return
  throw new AppError(
    'conflict',
    `${layout.clusterDir} holds data of PostgreSQL ${found}, and this Florin brings PostgreSQL ${major}: ` +
      `use the Florin version that made it, or move the data with pg_upgrade or pg_dump of PostgreSQL ${major}`,
  )
}

// ControlFileData in PostgreSQL's pg_control.h: uint64 identifier, two uint32 versions, then DBState; 1 is DB_SHUTDOWNED.
const stateOffset = 16
const shutDownCleanly = 1

/** Whether the last server on this cluster ended with a shutdown checkpoint; if not, starting one replays the WAL. */
export function wasShutDownCleanly(layout: Layout): boolean {
  const control = Buffer.alloc(stateOffset + 4)
  const fd = openSync(join(layout.clusterDir, 'global', 'pg_control'), 'r')
  try {
    readSync(fd, control, 0, control.length, 0)
  } finally {
    closeSync(fd)
  }
  return control.readInt32LE(stateOffset) === shutDownCleanly
}

/**
 * The name by which the processes of this cluster's server are known. It is made of the folder's identity, so a copy of the
 * folder, even with a copied postmaster.pid, is never mistaken for the original.
 */
export function markerOf(layout: Layout): string {
  const { dev, ino } = statSync(layout.clusterDir, { bigint: true })
  return `florin-${dev.toString(36)}-${ino.toString(36)}`
}

/** How PostgreSQL is told its folder: as root by a link that needs no right to pass the folders above (a 0700 home of root). */
export function dirArgument(dir: string, runAs: RunAs | undefined): string {
  return runAs && process.platform === 'linux' ? '/proc/self/cwd' : dir
}

/** Makes a new cluster with the superuser `florin`; it appears under its name only when it is whole and on disk. */
export async function createCluster(
  layout: Layout,
  { binaries, runAs, password }: { binaries: Binaries; runAs: RunAs | undefined; password: string },
): Promise<void> {
  assertSpace(layout.dataDir)
  assertNothingInTheWay(layout)
  if (!runAs) assertNamed()
  const draft = join(layout.newDir, 'cluster')
  rmSync(layout.newDir, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  writeFileSync(join(layout.newDir, 'password'), password, { mode: 0o600 })
  giveTo(runAs, layout.newDir)
  await runInitdb(layout, binaries, { draft, runAs })
  appendFileSync(join(draft, 'postgresql.conf'), includeLine)
  syncDir(draft)
  renameSync(draft, layout.clusterDir)
  syncDir(layout.dataDir)
  rmSync(layout.newDir, { recursive: true, force: true })
}

/** Makes an existing cluster ready to start: the right owner, the right mode, today's tuning. */
export function prepareCluster(layout: Layout, runAs: RunAs | undefined): void {
  if (runAs && statSync(layout.clusterDir).uid === 0) giveTo(runAs, layout.clusterDir)
  chmodSync(layout.clusterDir, 0o700) // PostgreSQL refuses a folder others can read; copies often are
  writeTuning(layout.clusterDir)
}

/** `, and the disk is nearly full (3 MB free)`, or nothing: the most likely reason why a start failed is named. */
export function spaceHint(dir: string): string {
  const free = freeBytes(dir)
  return free < freeBytesLow ? `; the disk of ${dir} is nearly full (${Math.floor(free / 1e6)} MB free)` : ''
}

async function runInitdb(
  layout: Layout,
  binaries: Binaries,
  { draft, runAs }: { draft: string; runAs: RunAs | undefined },
): Promise<void> {
  const dir = dirArgument(draft, runAs)
  const args = ['-D', dir, '-U', 'florin', `--pwfile=${dir}/../password`, '--auth=scram-sha-256']
  // Sorted as bytes, which never changes with the operating system; the builtin provider also knows that Ä is ä.
  args.push('--no-locale', '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  args.push('--data-checksums', '--no-instructions')
  await new Promise<void>((resolve, reject) => {
    const options = { ...runAs, cwd: draft, env: programEnv, timeout: initdbTimeoutMs }
    execFile(binaries.initdb, args, options, (error, _stdout, stderr) => {
      if (!error) return resolve()
      const why = stderr.trim() || error.message
      const hint = spaceHint(layout.dataDir)
      reject(
        new AppError('unavailable', `cannot make a database in ${layout.dataDir}: ${why}${hint}`, {
          cause: error,
        }),
      )
    })
  })
}

// initdb, unlike the server, insists on a user name; a container started with --user 12345 has none.
function assertNamed(): void {
  try {
    userInfo()
  } catch (error) {
    throw new AppError(
      'forbidden',
      `the user id ${process.getuid?.()} has no name in /etc/passwd, which PostgreSQL needs to make a database: ` +
        'run Florin as root or as a user with a name (in a container --user node), or set FLORIN_DATABASE_URL',
      { cause: error },
    )
  }
}

function writeTuning(dir: string): void {
  const path = join(dir, 'florin.conf')
  rmSync(path, { force: true }) // another user may have written it
  // 0, or more than there is, where nothing limits this process.
  const memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  writeFileSync(path, tunedSettings(memoryBytes), { mode: 0o644 })
  ownLike(dir, path)
}

function assertNothingInTheWay({ clusterDir }: Layout): void {
  if (!existsSync(clusterDir) || readdirSync(clusterDir).length === 0) return
  throw new AppError(
    'conflict',
    `${clusterDir} is not empty and holds no PostgreSQL data: restore it, or move it away`,
  )
}

function assertSpace(dir: string): void {
  const free = freeBytes(dir)
  if (free >= freeBytesMin) return
  throw new AppError(
    'unavailable',
    `the disk of ${dir} has ${Math.floor(free / 1e6)} MB free, and a new database needs ${freeBytesMin / 1e6} MB`,
  )
}

function freeBytes(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}
