// The only place that constructs adapters. Each function opens what one kind of command needs, in order, and hands out
// one `close` that closes it in reverse.
import type { AddressInfo } from 'node:net'
import { createIso4217Catalog } from '#adapters/currencies-iso4217/catalog.ts'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { openRedis } from '#adapters/limits-redis/connection.ts'
import { createRedisRateLimiter } from '#adapters/limits-redis/rate-limiter.ts'
import { argon2Passwords } from '#adapters/passwords-argon2/passwords.ts'
import { createFixedRates } from '#adapters/rates-fixed/rates.ts'
import { createEventLoop } from '#adapters/runtime-node/event-loop.ts'
import { createMovableClock } from '#adapters/runtime-node/clock.ts'
import { sha256, sha256Hex } from '#adapters/runtime-node/digest.ts'
import { keepObjectsYoung } from '#adapters/runtime-node/heap.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { createSecrets } from '#adapters/runtime-node/secrets.ts'
import { startEmbeddedPostgres } from '#adapters/store-embedded/server.ts'
import { createPostgresAudit } from '#adapters/store-postgres/audit.ts'
import { createMigrator, type SchemaMigrator } from '#adapters/store-postgres/migrate.ts'
import { readServerVersion } from '#adapters/store-postgres/server-version.ts'
import { openPostgresStore } from '#adapters/store-postgres/store.ts'
import { createOidcTokens } from '#adapters/tokens-jose/oidc.ts'
import { createTokenKeys } from '#adapters/tokens-jose/token-keys.ts'
import { createGrpcServer, type GrpcServerOptions } from '#api/grpc/server.ts'
import { createClientAddress } from '#api/client-address.ts'
import { createHttpServer, type HttpServerOptions } from '#api/http/server.ts'
import { createAccessControl, openAccess, type AccessControl } from '#app/access-control.ts'
import { withBound } from '#app/bounded-passwords.ts'
import { BATCHER_LIMITS, createCommandBatcher } from '#app/command-batcher.ts'
import { createFlorin, type Florin } from '#app/florin.ts'
import { LOGIN_LIMITS } from '#app/login-throttle.ts'
import type { LoginParts } from '#app/logins.ts'
import { createLoad } from '#app/load.ts'
import { createForgetIdempotency } from '#app/forget-idempotency.ts'
import { NO_RATE_LIMITS, withItemsCounted, type RateLimits } from '#app/rate-limits.ts'
import { catchUpWith } from '#app/test-clock.ts'
import type { VerifyDeps } from '#app/verify-ledger.ts'
import { AppError } from '#core/errors.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdempotencySweeper } from '#ports/idempotency-sweeper.ts'
import type { Log } from '#ports/log.ts'
import type { RateLimit, RateLimiter } from '#ports/rate-limiter.ts'
import { runLoop } from '#worker/loop.ts'
import { createClosers, type Closers } from './closers.ts'
import type { Config } from './settings.ts'
import { withoutPassword } from './log.ts'
import { openTls } from './tls-settings.ts'

/** How often idempotency records are looked over for old ones. They live for days, so minutes are plenty. */
const FORGET_EVERY_MS = 60_000
/** How often holds and approvals are looked over for those whose time is over. */
const EXPIRE_EVERY_MS = 1000
/** How often sessions are looked over for those whose time is over; nobody is let in by one meanwhile. */
const EXPIRE_SESSIONS_EVERY_MS = 60_000
/** How often it is looked whether the key that signs tokens is old. */
const ROTATE_KEYS_EVERY_MS = 3_600_000
/** How often attempts that were refused are brought into the journal. */
const RECORD_ATTEMPTS_EVERY_MS = 1000
/** How often it is looked whether there is too much to do: a read of a histogram. */
const WATCH_LOAD_EVERY_MS = 250
/** How often the files of TLS are read again: three small ones. */
const REFRESH_TLS_EVERY_MS = 5000

/** The database that was opened, for people. */
export interface DatabaseInfo {
  readonly kind: 'embedded' | 'external'
  /** PostgreSQL's own: "18.4". */
  readonly version: string
  /** What stood in the data folder; null for an external database. */
  readonly found: 'created' | 'clean' | 'recovered' | 'running' | null
  /** The data folder, or the URL without its password. */
  readonly place: string
}

/** How a database is opened. */
export interface OpenOptions {
  /** Use the embedded server that a running Florin has started on the folder; otherwise that is refused. */
  readonly join: boolean
  /** Called when the embedded server keeps dying and is not started again. */
  readonly onGivenUp?: (error: AppError) => void
}

/** A ledger to work with: the use cases, without any edge. */
export interface OpenLedger {
  readonly florin: Florin
  readonly accessControl: AccessControl
  readonly rateLimits: RateLimits
  readonly sweeper: IdempotencySweeper
  readonly clock: Clock
  readonly database: DatabaseInfo
  readonly close: () => Promise<void>
}

/** Florin, serving. */
export interface RunningFlorin extends OpenLedger {
  readonly address: { readonly host: string; readonly port: number }
  /** `host:port`; null when gRPC is switched off. */
  readonly grpcAddress: string | null
  readonly isTls: boolean
}

/** Opens everything that `serve` runs: database, migrations, store, batcher, use cases, worker loops, edges. */
export async function composeFlorin(
  config: Config,
  log: Log,
  onGivenUp: (error: AppError) => void,
): Promise<RunningFlorin> {
  keepObjectsYoung()
  return await opening(log, async (closers) => {
    const tls = await openTls(config, log)
    const ledger = await openLedger(config, log, { join: false, onGivenUp })
    closers.add('ledger', ledger.close)
    // After the edges, so that nothing that they refused is lost with a clean stop.
    closers.add('attempts', ledger.florin.attempts.flush)

    const { florin, sweeper, clock } = ledger
    const load = createLoad(createEventLoop(), config)
    const loops = [
      runLoop({ name: 'watch-load', everyMs: WATCH_LOAD_EVERY_MS, log, step: load.look }),
      runLoop({
        name: 'expire-sessions',
        everyMs: EXPIRE_SESSIONS_EVERY_MS,
        log,
        step: florin.logins.expireSessions,
      }),
      ...(florin.logins.tokens === null
        ? []
        : [
            runLoop({
              name: 'rotate-signing-keys',
              everyMs: ROTATE_KEYS_EVERY_MS,
              log,
              step: florin.logins.tokens.rotate,
            }),
          ]),
      runLoop({ name: 'expire-holds', everyMs: EXPIRE_EVERY_MS, log, step: florin.expireHolds }),
      runLoop({ name: 'expire-approvals', everyMs: EXPIRE_EVERY_MS, log, step: florin.expireApprovals }),
      runLoop({
        name: 'forget-idempotency',
        everyMs: FORGET_EVERY_MS,
        log,
        step: createForgetIdempotency({ sweeper, clock, days: config.idempotencyDays }),
      }),
      runLoop({
        name: 'record-attempts',
        everyMs: RECORD_ATTEMPTS_EVERY_MS,
        log,
        step: florin.attempts.flush,
      }),
      ...(tls === null
        ? []
        : [runLoop({ name: 'refresh-tls', everyMs: REFRESH_TLS_EVERY_MS, log, step: tls.refresh })]),
    ]
    closers.add('worker loops', () => Promise.all(loops.map((loop) => loop.stop())))

    const { host, httpPort } = config
    const edge: EdgeOptions = {
      florin,
      accessControl: ledger.accessControl,
      load,
      connectionsMax: config.connectionsMax,
      rateLimits: ledger.rateLimits,
      clientAddress: createClientAddress(config.trustedProxies),
      tls,
      log,
      logRequests: ['debug', 'trace'].includes(config.logLevel),
    }
    const grpcAddress = await listenGrpc(config, edge, closers)
    const http = await createHttpServer({ ...edge, grpcAddress, corsOrigins: config.corsOrigins })
    closers.add('http', () => http.close())
    try {
      await http.listen({ host, port: httpPort })
    } catch (error) {
      throw listenError(error, { host, port: httpPort, setting: 'FLORIN_HTTP_PORT' })
    }
    const { port } = http.server.address() as AddressInfo
    return { ...ledger, address: { host, port }, grpcAddress, isTls: tls !== null }
  })
}

/** What both edges are made with. */
type EdgeOptions = Omit<GrpcServerOptions, 'messageSizeMax'> & HttpServerOptions

async function listenGrpc(
  { host, grpcPort, grpcMessageSizeMax: messageSizeMax }: Config,
  edge: EdgeOptions,
  closers: Closers,
): Promise<string | null> {
  if (grpcPort === null) return null
  const grpc = createGrpcServer({ ...edge, messageSizeMax })
  closers.add('gRPC', () => grpc.close())
  try {
    const { port } = await grpc.listen({ host, port: grpcPort })
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  } catch (error) {
    throw listenError(error, { host, port: grpcPort, setting: 'FLORIN_GRPC_PORT' })
  }
}

/** Opens the ledger, at the schema of this Florin. */
export async function openLedger(config: Config, log: Log, options: OpenOptions): Promise<OpenLedger> {
  return await opening(log, async (closers) => {
    const { url, info } = await openDatabase(config, log, options, closers)
    await migrateUp(url, log)
    const clock = createMovableClock()
    const store = await openPostgresStore({ url, clock, sha256, log })
    closers.add('store', () => store.close())
    if (config.mode === 'development') await catchUpWith(store, clock)
    const { auth, authSecret, batchSizeMax, queueMax, deadlineMs } = config
    const limiterOf = await openLimiters(config, log, closers)
    const batcher = createCommandBatcher(store, { ...BATCHER_LIMITS, batchSizeMax, queueMax, deadlineMs })
    closers.add('batcher', () => batcher.close())
    const florin = createFlorin({
      batcher,
      store,
      clock,
      catalog: createIso4217Catalog(),
      rates: createFixedRates(config.fxRates),
      ids: randomIds,
      digest: sha256Hex,
      secrets: authSecret === null ? null : createSecrets(authSecret),
      login: createLoginParts(config, limiterOf),
      settings: config,
    })
    const rateLimits = createRateLimits(config, limiterOf)
    const { perPrincipal } = rateLimits
    const counted =
      perPrincipal === null ? florin : { ...florin, bulk: withItemsCounted(florin.bulk, perPrincipal) }
    const accessControl =
      auth === 'on'
        ? createAccessControl({ florin: counted, reader: store, tokens: florin.logins.authentication })
        : openAccess(florin)
    return { florin, accessControl, rateLimits, sweeper: store, clock, database: info }
  })
}

/** Makes limiters, each with a name of its own: in Redis, when there is one. */
async function openLimiters({ auth, redisUrl }: Config, log: Log, closers: Closers): Promise<LimiterOf> {
  const redis = redisUrl === null || auth === 'off' ? null : await openRedis(redisUrl, log)
  if (redis !== null) closers.add('Redis', () => redis.close())
  return (name, limit) => {
    const own = createMemoryRateLimiter(limit)
    return redis === null ? own : createRedisRateLimiter(limit, { redis: redis.client, name, meanwhile: own })
  }
}

type LimiterOf = (name: string, limit: RateLimit) => RateLimiter

function createRateLimits(config: Config, limiterOf: LimiterOf): RateLimits {
  const { auth, rateLimitPerAddress, rateLimitPerPrincipal } = config
  if (auth === 'off') return NO_RATE_LIMITS
  return {
    perAddress: rateLimitPerAddress && limiterOf('address', rateLimitPerAddress),
    perPrincipal: rateLimitPerPrincipal && limiterOf('principal', rateLimitPerPrincipal),
  }
}

/** What logging in is made of; null without a secret. */
function createLoginParts(config: Config, limiterOf: LimiterOf): LoginParts | null {
  const { authSecret, oidcIssuer: issuer, oidcAudience: audience } = config
  if (authSecret === null) return null
  const names = { user: config.oidcUserClaim, roles: config.oidcRolesClaim, scopes: config.oidcScopesClaim }
  return {
    passwords: withBound(argon2Passwords),
    tokenKeys: createTokenKeys(authSecret),
    limiters: {
      network: limiterOf('login network', LOGIN_LIMITS.network),
      nameInNetwork: limiterOf('login name in network', LOGIN_LIMITS.nameInNetwork),
      nameInNewNetworks: limiterOf('login name', LOGIN_LIMITS.nameInNewNetworks),
    },
    foreign:
      issuer === null || audience === null ? null : { tokens: createOidcTokens({ issuer, audience }), names },
  }
}

/** Opens what `verify` reads; throws `conflict` when the database is not at this Florin's schema. */
export async function openAudit(
  config: Config,
  log: Log,
): Promise<Pick<VerifyDeps, 'audit' | 'sha256'> & { readonly close: () => Promise<void> }> {
  return await opening(log, async (closers) => {
    const { url } = await openDatabase(config, log, { join: true }, closers)
    const migrator = createMigrator({ url })
    try {
      const missing = (await migrator.status()).filter(({ executedAt }) => executedAt === undefined)
      if (missing.length > 0) {
        throw new AppError(
          'conflict',
          `the database lacks ${missing.length} migrations: run "florin migrate up"`,
        )
      }
    } finally {
      await migrator.close()
    }
    return { audit: createPostgresAudit({ url }), sha256 }
  })
}

/** Opens what `migrate` works with. */
export async function openMigrator(
  config: Config,
  log: Log,
): Promise<{ readonly migrator: SchemaMigrator; readonly close: () => Promise<void> }> {
  return await opening(log, async (closers) => {
    const { url } = await openDatabase(config, log, { join: true }, closers)
    const migrator = createMigrator({ url })
    closers.add('migrator', () => migrator.close())
    return { migrator }
  })
}

/** Adds `close` to what `open` made; closes what it had opened when it fails. */
async function opening<Opened extends object>(
  log: Log,
  open: (closers: Closers) => Promise<Opened>,
): Promise<Opened & { readonly close: () => Promise<void> }> {
  const closers = createClosers(log)
  try {
    return { ...(await open(closers)), close: closers.close }
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function openDatabase(
  config: Config,
  log: Log,
  { join, onGivenUp }: OpenOptions,
  closers: Closers,
): Promise<{ readonly url: string; readonly info: DatabaseInfo }> {
  const { databaseUrl: url, dataDir } = config
  if (url !== null) {
    const version = await readServerVersion(url)
    return { url, info: { kind: 'external', version, found: null, place: withoutPassword(url) } }
  }
  const embedded = await startEmbeddedPostgres({
    dataDir,
    log,
    join,
    ...(onGivenUp === undefined ? {} : { onGivenUp }),
  })
  closers.add('embedded PostgreSQL', () => embedded.stop())
  const { version, found } = embedded
  return { url: embedded.url, info: { kind: 'embedded', version, found, place: dataDir } }
}

async function migrateUp(url: string, log: Log): Promise<void> {
  const migrator = createMigrator({ url })
  try {
    for (const { migrationName } of await migrator.up()) log.info({ migration: migrationName }, 'migrated')
  } finally {
    await migrator.close()
  }
}

function listenError(
  error: unknown,
  { host, port, setting }: { readonly host: string; readonly port: number; readonly setting: string },
): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new AppError(
        'conflict',
        `port ${port} of ${host} is taken: set ${setting} to another one, or to 0 for any free one`,
        { cause: error },
      )
    case 'EACCES':
      return new AppError('forbidden', `port ${port} may not be used by this user: set ${setting}`, {
        cause: error,
      })
    default:
      return error
  }
}
