// What every answer says of itself, also one that runs no hooks.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { traceOf, TRACE_HEADER, type Trace } from './trace.ts'

const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  // Amounts are nobody's to keep; whoever wants to save bytes asks with If-None-Match.
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  // Answers are data: opened in a browser they load nothing, run nothing and are shown in no frame.
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-resource-policy', 'same-origin'],
  ['referrer-policy', 'no-referrer'],
]

/** A year, as browsers' own lists ask for. Not for subdomains: they are not Florin's. */
const HSTS = ['strict-transport-security', 'max-age=31536000'] as const

/** Not decorators: a request that Fastify itself refuses has none. */
const traces = new WeakMap<FastifyRequest, Trace>()

/** The trace of a request. */
export function requestTraceOf(request: FastifyRequest): Trace {
  const known = traces.get(request)
  if (known !== undefined) return known
  const trace = traceOf(request.headers[TRACE_HEADER])
  traces.set(request, trace)
  return trace
}

/** Puts the ids and the security headers on an answer. */
export function greet(request: FastifyRequest, reply: FastifyReply, isTls: boolean): void {
  void reply.header('x-request-id', request.id)
  void reply.header(TRACE_HEADER, requestTraceOf(request).traceparent)
  for (const [name, value] of SECURITY_HEADERS) void reply.header(name, value)
  if (isTls) void reply.header(...HSTS)
}
