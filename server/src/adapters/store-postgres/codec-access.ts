// Rows of who may do what, to the domain and back.
import type { Scope } from '#core/access.ts'
import type { ApiKey, KeptApiKey } from '#core/api-key.ts'
import type { ApiKeyId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'

/** A row of florin.api_keys without its hashes. */
export interface ApiKeyRow {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly created_at: Instant
  readonly expires_at: Instant | null
  readonly rotated_at: Instant | null
  readonly overlaps_until: Instant | null
  readonly revoked_at: Instant | null
}

/** A row of florin.api_keys. */
export interface KeptApiKeyRow extends ApiKeyRow {
  readonly secret_hash: string
  readonly previous_hash: string | null
}

/** The columns that everybody may see who may see keys. */
export const API_KEY_COLUMNS = [
  'id',
  'name',
  'scopes',
  'created_at',
  'expires_at',
  'rotated_at',
  'overlaps_until',
  'revoked_at',
] as const satisfies (keyof ApiKeyRow)[]

/** A key row in the domain. */
export function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id as ApiKeyId,
    name: row.name,
    scopes: row.scopes as readonly Scope[],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    rotatedAt: row.rotated_at,
    overlapsUntil: row.overlaps_until,
    revokedAt: row.revoked_at,
  }
}

/** A key row with its hashes in the domain. */
export function toKeptApiKey(row: KeptApiKeyRow): KeptApiKey {
  return { ...toApiKey(row), secretHash: row.secret_hash, previousHash: row.previous_hash }
}

/** A key as the kept outcomes write it. */
export function fromApiKey(key: ApiKey): ApiKeyRow {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    rotated_at: key.rotatedAt,
    overlaps_until: key.overlapsUntil,
    revoked_at: key.revokedAt,
  }
}

/** A key as apply_access writes it. */
export function fromKeptApiKey(key: KeptApiKey): KeptApiKeyRow {
  return { ...fromApiKey(key), secret_hash: key.secretHash, previous_hash: key.previousHash }
}
