// What every command has: who wants it, from where, and what makes a retry safe.

/** Who is calling: the name under which idempotency keys are kept and facts are signed. */
export type Principal = string & { readonly __brand: 'Principal' }

/** From where a command came. */
export interface Origin {
  /** By its name in the table of operations. */
  readonly operation: string
  /** Of the caller; null for one at the machine itself. */
  readonly address: string | null
  readonly requestId: string | null
  /** By what the caller was known, where the principal does not tell it. */
  readonly credential: string | null
}

/** What makes a retry safe: the caller's key, and what the request was. */
export interface Idempotency {
  readonly key: string
  /** Hex SHA-256 of the request as it was understood; another request under the same key is refused. */
  readonly fingerprint: string
}

/** What every command has. */
export interface CommandFields {
  readonly principal: Principal
  readonly idempotency: Idempotency | null
  /** From where it came; absent: Florin itself wants it. */
  readonly origin?: Origin
}
