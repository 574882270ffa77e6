// Facts about how users log in. No password, hash or token is in them, nor any name of a person.
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'
import type { Role } from './access.ts'
import type { UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Session, SessionEnd } from './login.ts'

/** A user got other roles. */
export function rolesSet(principal: Principal, userId: UserId, roles: readonly Role[]): Fact {
  return { type: 'login.roles_set', principal, data: { roles: [...roles], user_id: userId } }
}

/** A user's password was set. */
export function passwordSet(principal: Principal, userId: UserId, setAt: Instant): Fact {
  return { type: 'login.password_set', principal, data: { set_at: setAt, user_id: userId } }
}

/** A user's password was taken away. */
export function passwordRemoved(principal: Principal, userId: UserId): Fact {
  return { type: 'login.password_removed', principal, data: { user_id: userId } }
}

/** A session began or went on. */
export function sessionFact(
  type: 'session.started' | 'session.refreshed',
  principal: Principal,
  session: Session,
): Fact {
  return { type, principal, data: sessionData(session) }
}

/** A session as its facts show it. */
export function sessionData(session: Session) {
  return {
    expires_at: session.expiresAt,
    generation: session.generation,
    id: session.id,
    refreshed_at: session.refreshedAt,
    started_at: session.startedAt,
    user_id: session.userId,
  }
}

/** A session ended. */
export function sessionEnded(
  principal: Principal,
  { id, userId }: Pick<Session, 'id' | 'userId'>,
  reason: SessionEnd,
): Fact {
  return { type: 'session.ended', principal, data: { id, reason, user_id: userId } }
}
