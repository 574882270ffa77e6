// The id that ties an answer, its log lines and a question to support together.
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The header, in and out. */
const REQUEST_ID_HEADER = 'x-request-id'

const SANE = /^[A-Za-z0-9._-]{1,64}$/

/** The caller's id when it is safe to log and echo, else a new one. */
export function requestIdOf({ headers }: { readonly headers: IncomingHttpHeaders }): string {
  const given = headers[REQUEST_ID_HEADER]
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
