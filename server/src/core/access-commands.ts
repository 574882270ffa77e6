// Commands that change who may do what.
import type { Scope } from './access.ts'
import type { ApiKey } from './api-key.ts'
import type { Attempt } from './attempt.ts'
import type { CommandFields } from './command-fields.ts'
import type { ApiKeyId } from './ids.ts'
import type { Instant } from './instant.ts'

/** Makes an API key. */
export interface CreateApiKey extends CommandFields {
  readonly kind: 'create_api_key'
  readonly id: ApiKeyId
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Instant | null
  readonly secretHash: string
}

/** Gives an API key a new secret; the one before stays good for a while. */
export interface RotateApiKey extends CommandFields {
  readonly kind: 'rotate_api_key'
  readonly id: ApiKeyId
  readonly secretHash: string
  readonly overlapSeconds: number
}

/** Ends an API key, with all its secrets. */
export interface RevokeApiKey extends CommandFields {
  readonly kind: 'revoke_api_key'
  readonly id: ApiKeyId
}

/** Records attempts that were refused. */
export interface RecordAttempts extends CommandFields {
  readonly kind: 'record_attempts'
  readonly idempotency: null
  readonly attempts: readonly Attempt[]
}

/** Everything that can change who may do what, or that tells who tried. */
export type AccessCommand = CreateApiKey | RotateApiKey | RevokeApiKey | RecordAttempts

/** What accepted ones make, by name. */
export interface AccessMakes {
  readonly api_key: ApiKey
  readonly attempts: { readonly recorded: number }
}

/** What each makes. */
export interface AccessMadeBy {
  readonly create_api_key: 'api_key'
  readonly rotate_api_key: 'api_key'
  readonly revoke_api_key: 'api_key'
  readonly record_attempts: 'attempts'
}
