// API keys: how programs say who they are. Of a key's secret only a keyed hash is kept.
import type { Scope } from './access.ts'
import type { ApiKeyId } from './ids.ts'
import type { Instant } from './instant.ts'

/** What every API key begins with, so that people and scanners know one when they see it. */
export const API_KEY_PREFIX = 'flk_'
/** The longest name, in characters. */
export const API_KEY_NAME_LENGTH_MAX = 100
/** The longest overlap of a rotation: a week. */
export const API_KEY_OVERLAP_SECONDS_MAX = 7 * 86_400

/** An API key, as everybody may see it who may see keys. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly name: string
  /** Sorted, each once. */
  readonly scopes: readonly Scope[]
  readonly createdAt: Instant
  /** Null never expires. */
  readonly expiresAt: Instant | null
  /** When it last got a new secret; null has its first. */
  readonly rotatedAt: Instant | null
  /** Until when the secret before the last rotation is good; null when there is none. */
  readonly overlapsUntil: Instant | null
  readonly revokedAt: Instant | null
}

/** An API key with the keyed hashes of its secrets. */
export interface KeptApiKey extends ApiKey {
  readonly secretHash: string
  /** Of the secret before the last rotation. */
  readonly previousHash: string | null
}

/** Without the hashes. */
export function withoutHashes({
  secretHash: _secretHash,
  previousHash: _previousHash,
  ...key
}: KeptApiKey): ApiKey {
  return key
}

/** Why the key cannot be used with the secret of this hash; null when it can. */
export function apiKeyProblem(
  key: KeptApiKey,
  hash: string,
  now: Instant,
): 'key_revoked' | 'key_expired' | null {
  if (key.revokedAt !== null) return 'key_revoked'
  if (key.expiresAt !== null && key.expiresAt <= now) return 'key_expired'
  if (hash === key.secretHash) return null
  return key.overlapsUntil !== null && now < key.overlapsUntil ? null : 'key_revoked'
}
