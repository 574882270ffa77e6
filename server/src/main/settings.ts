// Every setting that there is: its name, default, limits and line in the documentation are one entry of one table.
import { z } from 'zod'
import type { FixedRate } from '#adapters/rates-fixed/rates.ts'
import { modes, type Mode } from '#app/test-clock.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import type { RateLimit } from '#ports/rate-limiter.ts'
import { corsOrigins } from './cors-settings.ts'
import { fxAccounts, fxRates } from './fx-settings.ts'
import { networks, rateLimit } from './limit-settings.ts'
import { claimName, hostName, portOrOff, urlLike, wholeNumber } from './setting-values.ts'

/** How a process of Florin is set up. Frozen. */
export interface Config {
  readonly mode: Mode
  readonly host: string
  readonly httpPort: number
  /** Null: no gRPC. */
  readonly grpcPort: number | null
  readonly grpcMessageSizeMax: number
  /** Null: no TLS. */
  readonly tlsCertFile: string | null
  readonly tlsKeyFile: string | null
  /** Null: no certificate is asked of clients. */
  readonly tlsClientCaFile: string | null
  readonly dataDir: string
  /** Null: Florin runs a PostgreSQL of its own in the data folder. */
  readonly databaseUrl: string | null
  /** Null: what processes could share in Redis, each has for itself. */
  readonly redisUrl: string | null
  readonly auth: 'on' | 'off'
  /** Null when there are no API keys and tokens. */
  readonly authSecret: string | null
  /** Null: only Florin's own tokens are taken. */
  readonly oidcIssuer: string | null
  readonly oidcAudience: string | null
  readonly oidcUserClaim: string
  readonly oidcRolesClaim: string
  readonly oidcScopesClaim: string
  /** Null: no limit, as always without authentication. */
  readonly rateLimitPerPrincipal: RateLimit | null
  readonly rateLimitPerAddress: RateLimit | null
  readonly trustedProxies: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly logLevel: LogLevel
  readonly idempotencyDays: number
  readonly backdatingDays: number
  readonly fxRates: readonly FixedRate[]
  readonly fxAccounts: ReadonlyMap<CurrencyCode, AccountId>
  readonly fxQuoteSeconds: number
  readonly approvalSeconds: number
  readonly batchSizeMax: number
  readonly queueMax: number
  readonly deadlineMs: number
  readonly loopDelayMaxMs: number
  readonly requestsMax: number
  readonly connectionsMax: number
  readonly stopTimeoutMs: number
}

/** How much is logged. */
export type LogLevel = (typeof logLevels)[number]

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

interface Setting {
  readonly name: `FLORIN_${string}`
  readonly key: keyof Config
  /** As one writes it; null when unset means something of its own. */
  readonly default: string | null
  readonly meaning: string
  /** Text to value; issues are worded to follow the name: "must be …". */
  readonly schema: z.ZodType<Config[keyof Config], string>
}

/** Every setting there is. */
export const settings: readonly Setting[] = [
  {
    name: 'FLORIN_MODE',
    key: 'mode',
    default: 'development',
    meaning:
      '`development`: the clock can be put forward, for tests. `production`: it cannot, and authentication is always on',
    schema: z.enum(modes, `must be one of ${modes.join(', ')}`),
  },
  {
    name: 'FLORIN_HOST',
    key: 'host',
    default: '127.0.0.1',
    meaning: 'The address to listen on; `0.0.0.0` is every one of this machine, and needs authentication',
    schema: hostName(),
  },
  {
    name: 'FLORIN_HTTP_PORT',
    key: 'httpPort',
    default: '8080',
    meaning: 'The port of the REST API; `0` takes any free one',
    schema: wholeNumber(0, 65_535),
  },
  {
    name: 'FLORIN_GRPC_PORT',
    key: 'grpcPort',
    default: '50051',
    meaning: 'The port of gRPC; `0` takes any free one, `off` serves none',
    schema: portOrOff(),
  },
  {
    name: 'FLORIN_GRPC_MESSAGE_MAX',
    key: 'grpcMessageSizeMax',
    default: '4194304',
    meaning: 'The largest request over gRPC, in bytes',
    schema: wholeNumber(1024, 67_108_864),
  },
  {
    name: 'FLORIN_TLS_CERT',
    key: 'tlsCertFile',
    default: null,
    meaning:
      'The file of a certificate (PEM, with those between it and its root): both servers then speak TLS. Read again when it changes',
    schema: z.string(),
  },
  {
    name: 'FLORIN_TLS_KEY',
    key: 'tlsKeyFile',
    default: null,
    meaning: "The file of the certificate's private key (PEM, not encrypted)",
    schema: z.string(),
  },
  {
    name: 'FLORIN_TLS_CLIENT_CA',
    key: 'tlsClientCaFile',
    default: null,
    meaning: 'The file of an authority (PEM): only clients with a certificate of it may connect',
    schema: z.string(),
  },
  {
    name: 'FLORIN_DATA_DIR',
    key: 'dataDir',
    default: '.florin',
    meaning: 'The folder of the embedded PostgreSQL',
    schema: z.string().min(1, 'must be a path of a folder'),
  },
  {
    name: 'FLORIN_DATABASE_URL',
    key: 'databaseUrl',
    default: null,
    meaning: 'A PostgreSQL of yours, `postgresql://user:password@host:5432/name`; unset: the embedded one',
    schema: urlLike('postgresql://user:password@host:5432/name', ['postgres:', 'postgresql:']),
  },
  {
    name: 'FLORIN_REDIS_URL',
    key: 'redisUrl',
    default: null,
    meaning:
      'A Redis of yours, `redis://user:password@host:6379/0`, in which all processes count requests and tries of passwords together; unset: each counts for itself',
    schema: urlLike('redis://user:password@host:6379/0', ['redis:', 'rediss:']),
  },
  {
    name: 'FLORIN_AUTH',
    key: 'auth',
    default: null,
    meaning:
      '`on`: callers must say who they are; `off`: only where nobody but this machine reaches Florin. Unset: off there, as long as there is no `FLORIN_AUTH_SECRET`',
    schema: z.enum(['on', 'off'], 'must be on or off'),
  },
  {
    name: 'FLORIN_AUTH_SECRET',
    key: 'authSecret',
    default: null,
    meaning:
      'What API keys and tokens are proven with: 32 random bytes, `openssl rand -base64 32`. With another one all keys and tokens are void',
    schema: z.string(),
  },
  {
    name: 'FLORIN_OIDC_ISSUER',
    key: 'oidcIssuer',
    default: null,
    meaning: 'An OpenID provider, `https://…` as its tokens name it, whose tokens are taken too',
    schema: z.string(),
  },
  {
    name: 'FLORIN_OIDC_AUDIENCE',
    key: 'oidcAudience',
    default: null,
    meaning: "What the provider's tokens for Florin have in `aud`",
    schema: z.string(),
  },
  {
    name: 'FLORIN_OIDC_USER_CLAIM',
    key: 'oidcUserClaim',
    default: 'florin_user',
    meaning: 'The claim that has the id of the Florin user who calls; `a.b` is `b` within `a`',
    schema: claimName(),
  },
  {
    name: 'FLORIN_OIDC_ROLES_CLAIM',
    key: 'oidcRolesClaim',
    default: 'florin_roles',
    meaning: "The claim that lists the caller's roles; what is no role of Florin's is left out",
    schema: claimName(),
  },
  {
    name: 'FLORIN_OIDC_SCOPES_CLAIM',
    key: 'oidcScopesClaim',
    default: 'florin_scopes',
    meaning: "The claim that lists scopes of the caller's besides",
    schema: claimName(),
  },
  {
    name: 'FLORIN_RATE_LIMIT_PER_PRINCIPAL',
    key: 'rateLimitPerPrincipal',
    default: '5000 burst 10000',
    meaning:
      'Requests per second of one caller, and how many at once (unset: twice as many), when authentication is on; `off`: any number',
    schema: rateLimit,
  },
  {
    name: 'FLORIN_RATE_LIMIT_PER_ADDRESS',
    key: 'rateLimitPerAddress',
    default: '10000 burst 20000',
    meaning:
      'The same for all callers of one address (IPv6: one /64), counted before credentials are looked at',
    schema: rateLimit,
  },
  {
    name: 'FLORIN_TRUSTED_PROXIES',
    key: 'trustedProxies',
    default: '',
    meaning:
      'Addresses and networks of your proxies, `10.0.0.0/8, fd00::1`: only what they say in `X-Forwarded-For` is believed',
    schema: networks,
  },
  {
    name: 'FLORIN_CORS_ORIGINS',
    key: 'corsOrigins',
    default: '',
    meaning:
      'Web pages of these origins may call the REST API, `https://app.example, http://localhost:5173`; `*` is any, unset is none',
    schema: corsOrigins,
  },
  {
    name: 'FLORIN_LOG_LEVEL',
    key: 'logLevel',
    default: 'info',
    meaning: `How much is logged: ${logLevels.map((level) => `\`${level}\``).join(', ')}`,
    schema: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`),
  },
  {
    name: 'FLORIN_IDEMPOTENCY_DAYS',
    key: 'idempotencyDays',
    default: '30',
    meaning: 'How many days an idempotency key is remembered',
    schema: wholeNumber(1, 3650),
  },
  {
    name: 'FLORIN_BACKDATING_DAYS',
    key: 'backdatingDays',
    default: '31',
    meaning: 'How many days ago the `effective_at` of a transfer may lie; `0` lets none lie in the past',
    schema: wholeNumber(0, 3650),
  },
  {
    name: 'FLORIN_FX_RATES',
    key: 'fxRates',
    default: '',
    meaning:
      'Rates of exchange, `EUR/USD=1.0850, USD/JPY=150.25`: so much of the second for one of the first. The way back is the exact reciprocal',
    schema: fxRates,
  },
  {
    name: 'FLORIN_FX_ACCOUNTS',
    key: 'fxAccounts',
    default: '',
    meaning: 'Your accounts that exchanges go through, one a currency: `EUR=9001, USD=9002`',
    schema: fxAccounts,
  },
  {
    name: 'FLORIN_FX_QUOTE_SECONDS',
    key: 'fxQuoteSeconds',
    default: '30',
    meaning: 'How long a quote can be converted, in seconds',
    schema: wholeNumber(1, 86_400),
  },
  {
    name: 'FLORIN_APPROVAL_SECONDS',
    key: 'approvalSeconds',
    default: '259200',
    meaning: 'How long a transfer waits for approval, in seconds; three days',
    schema: wholeNumber(1, 31_536_000),
  },
  {
    name: 'FLORIN_BATCH_SIZE',
    key: 'batchSizeMax',
    default: '1000',
    meaning: 'The most commands that one commit carries; more is little faster and makes each wait longer',
    schema: wholeNumber(1, 4000),
  },
  {
    name: 'FLORIN_QUEUE_MAX',
    key: 'queueMax',
    default: '10000',
    meaning: 'The most commands that may wait for a commit; one more is answered with 503',
    schema: wholeNumber(1, 1_000_000),
  },
  {
    name: 'FLORIN_DEADLINE_MS',
    key: 'deadlineMs',
    default: '10000',
    meaning: 'How long a command may take, in milliseconds',
    schema: wholeNumber(100, 600_000),
  },
  {
    name: 'FLORIN_LOOP_DELAY_MAX_MS',
    key: 'loopDelayMaxMs',
    default: '500',
    meaning:
      'How late this process may be, in milliseconds, before it turns requests away until it is half as late',
    schema: wholeNumber(20, 60_000),
  },
  {
    name: 'FLORIN_REQUESTS_MAX',
    key: 'requestsMax',
    default: '20000',
    meaning: 'The most requests under way at once, over REST and gRPC; one more is answered with 503',
    schema: wholeNumber(10, 1_000_000),
  },
  {
    name: 'FLORIN_CONNECTIONS_MAX',
    key: 'connectionsMax',
    default: '10000',
    meaning: 'The most connections of each server at once; one more is closed as it comes',
    schema: wholeNumber(10, 1_000_000),
  },
  {
    name: 'FLORIN_STOP_TIMEOUT_MS',
    key: 'stopTimeoutMs',
    default: '20000',
    meaning: 'How long a clean stop may take, in milliseconds, before it is forced',
    schema: wholeNumber(100, 600_000),
  },
]

/** The settings as a table in Markdown: what docs/configuration.md shows. */
export function toSettingsTable(): string {
  const rows = settings.map(({ name, default: byDefault, meaning }) => {
    return `| \`${name}\` | ${byDefault ? `\`${byDefault}\`` : ''} | ${meaning} |`
  })
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}
