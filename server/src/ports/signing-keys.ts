import type { Instant } from '#core/instant.ts'

/** A key that signs access tokens, sealed so that only who has the secret can use it. */
export interface SealedKey {
  /** A UUID of version 7. */
  readonly id: string
  readonly createdAt: Instant
  readonly sealed: string
}

/** Keeps the keys that sign access tokens, for all processes of one Florin. They are few. */
export interface SigningKeyStore {
  /** The newest first. */
  listSigningKeys(): Promise<SealedKey[]>
  addSigningKey(key: SealedKey): Promise<void>
  removeSigningKey(id: string): Promise<void>
}
