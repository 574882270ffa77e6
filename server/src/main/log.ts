// The log: JSON lines for machines, plain lines on a terminal.
import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'
import type { LogLevel } from './settings.ts'

/** Fields that are never written, wherever they stand in the first three levels. */
const SECRETS = ['password', 'authorization', 'cookie', 'secret', 'token', 'databaseUrl']

/** Lines that a full disk refused are tried again with the next one, up to so many bytes; later ones are dropped. */
const BACKLOG_MAX_BYTES = 1_000_000

/**
 * Makes the log of a process. A command's answer goes to stdout, so its log goes to stderr. A log that can no longer be
 * written (its reader is gone, its disk is full) never ends the process, because money moves without it: stderr says so.
 */
export function createLog(options: { readonly level: LogLevel; readonly to: 'stdout' | 'stderr' }): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
  const serializers = { err: toErrorFields }
  const settings = { level: options.level, redact: { paths, censor: '…' }, serializers }
  const [stream, fd] = options.to === 'stdout' ? [process.stdout, 1] : [process.stderr, 2]
  if (!stream.isTTY) {
    const destination = pino.destination({ fd, sync: true, maxLength: BACKLOG_MAX_BYTES })
    goOnWithout([destination, stream])
    return pino({ ...settings, base: null }, destination)
  }
  return pino(
    settings,
    pretty({ destination: fd, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }),
  )
}

/** The ready line goes to the same place without pino, so both ways there are listened to. */
function goOnWithout(ways: readonly NodeJS.EventEmitter[]): void {
  let isTold = false
  for (const way of ways) {
    way.on('error', (error: Error) => {
      if (isTold) return
      isTold = true
      process.stderr.on('error', () => undefined) // It may be gone, too: then there is nobody to tell.
      process.stderr.write(
        `florin: the log cannot be written (${error.message}); Florin goes on without it\n`,
      )
    })
  }
}

/** How deep causes are followed: an error may be its own cause. */
const CAUSES_MAX = 5

/** What is told of an error. Drivers hang their connections on errors, and those hold more than anyone should read. */
export function toErrorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error)
  const { name, message, stack, cause } = error
  const { code } = error as { readonly code?: unknown }
  return {
    type: name,
    message,
    ...(typeof code === 'string' ? { code } : {}),
    stack,
    ...(cause === undefined || depth === CAUSES_MAX ? {} : { cause: toErrorFields(cause, depth + 1) }),
  }
}

/** A connection URL as it may be shown: without its password. */
export function withoutPassword(connectionUrl: string): string {
  const url = URL.parse(connectionUrl)
  if (url === null) return '(not a URL)'
  if (url.password !== '') url.password = '…'
  for (const name of url.searchParams.keys()) if (name.includes('password')) url.searchParams.set(name, '…')
  return url.href.replaceAll('%E2%80%A6', '…')
}
