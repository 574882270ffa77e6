// The HTTP edge: REST v1 and v2, their description, and health, over the use cases of Florin.
import fastify, { type FastifyInstance } from 'fastify'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { firstProblem, type Load } from '#app/load.ts'
import { NO_RATE_LIMITS, type RateLimits } from '#app/rate-limits.ts'
import { createClientAddress, type ClientAddress } from '../client-address.ts'
import { CONNECTIONS_MAX, type TlsIdentity } from '../tls.ts'
import { accessIfKnown, controlAccess } from './access.ts'
import { brokenAttempt, noteAttempts } from './attempts.ts'
import { greet, requestTraceOf } from './common-headers.ts'
import { CONNECTION_LIMITS, connectionOptions } from './connections.ts'
import { allowOrigins, answerPreflights, type CorsOrigins } from './cors.ts'
import { serveDocs } from './docs.ts'
import { endBrokenConnection, handleErrors, sendFrameworkError } from './error-handlers.ts'
import { serveHealth } from './health.ts'
import { BODY_SIZE_MAX, readJsonBodies } from './json-body.ts'
import { describeApi } from './openapi.ts'
import type { HttpLog } from './log.ts'
import { finishLongAnswers } from './long-answers.ts'
import { serveJwks } from './jwks.ts'
import { createRequestCounter } from './rate-limit.ts'
import { requestIdOf } from './request-id.ts'
import { pathOfTarget } from './request-target.ts'
import { serveV1 } from './v1/routes.ts'
import { serveV2 } from './v2/routes.ts'

/** What the edge needs, and how it behaves. */
export interface HttpServerOptions {
  readonly florin: Florin
  readonly accessControl: AccessControl
  readonly load: Load
  readonly log: HttpLog
  /** True: a debug line for every request. It costs about 2 µs a request, so not even the hook is there otherwise. */
  readonly logRequests?: boolean
  /** False: no /docs. */
  readonly docs?: boolean
  /** Where gRPC is, for people; null when it is nowhere. */
  readonly grpcAddress?: string | null
  readonly rateLimits?: RateLimits
  readonly clientAddress?: ClientAddress
  /** The web pages that may read answers. */
  readonly corsOrigins?: CorsOrigins
  /** Null: plain HTTP. */
  readonly tls?: TlsIdentity | null
  readonly connectionsMax?: number
  readonly connectionLimits?: typeof CONNECTION_LIMITS
}

/** No id is longer than 36 characters. */
const PATH_PART_LENGTH_MAX = 100

const CLOSE_IDLE_EVERY_MS = 50

/**
 * Makes the server, ready for `listen` or `inject`. `close()` stops accepting, ends waiting event readers, and lets
 * requests in flight finish.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { florin, accessControl, load, log } = options
  const { logRequests = false, docs = true, grpcAddress = null } = options
  const { rateLimits = NO_RATE_LIMITS, clientAddress = createClientAddress([]), tls = null } = options
  const { corsOrigins = [] } = options
  const { connectionsMax = CONNECTIONS_MAX, connectionLimits = CONNECTION_LIMITS } = options
  const app = fastify({
    logger: false,
    bodyLimit: BODY_SIZE_MAX,
    genReqId: requestIdOf,
    rewriteUrl: pathOfTarget,
    frameworkErrors(error, request, reply) {
      const { socket, headers } = request.raw
      const said = headers['x-forwarded-for'] as string | undefined
      const told = sendFrameworkError(error, request, reply, tls !== null)
      florin.attempts.note(brokenAttempt(told, clientAddress(socket.remoteAddress, said)))
    },
    clientErrorHandler(error, socket) {
      const told = endBrokenConnection(error, socket)
      if (told !== null)
        florin.attempts.note(brokenAttempt(told, clientAddress(socket.remoteAddress, undefined)))
    },
    ...connectionOptions(tls, connectionLimits),
    routerOptions: { maxParamLength: PATH_PART_LENGTH_MAX },
    // Fastify's own 503 is no problem+json, and a request that reached us can as well be answered.
    return503OnClosing: false,
  })
  app.server.maxConnections = connectionsMax
  readJsonBodies(app)
  handleErrors(app, log)
  app.addHook('onRequest', (request, reply, done) => {
    greet(request, reply, tls !== null)
    done()
  })
  noteAttempts(app, { log: florin.attempts, clientAddress, accessOf: accessIfKnown })
  allowOrigins(app, corsOrigins)
  const counter = createRequestCounter(rateLimits)
  const florinOf = controlAccess(app, accessControl, { load, counter })
  answerPreflights(app, corsOrigins)
  closeConnectionsOnceIdle(app)
  if (logRequests) logEveryRequest(app, log)

  finishLongAnswers(app)
  await describeApi(app)
  await app.register((scope) =>
    serveHealth(scope, firstProblem(florin.health, load), { ...accessControl, grpcAddress }),
  )
  await app.register((scope) => serveV1(scope, florinOf), { prefix: '/v1' })
  await app.register((scope) => serveV2(scope, florinOf, log), { prefix: '/v2' })
  await app.register(async (scope) => serveJwks(scope, florin))
  if (docs) await app.register(serveDocs)
  await app.ready()
  return app
}

/**
 * Node closes the connections that are idle when closing begins, and leaves one that was answering open for all of its
 * keep-alive time afterwards: a shutdown would take 65 s.
 */
function closeConnectionsOnceIdle(app: FastifyInstance): void {
  app.addHook('preClose', (done) => {
    const { server } = app
    if (server.listening) {
      const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
      server.once('close', () => clearInterval(timer))
    }
    done()
  })
}

function logEveryRequest(app: FastifyInstance, log: HttpLog): void {
  app.addHook('onResponse', (request, reply, done) => {
    log.debug(
      {
        request_id: request.id,
        trace_id: requestTraceOf(request).traceId,
        method: request.method,
        path: request.routeOptions.url ?? request.url,
        status: reply.statusCode,
        durationMs: reply.elapsedTime,
      },
      'request',
    )
    done()
  })
}
