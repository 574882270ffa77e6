// The HTTP edge: REST v1 and v2, their description, and health, over the use cases of Florin.
import fastify, { type FastifyInstance } from 'fastify'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { controlAccess } from './access.ts'
import { serveDocs } from './docs.ts'
import { endBrokenConnection, handleErrors, sendFrameworkError } from './error-handlers.ts'
import { serveHealth } from './health.ts'
import { BODY_SIZE_MAX, readJsonBodies } from './json-body.ts'
import { describeApi } from './openapi.ts'
import type { HttpLog } from './log.ts'
import { requestIdOf } from './request-id.ts'
import { serveV1 } from './v1/routes.ts'
import { serveV2 } from './v2/routes.ts'

/** What the edge needs, and how it behaves. */
export interface HttpServerOptions {
  readonly florin: Florin
  readonly accessControl: AccessControl
  readonly log: HttpLog
  /** True: a debug line for every request. It costs about 2 µs a request, so not even the hook is there otherwise. */
  readonly logRequests?: boolean
  /** False: no /docs. */
  readonly docs?: boolean
  /** Where gRPC is, for people; null when it is nowhere. */
  readonly grpcAddress?: string | null
}

/** How long a client may take, and how much it may send, before its connection is closed. */
const CONNECTION_LIMITS = {
  /** For the headers of a request. */
  headersTimeoutMs: 10_000,
  /** For a whole request; a body of 1 MiB passes even at 300 kbit/s. */
  requestTimeoutMs: 30_000,
  /** An idle connection stays open; longer than the 60 s of usual load balancers, so that they close first. */
  keepAliveTimeoutMs: 65_000,
  headersSizeMax: 16 * 1024,
  /** No id is longer than 36 characters. */
  pathPartLengthMax: 100,
} as const

const CLOSE_IDLE_EVERY_MS = 50

/**
 * Makes the server, ready for `listen` or `inject`. `close()` stops accepting, ends waiting event readers, and lets
 * requests in flight finish.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { florin, accessControl, log, logRequests = false, docs = true, grpcAddress = null } = options
  const app = fastify({
    logger: false,
    bodyLimit: BODY_SIZE_MAX,
    genReqId: requestIdOf,
    frameworkErrors: sendFrameworkError,
    clientErrorHandler: endBrokenConnection,
    requestTimeout: CONNECTION_LIMITS.requestTimeoutMs,
    keepAliveTimeout: CONNECTION_LIMITS.keepAliveTimeoutMs,
    http: {
      headersTimeout: CONNECTION_LIMITS.headersTimeoutMs,
      maxHeaderSize: CONNECTION_LIMITS.headersSizeMax,
    },
    routerOptions: { maxParamLength: CONNECTION_LIMITS.pathPartLengthMax },
    // Fastify's own 503 is no problem+json, and a request that reached us can as well be answered.
    return503OnClosing: false,
  })
  readJsonBodies(app)
  handleErrors(app, log)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    done()
  })
  const florinOf = controlAccess(app, accessControl)
  closeConnectionsOnceIdle(app)
  if (logRequests) logEveryRequest(app, log)

  await describeApi(app)
  await app.register((scope) => serveHealth(scope, florin.health, { ...accessControl, grpcAddress }))
  await app.register((scope) => serveV1(scope, florinOf), { prefix: '/v1' })
  await app.register((scope) => serveV2(scope, florinOf, log), { prefix: '/v2' })
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
