// What every answer says of itself, also one that runs no hooks.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { traceOf, TRACE_HEADER, type Trace } from './trace.ts'

/** Answers are data: opened in a browser they load nothing, run nothing and are shown in no frame. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
/** A year, as browsers' own lists ask for. Not for subdomains: they are not Florin's. */
const HSTS = 'max-age=31536000'

/** Not a decorator of Fastify: a request that it refuses itself has none. */
const TRACE = Symbol('trace')
type Traced = FastifyRequest & { [TRACE]?: Trace }

/** The trace of a request. */
export function requestTraceOf(request: Traced): Trace {
  return (request[TRACE] ??= traceOf(request.headers[TRACE_HEADER]))
}

/** Puts the ids and the security headers on an answer: few, because every transfer pays for each. */
export function greet(request: FastifyRequest, reply: FastifyReply, isTls: boolean): void {
  void reply.header('x-request-id', request.id)
  void reply.header(TRACE_HEADER, requestTraceOf(request).traceparent)
  // Amounts are nobody's to keep; whoever wants to save bytes asks with If-None-Match.
  void reply.header('cache-control', 'no-store')
  void reply.header('x-content-type-options', 'nosniff')
  void reply.header('content-security-policy', DATA_POLICY)
  if (isTls) void reply.header('strict-transport-security', HSTS)
}
