// What both edges need of connections: TLS, and how many there may be.
import type { Server, TlsOptions } from 'node:tls'

/** A certificate that may be replaced while servers use it. */
export interface TlsIdentity {
  /** What a server is made with: the certificate as it is now, and what is asked of clients. */
  readonly options: TlsOptions
  /** Gives the server every later certificate, until it closes; connections that there are go on with theirs. */
  follow(server: Server): void
}

/** How long a client may take to shake hands. */
export const HANDSHAKE_TIMEOUT_MS = 10_000

/** Connections of one server at once; more are closed as they come. */
export const CONNECTIONS_MAX = 10_000
