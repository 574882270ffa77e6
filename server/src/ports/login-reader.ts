import type { Role } from '#core/access.ts'
import type { SessionId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { KeptLogin, Session } from '#core/login.ts'

/** A session with the roles that its user has now. */
interface SessionWithRoles {
  readonly session: Session
  readonly roles: readonly Role[]
}

/** Reads of how users log in, always of what is committed. */
export interface LoginReader {
  /** Undefined: nothing is kept of the user. */
  findLogin(userId: UserId): Promise<KeptLogin | undefined>
  /** Of the user with this e-mail address, in the form of emailKey. */
  findLoginByEmail(emailKey: string): Promise<KeptLogin | undefined>
  /** Those that have not ended, in any order. */
  findSessions(ids: readonly SessionId[]): Promise<SessionWithRoles[]>
  /** Of one user: few, by id. */
  listSessions(userId: UserId): Promise<Session[]>
  /** Those whose time was over by the moment, the first to be over first. */
  listDueSessions(moment: Instant, limit: number): Promise<Session[]>
}
