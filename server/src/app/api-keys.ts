// Use cases of API keys, and how a key says who calls.
import type { CreateApiKey, RevokeApiKey, RotateApiKey } from '#core/access-commands.ts'
import { accessError } from '#core/access-codes.ts'
import type { Access, Scope } from '#core/access.ts'
import { API_KEY_PREFIX, apiKeyProblem, type ApiKey, type KeptApiKey } from '#core/api-key.ts'
import type { Accepted, OutcomeOf, Rejected } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import { AppError } from '#core/errors.ts'
import type { ApiKeyId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { createFreshCache } from './fresh-cache.ts'
import { callerFields, type Caller } from './request.ts'

/** A key that another process revoked is taken for at most so long. */
const KEY_CACHE_AGE_MAX_MS = 1_000
const KEY_CACHE_SIZE_MAX = 10_000

const SHAPE = new RegExp(`^${API_KEY_PREFIX}([A-Za-z0-9_-]{43})([0-9a-f]{6})$`)

/** A key to make. */
interface ApiKeyRequest {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Instant | null
}

/** A key that was made or got a new secret; the secret is null when this is the first answer again: it is shown once. */
export type IssuedApiKey = Accepted<'api_key'> & { readonly secret: string | null }

/** Makes and ends API keys, and knows callers by them. */
export interface ApiKeys {
  create(caller: Caller, request: ApiKeyRequest): Promise<IssuedApiKey | Rejected>
  /** The secret before stays good for `overlapSeconds`. */
  rotate(caller: Caller, id: ApiKeyId, overlapSeconds: number): Promise<IssuedApiKey | Rejected>
  revoke(caller: Caller, id: ApiKeyId): Promise<OutcomeOf<RevokeApiKey>>
  find(id: ApiKeyId): Promise<ApiKey | undefined>
  /** By id, rising. */
  list(query: { readonly after?: ApiKeyId; readonly limit: number }): Promise<ApiKey[]>
  /** Whose secret it is. Throws unauthorized: invalid_token, key_revoked, key_expired. */
  authenticate(secret: string): Promise<Access>
}

interface KnownKey {
  readonly key: KeptApiKey
  readonly access: Access
}

/** Makes the use cases; without secrets no key is made or known. */
export function createApiKeys(deps: {
  readonly batcher: CommandBatcher
  readonly reader: AccessReader
  readonly ids: IdSource
  readonly digest: HexDigest
  readonly secrets: Secrets | null
  readonly clock: Clock
}): ApiKeys {
  const { batcher, reader, ids, digest, secrets, clock } = deps
  const cache = createFreshCache({
    load: async (hash) => toKnown(await reader.findApiKeyByHash(hash)),
    ageMaxMs: KEY_CACHE_AGE_MAX_MS,
    sizeMax: KEY_CACHE_SIZE_MAX,
  })
  /**
   * The keyed hashes of secrets that were good, by their digests: a keyed hash is 4 us and garbage of the crypto library
   * for every request, a digest 0.8 us. How long a look-up takes can tell of digests, from which no secret follows: a
   * caller cannot come closer to one byte by byte, for the digests of secrets that are nearly equal have nothing in common.
   */
  const hashes = new Map<string, string>()

  async function create(caller: Caller, request: ApiKeyRequest): Promise<IssuedApiKey | Rejected> {
    const { secret, secretHash } = makeSecret()
    const { name, scopes, expiresAt } = request
    const outcome = await batcher.submit<CreateApiKey>({
      kind: 'create_api_key',
      ...callerFields(caller, { kind: 'create_api_key', name, scopes: [...scopes], expiresAt }, digest),
      id: ids.apiKeyId(),
      name,
      scopes,
      expiresAt,
      secretHash,
    })
    return withSecret(outcome, secret)
  }

  async function rotate(
    caller: Caller,
    id: ApiKeyId,
    overlapSeconds: number,
  ): Promise<IssuedApiKey | Rejected> {
    const { secret, secretHash } = makeSecret()
    const fields = callerFields(caller, { kind: 'rotate_api_key', id, overlapSeconds }, digest)
    const outcome = await batcher.submit<RotateApiKey>({
      kind: 'rotate_api_key',
      ...fields,
      id,
      secretHash,
      overlapSeconds,
    })
    forget(id)
    return withSecret(outcome, secret)
  }

  async function revoke(caller: Caller, id: ApiKeyId): Promise<OutcomeOf<RevokeApiKey>> {
    const fields = callerFields(caller, { kind: 'revoke_api_key', id }, digest)
    const outcome = await batcher.submit<RevokeApiKey>({ kind: 'revoke_api_key', ...fields, id })
    forget(id)
    return outcome
  }

  /** The commit is done: nobody in this process is let in with what was loaded before it. */
  function forget(id: ApiKeyId): void {
    cache.forget((known) => known?.key.id === id)
  }

  /** A secret ends with the first digits of its own hash, so that one made up is known without asking the store. */
  function makeSecret() {
    if (secrets === null) throw new AppError('conflict', NO_SECRET, { code: 'authentication_not_set_up' })
    const random = secrets.random()
    const secretHash = secrets.hash('api key', random)
    return { secret: `${API_KEY_PREFIX}${random}${secretHash.slice(0, 6)}`, secretHash }
  }

  async function authenticate(secret: string): Promise<Access> {
    const digested = digest(secret)
    const hash = hashes.get(digested) ?? hashOf(secret)
    const known = hash === null ? null : await cache.get(hash)
    if (hash === null || known === null)
      throw accessError('invalid_token', 'this is no API key of this Florin')
    keepHash(digested, hash)
    const problem = apiKeyProblem(known.key, hash, clock.now())
    if (problem !== null) throw accessError(problem, PROBLEMS[problem], { caller: known.access })
    return known.access
  }

  /** Null when the secret is none that `makeSecret` made. */
  function hashOf(secret: string): string | null {
    const [, random = '', check] = SHAPE.exec(secret) ?? []
    const hash = secrets?.hash('api key', random) ?? ''
    return check !== undefined && hash.startsWith(check) ? hash : null
  }

  /** Only of keys that there are: made-up secrets push none of them out. */
  function keepHash(digested: string, hash: string): void {
    if (hashes.has(digested)) return
    if (hashes.size >= KEY_CACHE_SIZE_MAX) hashes.delete(hashes.keys().next().value as string)
    hashes.set(digested, hash)
  }

  return {
    create,
    rotate,
    revoke,
    find: (id) => reader.findApiKey(id),
    list: (query) => reader.listApiKeys(query),
    authenticate,
  }
}

const NO_SECRET = 'API keys need FLORIN_AUTH_SECRET, with which their hashes are made'

const PROBLEMS = {
  key_revoked: 'the API key has been revoked, or has another secret by now',
  key_expired: 'the API key has expired',
}

function toKnown(key: KeptApiKey | undefined): KnownKey | null {
  if (key === undefined) return null
  const principal = `key:${key.id}` as Principal
  return { key, access: { principal, scopes: new Set(key.scopes), userId: null, ownOnly: false } }
}

function withSecret(outcome: OutcomeOf<CreateApiKey>, secret: string): IssuedApiKey | Rejected {
  return outcome.kind === 'rejected' ? outcome : { ...outcome, secret: outcome.replayed ? null : secret }
}
