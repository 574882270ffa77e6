// Which web pages may read answers (https://fetch.spec.whatwg.org/#http-cors-protocol).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Origins such as `https://app.example`; `*` is any. None: no page of another origin reads an answer. */
export type CorsOrigins = readonly string[]

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** What requests may come with; `*` would leave out Authorization. */
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent, tracestate'
/** What pages may read besides what browsers always show. */
const EXPOSED_HEADERS =
  'ETag, Location, Idempotency-Replayed, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Allow, X-Request-Id, traceparent'
/** How long a browser remembers a preflight: none remembers it longer than two hours. */
const PREFLIGHT_SECONDS = '7200'

/**
 * Lets pages of these origins read every answer, refusals too. Never with cookies: Florin has none, whoever calls says so
 * in Authorization. Call it before anything refuses a request.
 */
export function allowOrigins(app: FastifyInstance, origins: CorsOrigins): void {
  if (origins.length === 0) return
  app.addHook('onRequest', (request, reply, done) => {
    markOrigin(request, reply, origins)
    done()
  })
}

/** Answers preflights, which come without credentials. Call it after what counts requests. */
export function answerPreflights(app: FastifyInstance, origins: CorsOrigins): void {
  if (origins.length === 0) return
  app.addHook('onRequest', (request, reply, done) => {
    if (!isPreflight(request) || reply.getHeader('access-control-allow-origin') === undefined) return done()
    void reply
      .code(204)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-allow-headers', REQUEST_HEADERS)
      .header('access-control-max-age', PREFLIGHT_SECONDS)
      .header('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
      .send()
  })
}

function markOrigin({ headers }: FastifyRequest, reply: FastifyReply, origins: CorsOrigins): void {
  const isAny = origins.includes('*')
  if (!isAny) void reply.header('vary', 'Origin')
  const { origin } = headers
  if (origin === undefined || !(isAny || origins.includes(origin))) return
  void reply.header('access-control-allow-origin', isAny ? '*' : origin)
  void reply.header('access-control-expose-headers', EXPOSED_HEADERS)
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}
