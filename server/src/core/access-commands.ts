// Commands that change who may do what.
import type { Scope } from './access.ts'
import type { ApiKey } from './api-key.ts'
import type { CommandFields } from './command.ts'
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

/** Everything that can change who may do what. */
export type AccessCommand = CreateApiKey | RotateApiKey | RevokeApiKey

/** What accepted ones make, by name. */
export interface AccessMakes {
  readonly api_key: ApiKey
}

/** What each makes. */
export interface AccessMadeBy {
  readonly create_api_key: 'api_key'
  readonly rotate_api_key: 'api_key'
  readonly revoke_api_key: 'api_key'
}
