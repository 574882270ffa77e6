// The gRPC edge: florin.v1 and florin.v2 side by side, reflection and health, over the use cases of Florin.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import type { Florin } from '#app/florin.ts'
import { firstProblem } from '#app/load.ts'
import { assert } from '#core/assert.ts'
import { CONNECTIONS_MAX, HANDSHAKE_TIMEOUT_MS, type TlsIdentity } from '../tls.ts'
import { controlAccess, type DoorOptions } from './access.ts'
import type { Edge, Handlers } from './calls.ts'
import { reflected, serviceOf } from './contract.ts'
import { serveHealth } from './health.ts'
import { assertRows } from './methods.ts'
import { createAccountService as createAccountServiceV1 } from './v1/accounts.ts'
import { createTransferService as createTransferServiceV1 } from './v1/transfers.ts'
import { createAccountService } from './v2/accounts.ts'
import { createApiKeyService } from './v2/api-keys.ts'
import { createAuthService } from './v2/auth.ts'
import { createAuditService } from './v2/audit.ts'
import { createCurrencyService } from './v2/currencies.ts'
import { createEventService } from './v2/events.ts'
import { createFxService } from './v2/fx.ts'
import { createApprovalService } from './v2/approvals.ts'
import { createHoldService } from './v2/holds.ts'
import { createPeriodService } from './v2/periods.ts'
import { createPolicyService } from './v2/policies.ts'
import { createTestClockService } from './v2/test-clock.ts'
import { createTransferService } from './v2/transfers.ts'
import { createUserService } from './v2/users.ts'
import { writeAhead } from './write-ahead.ts'

/** What the edge needs, and how it behaves. */
export interface GrpcServerOptions extends DoorOptions {
  readonly florin: Florin
  /** The largest request, in bytes. */
  readonly messageSizeMax: number
  /** Null: plain HTTP/2. */
  readonly tls?: TlsIdentity | null
  readonly connectionsMax?: number
  /** A client of HTTP/2 speaks first, and has this time for its first bytes. */
  readonly prefaceTimeoutMs?: number
}

/** The gRPC edge. */
export interface GrpcServer {
  /** Listens; rejects with the system's error (EADDRINUSE, EACCES …) when it may not. */
  listen(at: { readonly host: string; readonly port: number }): Promise<AddressInfo>
  /** Stops accepting, ends streams, lets calls under way finish; those that do not are broken off after a while. */
  close(): Promise<void>
}

/** Every service of the contract. */
const SERVICES: Readonly<Record<string, (edge: Edge) => Handlers>> = {
  'florin.v1.AccountService': createAccountServiceV1,
  'florin.v1.TransferService': createTransferServiceV1,
  'florin.v2.AccountService': createAccountService,
  'florin.v2.ApiKeyService': createApiKeyService,
  'florin.v2.AuthService': createAuthService,
  'florin.v2.AuditService': createAuditService,
  'florin.v2.CurrencyService': createCurrencyService,
  'florin.v2.EventService': createEventService,
  'florin.v2.FxService': createFxService,
  'florin.v2.ApprovalService': createApprovalService,
  'florin.v2.HoldService': createHoldService,
  'florin.v2.PeriodService': createPeriodService,
  'florin.v2.PolicyService': createPolicyService,
  'florin.v2.TestClockService': createTestClockService,
  'florin.v2.TransferService': createTransferService,
  'florin.v2.UserService': createUserService,
}

const LIMITS = {
  /** Calls at once of one connection; more wait in the client. */
  concurrentStreamsMax: 1000,
  /** A silent connection is asked whether it lives, and closed when it does not say so in time. */
  keepaliveTimeMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  prefaceTimeoutMs: 10_000,
  /** How long calls under way have when the server closes. */
  closeGraceMs: 5000,
} as const

/** Makes the server, ready for `listen`. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { florin, load, messageSizeMax, tls = null, connectionsMax = CONNECTIONS_MAX } = options
  const { prefaceTimeoutMs = LIMITS.prefaceTimeoutMs } = options
  // It would write what clients do wrong to stderr, as much as they like.
  setLogVerbosity(logVerbosity.NONE)
  const access = controlAccess(options)
  const server = new Server({
    interceptors: [access.interceptor, writeAhead],
    'grpc.max_receive_message_length': messageSizeMax,
    'grpc.max_concurrent_streams': LIMITS.concurrentStreamsMax,
    'grpc.keepalive_time_ms': LIMITS.keepaliveTimeMs,
    'grpc.keepalive_timeout_ms': LIMITS.keepaliveTimeoutMs,
    // Counts every call and message for a service that Florin does not offer.
    'grpc.enable_channelz': 0,
  })
  const closing = new AbortController()
  for (const [name, create] of Object.entries(SERVICES)) {
    const service = serviceOf(name)
    const handlers = create({ ...options, access, closing: closing.signal })
    const odd = new Set(Object.keys(service)).symmetricDifference(new Set(Object.keys(handlers)))
    assert(
      odd.size === 0,
      `methods of ${name} that are only in the contract, or only here: ${[...odd].join(', ')}`,
    )
    assertRows(name, Object.keys(service))
    server.addService(service, handlers)
  }
  new ReflectionService(reflected).addToServer(server)
  const endHealth = serveHealth(server, firstProblem(florin.health, load), Object.keys(SERVICES))

  // Listening ourselves tells a taken port by its code; grpc-js tells it in a sentence.
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sockets = new Set<Socket>()
  const listener = createListener(tls, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    closeWhenSilent(socket, prefaceTimeoutMs)
    connections.injectConnection(socket)
  })
  listener.maxConnections = connectionsMax

  return {
    async listen(at) {
      listener.listen(at)
      await once(listener, 'listening')
      // Such as too many open files; the connections that there are go on.
      listener.on('error', (error) => options.log.error({ err: error }, 'a connection could not be accepted'))
      return listener.address() as AddressInfo
    },
    async close() {
      endHealth()
      closing.abort()
      const closed = listener.listening ? once(listener.close(), 'close') : undefined
      const shutDown = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(() => {
        server.forceShutdown()
        // One whose client does not read what is left to send would stay for ever.
        for (const socket of sockets) socket.destroy()
        late.resolve()
      }, LIMITS.closeGraceMs)
      await Promise.race([Promise.all([shutDown, closed]), late.promise])
      clearTimeout(timer)
      await closed
    },
  }
}

function createListener(tls: TlsIdentity | null, accept: (socket: Socket) => void): Listener {
  if (tls === null) return createServer({ noDelay: true }, accept)
  const options = { ALPNProtocols: ['h2'], handshakeTimeout: HANDSHAKE_TIMEOUT_MS, noDelay: true }
  const listener = createTlsServer({ ...tls.options, ...options }, (socket) => {
    // HTTP/2 ends its session then; what is left to do is not to end the process.
    socket.on('error', () => {})
    accept(socket)
  })
  tls.follow(listener)
  return listener
}

const PREFACE_SIZE = 24

function closeWhenSilent(socket: Socket, timeoutMs: number): void {
  const timer = setTimeout(() => {
    if (socket.bytesRead < PREFACE_SIZE) socket.destroy()
  }, timeoutMs)
  socket.once('close', () => clearTimeout(timer))
}
