// The W3C trace that a request belongs to (Trace Context, https://www.w3.org/TR/trace-context/).
import { randomBytes } from 'node:crypto'

/** The header, in and out, and the metadata of gRPC. */
export const TRACE_HEADER = 'traceparent'

/** A version that is not known yet may have more after the flags (section 2.2.2); `ff` is none. */
const TRACEPARENT =
  /^(?!ff)(?:00|[0-9a-f]{2}(?=.{53}(?:$|-)))-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})/

/** All of version 00, byte by byte. */
const TRACEPARENT_LENGTH = 55
/** Hexadecimal digits; that all are zero, which means none, happens once in 2^64. */
const TRACE_LENGTH = 32
const SPAN_LENGTH = 16
const POOL_BYTES = 8192

/** A trace, and Florin's own part of it. */
export interface Trace {
  readonly traceId: string
  /** As answers tell it: the trace, Florin's span, the caller's flags. */
  readonly traceparent: string
}

/** The trace that the caller names when it is well-formed, else a new one that nobody samples. */
export function traceOf(given: unknown): Trace {
  const span = randomHex(SPAN_LENGTH)
  const { traceId, flags } = (typeof given === 'string' ? readTrace(given) : null) ?? {
    traceId: randomHex(TRACE_LENGTH),
    flags: '00',
  }
  return { traceId, traceparent: `00-${traceId}-${span}-${flags}` }
}

function readTrace(text: string): { readonly traceId: string; readonly flags: string } | null {
  if (text.startsWith('00') && text.length !== TRACEPARENT_LENGTH) return null
  const [, traceId, flags] = TRACEPARENT.exec(text) ?? []
  return traceId === undefined || flags === undefined ? null : { traceId, flags }
}

let pool = ''
let used = 0

/** So many random hexadecimal digits, cut from a supply: a UUID for each trace took three times as long. */
function randomHex(length: number): string {
  if (used + length > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex')
    used = 0
  }
  used += length
  return pool.slice(used - length, used)
}
