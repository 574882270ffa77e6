// The W3C trace that a request belongs to (Trace Context, https://www.w3.org/TR/trace-context/).
import { randomUUID } from 'node:crypto'

/** The header, in and out, and the metadata of gRPC. */
export const TRACE_HEADER = 'traceparent'

/** A version that is not known yet may have more after the flags (section 2.2.2); `ff` is none. */
const TRACEPARENT =
  /^(?!ff)(?:00|[0-9a-f]{2}(?=.{53}(?:$|-)))-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})/

/** All of version 00, byte by byte. */
const TRACEPARENT_LENGTH = 55

/** A trace, and Florin's own part of it. */
export interface Trace {
  readonly traceId: string
  /** As answers tell it: the trace, Florin's span, the caller's flags. */
  readonly traceparent: string
}

/** The trace that the caller names when it is well-formed, else a new one that nobody samples. */
export function traceOf(given: unknown): Trace {
  const found = typeof given === 'string' ? readTrace(given) : null
  const fresh = hexOfUuid()
  const { traceId, flags } = found ?? { traceId: fresh, flags: '00' }
  // The later half of a random UUID is never zero, and a new trace's own span need not differ from its id.
  return { traceId, traceparent: `00-${traceId}-${fresh.slice(16)}-${flags}` }
}

function readTrace(text: string): { readonly traceId: string; readonly flags: string } | null {
  if (text.startsWith('00') && text.length !== TRACEPARENT_LENGTH) return null
  const [, traceId, flags] = TRACEPARENT.exec(text) ?? []
  return traceId === undefined || flags === undefined ? null : { traceId, flags }
}

function hexOfUuid(): string {
  return randomUUID().replaceAll('-', '')
}
