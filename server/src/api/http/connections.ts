// Connections of the HTTP server: how long a client may take, how much it may send, and TLS.
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:https'
import type { FastifyHttpOptions } from 'fastify'
import { HANDSHAKE_TIMEOUT_MS, type TlsIdentity } from '../tls.ts'

/** By Node's names; past a time or size the connection is closed. */
export const CONNECTION_LIMITS = {
  /** For the headers of a request. */
  headersTimeout: 10_000,
  /** For a whole request; a body of 1 MiB passes even at 300 kbit/s. */
  requestTimeout: 30_000,
  /** How often those two are looked at. */
  connectionsCheckingInterval: 5000,
  /** An idle connection stays open; longer than the 60 s of usual load balancers, so that they close first. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
}

/** What Fastify is told of its connections. */
export function connectionOptions(
  tls: TlsIdentity | null,
  limits: typeof CONNECTION_LIMITS,
): Partial<FastifyHttpOptions<Server>> {
  const { requestTimeout, keepAliveTimeout } = limits
  const options = { requestTimeout, keepAliveTimeout, http: limits }
  if (tls === null) return options
  return { ...options, serverFactory: (handler) => createTlsServer(tls, limits, handler) }
}

function createTlsServer(
  tls: TlsIdentity,
  limits: typeof CONNECTION_LIMITS,
  handler: RequestListener,
): Server {
  const server = createServer({ ...tls.options, ...limits, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }, handler)
  tls.follow(server)
  return server
}
