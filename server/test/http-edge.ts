// The HTTP edge over the memory store, and a client that compares every answer with its documented schema.
import assert from 'node:assert/strict'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { z } from 'zod'
import { sha256, sha256Hex } from '#adapters/runtime-node/digest.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { createFixedRates, type FixedRate } from '#adapters/rates-fixed/rates.ts'
import { createMovableClock } from '#adapters/runtime-node/clock.ts'
import { createSecrets } from '#adapters/runtime-node/secrets.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import { createAccessControl, openAccess, type AccessControl } from '#app/access-control.ts'
import { createCommandBatcher } from '#app/command-batcher.ts'
import { createFlorin, FLORIN_SETTINGS, type Florin } from '#app/florin.ts'
import type { LoginParts } from '#app/logins.ts'
import type { TokenAuthentication } from '#app/token-authentication.ts'
import { parseCurrencyCode, type Currency, type CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import type { HttpLog } from '#api/http/log.ts'
import { createLoginParts } from './login-parts.ts'
import { idleLoad } from './idle-load.ts'
import type { Ledger } from './stores.ts'
import { createHttpServer, type HttpServerOptions } from '#api/http/server.ts'

/* oxlint-disable typescript/no-explicit-any -- tests look into answers freely; their shape is checked for every one */
/** Anything. */
export type Loose = any
/* oxlint-enable typescript/no-explicit-any */

/** An answer of the edge. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Loose
}

/** A request of a test: a path, and what differs from a plain GET. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The edge under test. */
export interface Edge<Store extends Ledger = MemoryStore> {
  readonly app: FastifyInstance
  readonly store: Store
  /** Without any control of access. */
  readonly florin: Florin
  readonly accessControl: AccessControl
  readonly log: LogLine[]
  readonly openapi: OpenApiDocument
  ask(path: string, ask?: Ask): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

interface LogLine {
  readonly level: 'debug' | 'warn' | 'error'
  readonly fields: Loose
  readonly message: string
}

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly required: boolean }
  readonly responses: Readonly<
    Record<string, { readonly content?: Record<string, { schema: object }>; readonly headers?: object }>
  >
}

/** As much of OpenAPI as the tests read. */
export interface OpenApiDocument {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** The currencies of the tests' catalog. */
const CATALOG = [
  { code: 'EUR', scale: 2, name: 'Euro' },
  { code: 'JPY', scale: 0, name: 'Yen' },
].map((currency): Currency => {
  const code = parseCurrencyCode(currency.code)
  assert(code.ok)
  return { ...currency, code: code.value }
})

/** A euro buys 150.25 yen, and half a gem; there is no account to exchange gems through. */
const RATES = [
  { sell: 'EUR', buy: 'JPY', rate: { numerator: 601n, denominator: 4n } },
  { sell: 'EUR', buy: 'GEM', rate: { numerator: 1n, denominator: 2n } },
] as FixedRate[]
const FX_ACCOUNTS = new Map([
  ['EUR' as CurrencyCode, '9001' as AccountId],
  ['JPY' as CurrencyCode, '9002' as AccountId],
])

/** Tokens of a test, and beside them those of users who log in, which have points. */
function withLogins(tokens: TokenAuthentication, { logins }: Florin): TokenAuthentication {
  const { authentication } = logins
  assert(authentication !== null)
  return {
    authenticate: async (token) => await (token.includes('.') ? authentication : tokens).authenticate(token),
  }
}

/** Makes the edge over an empty memory store, or the given one. `change` replaces parts of Florin, for the ways it can fail. */
export async function createEdge<Store extends Ledger = MemoryStore>(
  options: {
    readonly store?: Store
    readonly change?: (florin: Florin) => Partial<Florin>
    readonly logRequests?: boolean
    readonly docs?: boolean
    /** With it callers must say who they are. */
    readonly tokens?: TokenAuthentication
    readonly login?: Partial<LoginParts>
    readonly mode?: 'development' | 'production'
    /** What else differs from the edge's defaults. */
    readonly server?: Partial<HttpServerOptions>
  } = {},
): Promise<Edge<Store>> {
  const clock = createMovableClock()
  const store = options.store ?? (createMemoryStore({ clock, sha256 }) as Ledger as Store)
  const batcher = createCommandBatcher(store)
  const whole = createFlorin({
    batcher,
    store,
    clock,
    catalog: { find: (code) => CATALOG.find((currency) => currency.code === code), list: () => CATALOG },
    rates: createFixedRates(RATES),
    ids: randomIds,
    digest: sha256Hex,
    secrets: createSecrets('the pepper of a test'),
    login: createLoginParts(options.login),
    settings: { ...FLORIN_SETTINGS, fxAccounts: FX_ACCOUNTS, mode: options.mode ?? 'development' },
  })
  const florin = { ...whole, ...options.change?.(whole) }
  const lines: LogLine[] = []
  const write = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields, message })
  const log: HttpLog = { debug: write('debug'), warn: write('warn'), error: write('error') }
  const accessControl =
    options.tokens === undefined
      ? openAccess(florin)
      : createAccessControl({ florin, reader: store, tokens: withLogins(options.tokens, florin) })
  const app = await createHttpServer({
    florin,
    accessControl,
    log,
    docs: options.docs ?? false,
    logRequests: options.logRequests ?? false,
    load: idleLoad,
    ...options.server,
  })
  const openapi = describedBy(app)

  async function ask(path: string, { method = 'GET', body, headers = {} }: Ask = {}): Promise<Answer> {
    const request: InjectOptions = { method, url: path, headers: { ...headers } }
    if (body !== undefined) {
      const raw = typeof body === 'string' || Buffer.isBuffer(body)
      request.payload = raw ? body : JSON.stringify(body)
      request.headers = { 'content-type': 'application/json', ...headers }
    }
    const response = await app.inject(request)
    const answer = { status: response.statusCode, headers: response.headers, body: bodyOf(response) }
    assert.match(String(answer.headers['x-request-id']), /^[A-Za-z0-9._-]{1,64}$/)
    assertDocumented(openapi, { method, path, answer })
    return answer
  }

  return {
    app,
    florin,
    accessControl,
    store,
    log: lines,
    openapi,
    ask,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = {}) => ask(path, { method: 'POST', body, headers }),
    patch: (path, body, headers = {}) => ask(path, { method: 'PATCH', body, headers }),
    async close() {
      await app.close()
      await batcher.close()
    },
  }
}

let described: OpenApiDocument | undefined

/** Every edge describes itself alike, and it takes long. */
function describedBy(app: FastifyInstance): OpenApiDocument {
  return (described ??= JSON.parse(JSON.stringify(app.swagger())) as OpenApiDocument)
}

function bodyOf({ headers, body }: { readonly headers: object; readonly body: string }): Loose {
  return /json/.test(String((headers as Record<string, unknown>)['content-type'])) ? JSON.parse(body) : body
}

/** Fails when an answer is not as /openapi.json says. */
export function assertDocumented(
  openapi: OpenApiDocument,
  { method, path, answer }: { readonly method: string; readonly path: string; readonly answer: Answer },
): void {
  const type = String(answer.headers['content-type']).split(';')[0] ?? ''
  const operation = operationOf(openapi, method, path)
  // The description itself and the pages that show it are not in it.
  if (operation === undefined && answer.status < 400) return
  if (answer.status === 304 && operation?.responses[304] !== undefined) return assert.equal(answer.body, '')
  const schema =
    operation === undefined
      ? { $ref: '#/components/schemas/Problem' }
      : operation.responses[answer.status]?.content?.[type]?.schema
  assert(schema !== undefined, `${method} ${path} answered ${answer.status} ${type}, which is not documented`)
  const result = validatorOf(openapi, schema).safeParse(answer.body)
  assert(result.success, `${method} ${path} ${answer.status}: ${JSON.stringify(result.error?.issues)}`)
}

const validators = new WeakMap<object, z.ZodType>()

/** zod reads JSON Schema, whose shared schemas are under $defs. */
function validatorOf({ components }: OpenApiDocument, schema: object): z.ZodType {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify({ ...schema, $defs: components.schemas })
  const validator = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
  validators.set(schema, validator)
  return validator
}

function operationOf(openapi: OpenApiDocument, method: string, path: string): Operation | undefined {
  const parts = (path.split('?')[0] ?? '').split('/')
  const patterns = Object.keys(openapi.paths).filter((candidate) => {
    const wanted = candidate.split('/')
    return (
      wanted.length === parts.length && wanted.every((part, i) => part.startsWith('{') || part === parts[i])
    )
  })
  // `simulate` is a name of its own where there could be an id.
  const operations = patterns.map((pattern) => openapi.paths[pattern]?.[method.toLowerCase()])
  return operations.find((operation) => operation !== undefined)
}
