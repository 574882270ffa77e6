// Rows of how users log in, to the domain and back.
import type { Role } from '#core/access.ts'
import type { SessionId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { KeptLogin, Login, Session } from '#core/login.ts'

/** A row of florin.logins without its hash. */
export interface LoginRow {
  readonly user_id: string
  readonly roles: readonly string[]
  readonly password_set_at: Instant | null
}

/** A row of florin.logins. */
export interface KeptLoginRow extends LoginRow {
  readonly password_hash: string | null
}

/** A row of florin.sessions. */
export interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly started_at: Instant
  readonly generation: number
  readonly refreshed_at: Instant
  readonly expires_at: Instant
}

/** A login row in the domain. */
export function toLogin(row: LoginRow): Login {
  return {
    userId: row.user_id as UserId,
    roles: row.roles as readonly Role[],
    passwordSetAt: row.password_set_at,
  }
}

/** A login row with its hash in the domain. */
export function toKeptLogin(row: KeptLoginRow): KeptLogin {
  return { ...toLogin(row), passwordHash: row.password_hash }
}

/** A session row in the domain. */
export function toSession(row: SessionRow): Session {
  return {
    id: row.id as SessionId,
    userId: row.user_id as UserId,
    startedAt: row.started_at,
    generation: row.generation,
    refreshedAt: row.refreshed_at,
    expiresAt: row.expires_at,
  }
}

/** A login as apply_login writes it. */
export function fromKeptLogin(login: KeptLogin): KeptLoginRow {
  return {
    user_id: login.userId,
    roles: login.roles,
    password_set_at: login.passwordSetAt,
    password_hash: login.passwordHash,
  }
}
