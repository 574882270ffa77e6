// What is measured against what: the same use cases and the same HTTP server, over Florin's batcher or over the baseline.
import { randomBytes, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import { createMemoryRateLimiter } from '../server/src/adapters/limits-memory/rate-limiter.ts'
import { createIso4217Catalog } from '../server/src/adapters/currencies-iso4217/catalog.ts'
import { argon2Passwords } from '../server/src/adapters/passwords-argon2/passwords.ts'
import { createEventLoop } from '../server/src/adapters/runtime-node/event-loop.ts'
import { createMovableClock } from '../server/src/adapters/runtime-node/clock.ts'
import { sha256, sha256Hex } from '../server/src/adapters/runtime-node/digest.ts'
import { randomIds } from '../server/src/adapters/runtime-node/id-source.ts'
import { createSecrets } from '../server/src/adapters/runtime-node/secrets.ts'
import { createMigrator } from '../server/src/adapters/store-postgres/migrate.ts'
import { openPostgresStore } from '../server/src/adapters/store-postgres/store.ts'
import { createTokenKeys } from '../server/src/adapters/tokens-jose/token-keys.ts'
import { createGrpcServer } from '../server/src/api/grpc/server.ts'
import { createHttpServer } from '../server/src/api/http/server.ts'
import { createAccessControl, openAccess } from '../server/src/app/access-control.ts'
import { createCommandBatcher } from '../server/src/app/command-batcher.ts'
import { createLoad } from '../server/src/app/load.ts'
import { createFlorin, FLORIN_SETTINGS, type Florin } from '../server/src/app/florin.ts'
import type { LoginParts } from '../server/src/app/logins.ts'
import { NO_RATE_LIMITS } from '../server/src/app/rate-limits.ts'
import type { CurrencyCode } from '../server/src/core/currency.ts'
import type { Principal } from '../server/src/core/command-fields.ts'
import type { Log } from '../server/src/ports/log.ts'
import { ACCOUNT_COUNT, INITIAL_BALANCE, toId } from './accounts.ts'
import { createTextbook } from './textbook.ts'

/** Which side of a comparison; `locked` is Florin that asks who calls and counts how often, `logged-in` called by a user. */
export type SubjectKind = 'baseline' | 'florin' | 'locked' | 'logged-in'

/** Counted, and never reached. */
const WIDE = { perSecond: 1_000_000, burst: 1_000_000 }
const WIDE_LIMITS = {
  perAddress: createMemoryRateLimiter(WIDE),
  perPrincipal: createMemoryRateLimiter(WIDE),
}

/** One side of a comparison, on a fresh database with its accounts. */
export interface Subject {
  readonly florin: Florin
  /** What requests must bring along; null where nothing is asked for. */
  readonly authorization: string | null
  /** When it was made, in milliseconds since 1970. */
  readonly sinceMs: number
  nextKey(): string
  /** Serves HTTP, once and for all, and answers the port. */
  listen(): Promise<number>
  /** Serves gRPC and answers the port. */
  listenGrpc(): Promise<number>
  /** Does what the server would do sooner or later, so that it does not do it while something is measured. */
  settle(): Promise<void>
  /** Throws when a cent or an entry is missing or too many. */
  assertSound(): Promise<void>
  close(): Promise<void>
}

/** Makes a database of its own on the server, fills it, and puts the subject together. */
export async function openSubject(kind: SubjectKind, serverUrl: string, log: Log): Promise<Subject> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`
  await execute(serverUrl, `create database ${name}`)
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  const migrator = createMigrator({ url })
  await migrator.up()
  await migrator.close()

  const clock = createMovableClock()
  const store = await openPostgresStore({ url, clock, sha256, log })
  const grouped = createCommandBatcher(store)
  const secret = kind === 'locked' || kind === 'logged-in' ? randomBytes(32).toString('base64') : null
  const shared = {
    store,
    clock,
    catalog: createIso4217Catalog(),
    rates: { find: () => undefined },
    ids: randomIds,
    digest: sha256Hex,
    secrets: secret === null ? null : createSecrets(secret),
    login: secret === null ? null : loginParts(secret),
    settings: FLORIN_SETTINGS,
  }
  const sinceMs = Date.now()
  await createAccounts(createFlorin({ ...shared, batcher: grouped }))
  await settle(url)
  const batcher = kind === 'baseline' ? createTextbook(url) : grouped
  const florin = createFlorin({ ...shared, batcher })
  const accessControl =
    secret === null
      ? openAccess(florin)
      : createAccessControl({ florin, reader: store, tokens: florin.logins.authentication })
  const rateLimits = secret === null ? NO_RATE_LIMITS : WIDE_LIMITS
  const edge = { florin, accessControl, rateLimits, load: createLoad(createEventLoop()), log }
  const http = await createHttpServer({ ...edge, docs: false })
  const grpc = createGrpcServer({ ...edge, messageSizeMax: 4 * 1024 * 1024 })
  let nextKey = 0
  let httpPort: Promise<number> | null = null

  async function listenHttp(): Promise<number> {
    await http.listen({ port: 0, host: '127.0.0.1' })
    return (http.server.address() as AddressInfo).port
  }

  return {
    florin,
    authorization: await authorizationOf(kind, florin),
    sinceMs,
    nextKey: () => `${name}-${nextKey++}`,
    listen: () => (httpPort ??= listenHttp()),
    async listenGrpc() {
      return (await grpc.listen({ port: 0, host: '127.0.0.1' })).port
    },
    settle: () => settle(url),
    assertSound: () => assertSound(url),
    async close() {
      await http.close()
      await grpc.close()
      await batcher.close()
      await store.close()
      await execute(serverUrl, `drop database ${name}`)
    },
  }
}

async function authorizationOf(kind: SubjectKind, florin: Florin): Promise<string | null> {
  if (kind === 'locked') return `Bearer ${await makeKey(florin)}`
  return kind === 'logged-in' ? `Bearer ${await logIn(florin)}` : null
}

function loginParts(secret: string): LoginParts {
  const limit = () => createMemoryRateLimiter(WIDE)
  return {
    passwords: argon2Passwords,
    tokenKeys: createTokenKeys(secret),
    limiters: { network: limit(), nameInNetwork: limit(), nameInNewNetworks: limit() },
    foreign: null,
  }
}

/** The access token of an operator. */
async function logIn({ users, logins }: Florin): Promise<string> {
  const caller = { principal: 'bench' as Principal, idempotencyKey: null }
  const [email, password] = ['bench@example.org', randomUUID()]
  const made = await users.create(caller, { id: null, name: null, email, metadata: {} })
  if (made.kind === 'rejected') throw new Error('the user of the bench was refused')
  const { id } = made.result
  await logins.setRoles(caller, id, { roles: ['operator'], ifRoles: null })
  await logins.setPassword(caller, id, { password, ifRoles: null })
  return (await logins.login({ email, password, network: 'bench' })).accessToken
}

async function makeKey({ apiKeys }: Florin): Promise<string> {
  const caller = { principal: 'bench' as Principal, idempotencyKey: null }
  const request = { name: 'bench', scopes: ['transfers:write'] as const, expiresAt: null }
  const outcome = await apiKeys.create(caller, request)
  if (outcome.kind === 'rejected' || outcome.secret === null)
    throw new Error('the key of the bench was refused')
  return outcome.secret
}

async function createAccounts(florin: Florin): Promise<void> {
  const caller = { principal: 'bench' as Principal, idempotencyKey: null }
  const requests = Array.from({ length: ACCOUNT_COUNT }, (_, index) =>
    florin.accounts.create(caller, {
      id: toId(index),
      userId: null,
      currency: 'EUR' as CurrencyCode,
      creditLimit: '0',
      initialBalance: INITIAL_BALANCE,
      metadata: {},
    }),
  )
  const refused = (await Promise.all(requests)).find(({ kind }) => kind === 'rejected')
  if (refused !== undefined) throw new Error('an account of the bench was refused')
}

async function settle(url: string): Promise<void> {
  await execute(url, 'vacuum analyze')
  await execute(url, 'checkpoint')
}

async function assertSound(url: string): Promise<void> {
  const [row] = await execute(
    url,
    `select
      (select sum(posted) from florin.accounts) as sum,
      (select count(*) from florin.entries) - 2 * (select count(*) from florin.transfers) as entries_off,
      (select count(*) from florin.accounts a
        where posted <> (select sum(amount) from florin.entries where account_id = a.id)) as balances_off`,
  )
  if (row?.['sum'] !== '0' || row['entries_off'] !== '0' || row['balances_off'] !== '0') {
    throw new Error(`the ledger does not add up: ${JSON.stringify(row)}`)
  }
}

async function execute(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
