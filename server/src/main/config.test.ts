import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AppError } from '#core/errors.ts'
import { readConfig } from './config.ts'
import { settings, toSettingsTable } from './settings.ts'

test('an OpenID provider needs an https URL, an audience and a secret', () => {
  const secret = 'Zb2kq0W9xv7Jm4tR8sLp1uYc6dHf3gNa'
  const fields = (environment: Record<string, string>): string[] => {
    try {
      readConfig(environment)
      return []
    } catch (error) {
      return (error as AppError).fields.map(({ field }) => field)
    }
  }
  const good = {
    FLORIN_AUTH_SECRET: secret,
    FLORIN_OIDC_ISSUER: 'https://id.example.org/realm',
    FLORIN_OIDC_AUDIENCE: 'florin',
  }
  assert.deepEqual(fields(good), [])
  assert.deepEqual(fields({ ...good, FLORIN_OIDC_ISSUER: 'http://127.0.0.1:8081' }), [])
  for (const url of ['http://id.example.org', 'id', 'ftp://id.example.org', 'https://me:pw@id.example.org']) {
    assert.deepEqual(fields({ ...good, FLORIN_OIDC_ISSUER: url }), ['FLORIN_OIDC_ISSUER'], url)
  }
  assert.deepEqual(fields({ ...good, FLORIN_OIDC_AUDIENCE: '' }), ['FLORIN_OIDC_AUDIENCE'])
  assert.deepEqual(fields({ ...good, FLORIN_OIDC_ISSUER: '' }), ['FLORIN_OIDC_ISSUER'])
  assert.deepEqual(fields({ ...good, FLORIN_AUTH_SECRET: '' }), ['FLORIN_AUTH_SECRET'])
  assert.deepEqual(fields({ ...good, FLORIN_OIDC_USER_CLAIM: 'a b' }), ['FLORIN_OIDC_USER_CLAIM'])
})

test('nothing set is a configuration that works', () => {
  const config = readConfig({ PATH: '/bin', FLORIN_TEST_SEED: 'x', FLORIN_HOST: '' })
  assert.deepEqual(config, {
    mode: 'development',
    host: '127.0.0.1',
    httpPort: 8080,
    grpcPort: 50_051,
    grpcMessageSizeMax: 4 * 1024 * 1024,
    tlsCertFile: null,
    tlsKeyFile: null,
    tlsClientCaFile: null,
    dataDir: '.florin',
    databaseUrl: null,
    redisUrl: null,
    auth: 'off',
    authSecret: null,
    oidcIssuer: null,
    oidcAudience: null,
    oidcUserClaim: 'florin_user',
    oidcRolesClaim: 'florin_roles',
    oidcScopesClaim: 'florin_scopes',
    rateLimitPerPrincipal: { perSecond: 5000, burst: 10_000 },
    rateLimitPerAddress: { perSecond: 10_000, burst: 20_000 },
    trustedProxies: [],
    corsOrigins: [],
    logLevel: 'info',
    idempotencyDays: 30,
    backdatingDays: 31,
    fxRates: [],
    fxAccounts: new Map(),
    fxQuoteSeconds: 30,
    approvalSeconds: 259_200,
    batchSizeMax: 1000,
    queueMax: 10_000,
    deadlineMs: 10_000,
    loopDelayMaxMs: 500,
    requestsMax: 20_000,
    connectionsMax: 10_000,
    stopTimeoutMs: 20_000,
  })
  assert.ok(Object.isFrozen(config))
  assert.deepEqual(
    settings.map(({ key }) => key),
    Object.keys(config),
  )
})

test('settings are read', () => {
  const url = 'postgresql://a:b@db.example:5432/florin'
  const config = readConfig({ FLORIN_HTTP_PORT: '0', FLORIN_DATABASE_URL: url, FLORIN_HOST: '::1' })
  assert.deepEqual([config.httpPort, config.databaseUrl, config.host], [0, url, '::1'])
  assert.equal(readConfig({ FLORIN_GRPC_PORT: 'off' }).grpcPort, null)
  assert.equal(readConfig({ FLORIN_GRPC_PORT: '0' }).grpcPort, 0)
})

test('rates are exact fractions, and accounts a table', () => {
  const { fxRates, fxAccounts } = readConfig({
    FLORIN_FX_RATES: ' EUR/USD = 1.0850,USD/JPY=150.25 , EUR/GEM=2',
    FLORIN_FX_ACCOUNTS: 'EUR=9001, USD=9002,',
  })
  assert.deepEqual(
    fxRates.map(({ sell, buy, rate }) => [sell, buy, rate.numerator, rate.denominator]),
    [
      ['EUR', 'USD', 217n, 200n],
      ['USD', 'JPY', 601n, 4n],
      ['EUR', 'GEM', 2n, 1n],
    ],
  )
  assert.deepEqual(
    [...fxAccounts],
    [
      ['EUR', '9001'],
      ['USD', '9002'],
    ],
  )
})

const wrong: [name: string, value: string, message: RegExp][] = [
  ['FLORIN_MODE', 'test', /^must be one of development, production$/],
  ['FLORIN_HOST', 'http://x', /must be an address/],
  ['FLORIN_AUTH', 'yes', /must be on or off/],
  ['FLORIN_AUTH_SECRET', 'x'.repeat(31), /32 random bytes.*openssl rand/],
  ['FLORIN_HTTP_PORT', '80a', /^must be a whole number from 0 to 65535$/],
  ['FLORIN_HTTP_PORT', '65536', /^must be a whole number from 0 to 65535$/],
  ['FLORIN_HTTP_PORT', '-1', /whole number/],
  ['FLORIN_HTTP_PORT', '1e3', /whole number/],
  ['FLORIN_GRPC_PORT', 'on', /^must be a whole number from 0 to 65535, or off$/],
  ['FLORIN_GRPC_MESSAGE_MAX', '100', /from 1024 to 67108864/],
  ['FLORIN_DATABASE_URL', 'mysql://a/b', /postgresql:\/\//],
  ['FLORIN_DATABASE_URL', 'florin', /postgresql:\/\//],
  ['FLORIN_REDIS_URL', 'localhost:6379', /redis:\/\//],
  ['FLORIN_REDIS_URL', 'http://localhost:6379', /redis:\/\//],
  ['FLORIN_RATE_LIMIT_PER_PRINCIPAL', '0', /such as 1000, 1000 burst 5000, or off/],
  ['FLORIN_RATE_LIMIT_PER_PRINCIPAL', '10/s', /such as 1000/],
  ['FLORIN_RATE_LIMIT_PER_ADDRESS', '10 burst 0', /such as 1000/],
  ['FLORIN_TRUSTED_PROXIES', 'proxy.example', /addresses and networks.*proxy\.example/],
  ['FLORIN_TRUSTED_PROXIES', '10.0.0.1, 10.0.0.0/33', /10\.0\.0\.0\/33/],
  ['FLORIN_CORS_ORIGINS', 'app.example', /origins such as https:\/\/app\.example/],
  ['FLORIN_CORS_ORIGINS', 'https://app.example/', /without a path/],
  ['FLORIN_CORS_ORIGINS', 'https://APP.example', /APP/],
  ['FLORIN_CORS_ORIGINS', 'https://app.example, *', /only \*/],
  ['FLORIN_CORS_ORIGINS', 'null', /null/],
  ['FLORIN_LOG_LEVEL', 'loud', /one of silent, fatal, error, warn, info, debug, trace/],
  ['FLORIN_IDEMPOTENCY_DAYS', '0', /from 1 to 3650/],
  ['FLORIN_FX_RATES', 'EURUSD=1', /rates such as EUR\/USD=1\.0850.*EURUSD=1/],
  ['FLORIN_FX_RATES', 'EUR/USD=1.08.5', /rates such as/],
  ['FLORIN_FX_RATES', 'EUR/USD=-1', /rates such as/],
  ['FLORIN_FX_RATES', 'EUR/USD/JPY=1', /rates such as/],
  ['FLORIN_FX_RATES', 'EUR/USD=0.0', /above 0/],
  ['FLORIN_FX_RATES', 'EUR/EUR=1', /two currencies/],
  ['FLORIN_FX_RATES', 'EUR/USD=1, EUR/USD=2', /EUR\/USD once/],
  ['FLORIN_FX_ACCOUNTS', 'EUR=0', /accounts such as EUR=9001/],
  ['FLORIN_FX_ACCOUNTS', 'EUR=1=2', /= twice/],
  ['FLORIN_HTTP_PROT', '1', /did you mean FLORIN_HTTP_PORT\?/],
  ['FLORIN_PORT', '1', /did you mean FLORIN_HTTP_PORT\?/],
  ['FLORIN_DB_URL', 'x', /not a setting/],
  ['FLORIN_', 'x', /docs\/configuration\.md/],
]

for (const [name, value, message] of wrong) {
  test(`${name}=${value} is refused and says what it should be`, () => {
    const [field, ...others] = problemsOf({ [name]: value })
    assert.deepEqual([field?.field, others], [name, []])
    assert.match(field?.message ?? '', message)
  })
}

test('limits are read', () => {
  const config = readConfig({
    FLORIN_RATE_LIMIT_PER_PRINCIPAL: '10',
    FLORIN_RATE_LIMIT_PER_ADDRESS: 'off',
    FLORIN_TRUSTED_PROXIES: '10.0.0.0/8, ::1,',
  })
  assert.deepEqual(config.rateLimitPerPrincipal, { perSecond: 10, burst: 20 })
  assert.equal(config.rateLimitPerAddress, null)
  assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1'])
  assert.equal(readConfig({ FLORIN_RATE_LIMIT_PER_ADDRESS: '10 burst 15' }).rateLimitPerAddress?.burst, 15)
})

test('origins are read', () => {
  const origins = (text: string) => readConfig({ FLORIN_CORS_ORIGINS: text }).corsOrigins
  assert.deepEqual(origins('https://a.example,http://localhost:5173,'), [
    'https://a.example',
    'http://localhost:5173',
  ])
  assert.deepEqual(origins('*'), ['*'])
})

test('TLS needs a certificate and its key', () => {
  const both = { FLORIN_TLS_CERT: 'a.crt', FLORIN_TLS_KEY: 'a.key' }
  assert.equal(readConfig(both).tlsKeyFile, 'a.key')
  const fields = (environment: Record<string, string>) => problemsOf(environment).map(({ field }) => field)
  assert.deepEqual(fields({ FLORIN_TLS_CERT: 'a.crt' }), ['FLORIN_TLS_KEY'])
  assert.deepEqual(fields({ FLORIN_TLS_KEY: 'a.key' }), ['FLORIN_TLS_CERT'])
  assert.deepEqual(fields({ FLORIN_TLS_CLIENT_CA: 'ca.crt' }), ['FLORIN_TLS_CERT', 'FLORIN_TLS_KEY'])
})

test('all problems are told at once, and no value of a secret', () => {
  const problems = problemsOf({
    FLORIN_HTTP_PORT: 'x',
    FLORIN_LOG_LEVEL: 'x',
    FLORIN_DATABASE_URL: 'mysql://root:hunter2@x',
    FLORIN_OTHER: 'x',
  })
  assert.equal(problems.length, 4)
  assert.doesNotMatch(JSON.stringify(problems), /hunter2/)
})

test('docs/configuration.md shows exactly the settings there are', () => {
  const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
  const table = page.split('\n').filter((line) => line.startsWith('|'))
  // prettier pads the columns.
  const squeeze = (line: string): string => line.replace(/\s+/g, ' ').replace(/-+/g, '-')
  assert.deepEqual(table.map(squeeze), toSettingsTable().split('\n').map(squeeze))
})

function problemsOf(environment: Record<string, string>) {
  try {
    readConfig(environment)
  } catch (error) {
    assert.ok(error instanceof AppError && error.kind === 'validation')
    return error.fields
  }
  return []
}
