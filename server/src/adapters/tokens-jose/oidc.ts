// Tokens of an OpenID provider: found by discovery, verified by the provider's own keys.
import { createLocalJWKSet, decodeProtectedHeader, type JWTVerifyGetKey } from 'jose'
import { AppError } from '#core/errors.ts'
import type { ForeignTokens } from '#ports/access-tokens.ts'
import { verifyToken } from './verify.ts'

/** Only these: a key that verifies must not be able to sign. */
const ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

/** Bounds of asking the provider. */
const OIDC_LIMITS = {
  timeoutMs: 5_000,
  /** In bytes, of each of its two documents. */
  documentSizeMax: 256 * 1024,
  keysMax: 100,
  /** Keys that it no longer shows are taken for at most so long. */
  keysAgeMaxMs: 600_000,
  /** A token that names an unknown key makes Florin ask anew, at most so often. */
  askAgainMs: 10_000,
}

/** What is known of the provider. */
interface Keys {
  readonly find: JWTVerifyGetKey
  readonly ids: ReadonlySet<string>
  readonly sinceMs: number
}

/** Takes tokens that `issuer` issued for `audience`. Asks the issuer when the first token comes. */
export function createOidcTokens(
  { issuer, audience }: { readonly issuer: string; readonly audience: string },
  { nowMs = () => performance.now(), limits = OIDC_LIMITS } = {},
): ForeignTokens {
  let known: Keys | null = null
  let asking: Promise<Keys> | null = null
  let askedAtMs = -Infinity

  async function keysFor(token: string): Promise<Keys> {
    const { kid } = decodeProtectedHeader(token)
    const now = nowMs()
    const isGood = known !== null && now - known.sinceMs < limits.keysAgeMaxMs
    const has = known !== null && (kid === undefined || known.ids.has(kid))
    if (known !== null && isGood && (has || now - askedAtMs < limits.askAgainMs)) return known
    return await askOnce()
  }

  async function askOnce(): Promise<Keys> {
    asking ??= ask().finally(() => {
      asking = null
    })
    return await asking
  }

  async function ask(): Promise<Keys> {
    // One that does not answer is not asked for every token.
    if (known === null && nowMs() - askedAtMs < 1000) throw unavailable(issuer)
    askedAtMs = nowMs()
    const sinceMs = askedAtMs
    const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    if (document['issuer'] !== issuer)
      throw unavailable(issuer, 'its discovery document names another issuer')
    const jwks = await fetchJson(String(document['jwks_uri']))
    const keys = (Array.isArray(jwks['keys']) ? jwks['keys'] : []).slice(0, limits.keysMax)
    const find = createLocalJWKSet({ keys })
    const ids = new Set(keys.map((key) => String((key as { kid?: unknown } | null)?.kid)))
    known = { find, ids, sinceMs }
    return known
  }

  async function fetchJson(url: string): Promise<Record<string, unknown>> {
    try {
      if (!isSafeUrl(url)) throw new TypeError('no https URL')
      const signal = AbortSignal.timeout(limits.timeoutMs)
      const response = await fetch(url, {
        signal,
        redirect: 'error',
        headers: { accept: 'application/json' },
      })
      if (!response.ok) throw new TypeError(`answered ${response.status}`)
      return JSON.parse(await readBounded(response, limits.documentSizeMax)) as Record<string, unknown>
    } catch (error) {
      throw unavailable(issuer, undefined, error)
    }
  }

  return {
    issuer,
    async verify(token, now) {
      const find: JWTVerifyGetKey = async (header, jws) => {
        const keys = await keysFor(token)
        return await keys.find(header, jws)
      }
      return await verifyToken(token, find, now, { algorithms: ALGORITHMS, issuer, audience })
    },
  }
}

/** True for https, and for http on this machine. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  )
}

async function readBounded({ body }: Response, sizeMax: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += (chunk as Uint8Array).length
    if (size > sizeMax) throw new TypeError(`more than ${sizeMax} bytes`)
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString()
}

function unavailable(issuer: string, why = 'its keys cannot be had', cause?: unknown): AppError {
  return new AppError('unavailable', `tokens of ${issuer} cannot be verified: ${why}`, { cause })
}
