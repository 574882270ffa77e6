// One Florin a data folder: a lock file that names its owner by pid and start time, so that a crashed owner is noticed even
// when its pid is in use again. An owner in another container cannot be looked up by pid; there the file's heartbeat tells.
import { randomUUID } from 'node:crypto'
import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#core/errors.ts'
import { processStart } from './processes.ts'

const heartbeatIntervalMs = 1_000
const heartbeatSilenceMaxMs = 5_000
const heartbeatPollMs = 250
const takeOverTriesMax = 5

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number
  readonly startedAt: string
  /** Host name and process-id namespace: pids compare only inside one. */
  readonly machine: string
}

/** A held lock: `release` gives it up. */
export type LockAttempt =
  | { readonly kind: 'taken'; readonly release: () => void }
  | { readonly kind: 'held'; readonly owner: LockOwner }

/** Takes the lock, taking it over from an owner that is no more; says who holds it otherwise. Waits up to 5 s for another container's heartbeat. */
export async function takeLock(path: string): Promise<LockAttempt> {
  const text = JSON.stringify(thisProcess())
  for (let tries = 0; tries < takeOverTriesMax; tries++) {
    if (createWhole(path, text)) return { kind: 'taken', release: keep(path, text) }
    const found = readIfThere(path)
    if (found === undefined) continue
    const owner = parseOwner(found)
    if (owner && (await isHolding(path, owner))) return { kind: 'held', owner }
    setAside(path, found)
  }
  throw new AppError(
    'unavailable',
    `the lock file ${path} keeps changing: several Florins are starting on this folder`,
  )
}

/** Whether an owner lives where we can see and reach it. */
export function isOnThisMachine(owner: LockOwner): boolean {
  return owner.machine === machine()
}

async function isHolding(path: string, owner: LockOwner): Promise<boolean> {
  if (isOnThisMachine(owner)) return processStart(owner.pid) === owner.startedAt
  const before = modifiedMs(path)
  for (let waitedMs = 0; waitedMs < heartbeatSilenceMaxMs; waitedMs += heartbeatPollMs) {
    await sleep(heartbeatPollMs)
    if (modifiedMs(path) !== before) return true
  }
  return false
}

// A hard link either appears whole or not at all, so nobody ever reads a lock file that is half written.
function createWhole(path: string, text: string): boolean {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode: 0o644 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

// Between reading a dead owner's file and moving it away another starter may have replaced it: then it goes back.
function setAside(path: string, expected: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (readFileSync(aside, 'utf8') !== expected) linkSync(aside, path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function keep(path: string, text: string): () => void {
  const timer = setInterval(() => {
    try {
      const now = new Date()
      utimesSync(path, now, now)
    } catch {
      // the folder is gone or read-only; PostgreSQL will say so louder
    }
  }, heartbeatIntervalMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    if (readIfThere(path) === text) rmSync(path, { force: true })
  }
}

function thisProcess(): LockOwner {
  return { pid: process.pid, startedAt: processStart(process.pid) ?? 'unknown', machine: machine() }
}

function machine(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // not Linux: no containers that share a folder
  }
  return `${hostname()} ${namespace}`.trim()
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as LockOwner
    return Number.isInteger(owner.pid) ? owner : undefined
  } catch {
    return undefined
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}
