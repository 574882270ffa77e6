// Facts about who may do what. Hashes and secrets are never in them.
import type { ApiKey } from './api-key.ts'
import type { Json } from './canonical-json.ts'
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'

/** An API key was made, got a new secret, or was ended. */
export function apiKeyFact(
  type: 'api_key.created' | 'api_key.rotated' | 'api_key.revoked',
  principal: Principal,
  key: ApiKey,
): Fact {
  return { type, principal, data: apiKeyData(key) }
}

/** An API key as its facts show it. */
export function apiKeyData(key: ApiKey): { readonly [key: string]: Json } {
  return {
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    id: key.id,
    name: key.name,
    overlaps_until: key.overlapsUntil,
    revoked_at: key.revokedAt,
    rotated_at: key.rotatedAt,
    scopes: [...key.scopes],
  }
}
