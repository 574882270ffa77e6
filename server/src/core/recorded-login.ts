// Facts about how users log in, read back from the journal.
import type { Role } from './access.ts'
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'
import { parseUuidV7, type SessionId, type UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import { id, instant, list, oneOf, text, wholeNumber, type Data } from './json-read.ts'
import { sessionEnds, type Session, type SessionEnd } from './login.ts'
import { passwordRemoved, passwordSet, rolesSet, sessionEnded, sessionFact } from './login-facts.ts'

/** A fact about how users log in, understood. */
export type RecordedLogin = { readonly principal: Principal } & (
  | { readonly type: 'login.roles_set'; readonly userId: UserId; readonly roles: readonly Role[] }
  | { readonly type: 'login.password_set'; readonly userId: UserId; readonly setAt: Instant }
  | { readonly type: 'login.password_removed'; readonly userId: UserId }
  | { readonly type: 'session.started' | 'session.refreshed'; readonly session: Session }
  | {
      readonly type: 'session.ended'
      readonly session: Pick<Session, 'id' | 'userId'>
      readonly reason: SessionEnd
    }
)

/** The fact that such a one was. */
export function toLoginFact(fact: RecordedLogin): Fact {
  const { principal } = fact
  switch (fact.type) {
    case 'login.roles_set':
      return rolesSet(principal, fact.userId, fact.roles)
    case 'login.password_set':
      return passwordSet(principal, fact.userId, fact.setAt)
    case 'login.password_removed':
      return passwordRemoved(principal, fact.userId)
    case 'session.started':
    case 'session.refreshed':
      return sessionFact(fact.type, principal, fact.session)
    case 'session.ended':
      return sessionEnded(principal, fact.session, fact.reason)
  }
}

/** Reads its data; throws on what is none. */
export function readLogin(type: RecordedLogin['type'], principal: Principal, data: Data): RecordedLogin {
  const userId = id(data['user_id'], parseUuidV7<UserId>)
  switch (type) {
    case 'login.roles_set':
      // As it was written: a role that there is no longer was one then.
      return { type, principal, userId, roles: list(data['roles']).map(text) as Role[] }
    case 'login.password_set':
      return { type, principal, userId, setAt: instant(data['set_at']) }
    case 'login.password_removed':
      return { type, principal, userId }
    case 'session.started':
    case 'session.refreshed':
      return { type, principal, session: readSession(data, userId) }
    case 'session.ended': {
      const session = { id: id(data['id'], parseUuidV7<SessionId>), userId }
      return { type, principal, session, reason: oneOf(data['reason'], sessionEnds) }
    }
  }
}

function readSession(data: Data, userId: UserId): Session {
  return {
    id: id(data['id'], parseUuidV7<SessionId>),
    userId,
    startedAt: instant(data['started_at']),
    generation: wholeNumber(data['generation']),
    refreshedAt: instant(data['refreshed_at']),
    expiresAt: instant(data['expires_at']),
  }
}
