import type { Instant } from '#core/instant.ts'
import type { SealedKey } from './signing-keys.ts'

/** What a token says, once its signature, its issuer, its audience and its times have been found good. */
export interface TokenClaims {
  readonly subject: string
  /** From then on it is good no longer, however far clocks may differ. */
  readonly expiresAtMs: number
  readonly claims: Readonly<Record<string, unknown>>
}

/** A public key as JWKS shows it (RFC 7517). */
export type PublicJwk = Readonly<Record<string, unknown>>

/** A key that signs access tokens (EdDSA). */
export interface SigningKey extends Omit<SealedKey, 'sealed'> {
  readonly publicJwk: PublicJwk
  sign(claims: object, times: { readonly now: Instant; readonly seconds: number }): Promise<string>
  /** Throws unauthorized, with a code of accessCodes. */
  verify(token: string, now: Instant): Promise<TokenClaims>
}

/** Makes keys that sign access tokens, and opens those that were made. */
export interface TokenKeys {
  make(key: Omit<SealedKey, 'sealed'>): Promise<SealedKey>
  /** Null: it was sealed under another secret. */
  open(key: SealedKey): Promise<SigningKey | null>
  /** What a token says of itself, which is not to be trusted; null when it is none. */
  peek(token: string): { readonly issuer: string | null; readonly keyId: string | null } | null
}

/** Tokens that somebody else issues. */
export interface ForeignTokens {
  readonly issuer: string
  /** Throws unauthorized, with a code of accessCodes; unavailable when the issuer's keys cannot be had. */
  verify(token: string, now: Instant): Promise<TokenClaims>
}
