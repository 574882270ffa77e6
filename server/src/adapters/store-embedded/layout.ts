// Where everything of the embedded PostgreSQL stands inside the data folder, and the one small file of state about it.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ownLike } from './run-as.ts'

/** The files of one data folder. */
export interface Layout {
  readonly dataDir: string
  /** The PostgreSQL cluster: the ledger itself. */
  readonly clusterDir: string
  /** Where a cluster is made before it is renamed into place, so that a half made one is never taken for data. */
  readonly newDir: string
  readonly stateFile: string
  readonly lockFile: string
  readonly logFile: string
}

/** What has to be remembered between two starts. */
export interface State {
  /** 256 random bits, base64url: the password of the superuser `florin`. */
  readonly password: string
  /** The TCP port of the last start, taken again when it is free. */
  readonly port?: number | undefined
}

/** The layout of a data folder such as `.florin`. */
export function layoutOf(dataDir: string): Layout {
  const root = resolve(dataDir)
  return {
    dataDir: root,
    clusterDir: join(root, 'postgres'),
    newDir: join(root, 'postgres.new'),
    stateFile: join(root, 'postgres.json'),
    lockFile: join(root, 'postgres.lock'),
    logFile: join(root, 'postgres.log'),
  }
}

/** A first state: a new password, no port yet. */
export function newState(): State {
  return { password: randomBytes(32).toString('base64url') }
}

/** The state on disk, or undefined when there is none. Throws what the file system throws otherwise. */
export function readState(layout: Layout): State | undefined {
  try {
    return JSON.parse(readFileSync(layout.stateFile, 'utf8')) as State
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes the state so that after a power cut the old or the new one is there, readable by the owner only (0600). */
export function writeState(layout: Layout, state: State): void {
  const draft = `${layout.stateFile}.new`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeSync(fd, `${JSON.stringify(state, undefined, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  ownLike(layout.dataDir, draft)
  renameSync(draft, layout.stateFile)
  syncDir(layout.dataDir)
}

/** Makes renames inside a folder durable. Windows cannot open a folder, and does not need it. */
export function syncDir(dir: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(dir, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
