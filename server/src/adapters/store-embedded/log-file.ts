// PostgreSQL writes its log to a file and not to a pipe of ours: it must go on when Florin is killed.
import { copyFileSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownLike } from './run-as.ts'

const logSizeMaxBytes = 10_000_000
const linesShownMax = 4

/** Opens the log for a server to append to. */
export function openLog(path: string): number {
  boundLog(path)
  const fd = openSync(path, 'a', 0o600)
  ownLike(dirname(path), path)
  return fd
}

/** Above 10 MB the log becomes `<path>.1`, in place of the one before, and starts again. A running server goes on appending. */
export function boundLog(path: string, sizeMaxBytes = logSizeMaxBytes): void {
  if (logSize(path) <= sizeMaxBytes) return
  try {
    copyFileSync(path, `${path}.1`)
    ownLike(dirname(path), `${path}.1`)
  } catch {
    // a full disk: then room matters more than the old lines
  }
  truncateSync(path)
}

/** The size of the log in bytes, 0 when there is none. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** What the server last said after a point of its log, without time stamps, on one line: for a person, never to decide by. */
export function lastWords(path: string, fromByte: number): string {
  const text = readFileSync(path).subarray(fromByte).toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines
    .slice(-linesShownMax)
    .map((line) => line.replace(/^\S+ \S+ UTC \[\d+\] /, ''))
    .join(' | ')
}
