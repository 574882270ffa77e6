// The rules of passwords, roles and sessions. Whoever decides has locked the user, and has all of the user's sessions.
import type { Role } from './access.ts'
import type { OutcomeOf, Rejected } from './command.ts'
import type { Principal } from './command-fields.ts'
import { deleteSession, putLogin, putSession, type Draft } from './draft.ts'
import type { SessionId, UserId } from './ids.ts'
import { addSeconds } from './instant.ts'
import {
  newLogin,
  REFRESH_GRACE_SECONDS,
  sessionExpiry,
  SESSIONS_PER_USER_MAX,
  withoutHash,
  type KeptLogin,
  type Session,
  type SessionEnd,
} from './login.ts'
import type { EndSession, RefreshSession, SetPassword, SetRoles, StartSession } from './login-commands.ts'
import { passwordRemoved, passwordSet, rolesSet, sessionEnded, sessionFact } from './login-facts.ts'
import { accepted, rejected } from './outcome.ts'

/** Gives a user other roles, or refuses: user_not_found, roles_changed, user_erased. */
export function decideSetRoles(draft: Draft, command: SetRoles): OutcomeOf<SetRoles> {
  const { userId, roles, principal } = command
  const refusal = rolesRefusal(draft, command) ?? erasedRefusal(draft, userId)
  if (refusal !== null) return refusal
  putRoles(draft, principal, userId, roles)
  return accepted('login', withoutHash(loginOf(draft, userId)))
}

/** Sets a password or takes it away, or refuses: user_not_found, roles_changed, password_changed, user_erased. */
export function decideSetPassword(draft: Draft, command: SetPassword): OutcomeOf<SetPassword> {
  const { userId, passwordHash, ifPasswordHash, principal } = command
  const refusal = rolesRefusal(draft, command)
  if (refusal !== null) return refusal
  if (ifPasswordHash !== null && ifPasswordHash !== loginOf(draft, userId).passwordHash) {
    return passwordChanged()
  }
  const erased = erasedRefusal(draft, userId)
  if (erased !== null) return erased
  putPassword(draft, principal, userId, passwordHash)
  return accepted('login', withoutHash(loginOf(draft, userId)))
}

/** Takes away what would let a user in: the password with all sessions, and every role but that of a user. */
export function endLogin(draft: Draft, principal: Principal, userId: UserId): void {
  putPassword(draft, principal, userId, null)
  putRoles(draft, principal, userId, newLogin(userId).roles)
}

/** Logs in, or refuses: password_changed since it was proven. */
export function decideStartSession(draft: Draft, command: StartSession): OutcomeOf<StartSession> {
  const { id, userId, ifPasswordHash, principal } = command
  if (draft.state.logins.get(userId)?.passwordHash !== ifPasswordHash) return passwordChanged()
  const { at, facts } = draft.changes
  const tooMany = sessionsOf(draft, userId).slice(0, -SESSIONS_PER_USER_MAX + 1)
  endAll(draft, principal, tooMany, 'displaced')
  const session: Session = {
    id,
    userId,
    startedAt: at,
    generation: 1,
    refreshedAt: at,
    expiresAt: sessionExpiry(at, at),
  }
  putSession(draft, session)
  facts.push(sessionFact('session.started', principal, session))
  return accepted('session', session)
}

/**
 * Goes on with a session, or refuses: session_not_found. A refresh token that was used before ends the session: two have
 * it, and one of them has it from the other.
 */
export function decideRefreshSession(draft: Draft, command: RefreshSession): OutcomeOf<RefreshSession> {
  const { id, userId, generation, principal } = command
  const { at, facts } = draft.changes
  const before = sessionOf(draft, { id, userId })
  if (before === undefined || before.expiresAt <= at || generation > before.generation) {
    return sessionNotFound(id)
  }
  if (generation < before.generation) {
    const isRepeated =
      generation === before.generation - 1 && at <= addSeconds(before.refreshedAt, REFRESH_GRACE_SECONDS)
    if (isRepeated) return accepted('refresh', { session: before, how: 'repeated' })
    endAll(draft, principal, [before], 'reused')
    return accepted('refresh', { session: before, how: 'reused' })
  }
  const session: Session = {
    ...before,
    generation: generation + 1,
    refreshedAt: at,
    expiresAt: sessionExpiry(before.startedAt, at),
  }
  putSession(draft, session)
  facts.push(sessionFact('session.refreshed', principal, session))
  return accepted('refresh', { session, how: 'rotated' })
}

/** Ends one session of a user or all, or refuses: session_not_found. */
export function decideEndSession(draft: Draft, command: EndSession): OutcomeOf<EndSession> {
  const { id, userId, due, principal } = command
  const named = id === null ? null : sessionOf(draft, { id, userId })
  if (id !== null && named === undefined) return sessionNotFound(id)
  const ended = (named == null ? sessionsOf(draft, userId) : [named]).filter(
    ({ expiresAt }) => !due || expiresAt <= draft.changes.at,
  )
  endAll(draft, principal, ended, due ? 'expired' : 'logged_out')
  return accepted('sessions', ended)
}

/** Refuses: user_not_found, and roles_changed when the user has others than those that were looked at. */
export function rolesRefusal(
  draft: Draft,
  { userId, ifRoles }: Pick<SetRoles, 'userId' | 'ifRoles'>,
): Rejected | null {
  if (!draft.state.users.has(userId)) {
    return rejected('user_not_found', 'id', `user ${userId} does not exist`)
  }
  return ifRoles === null || String(ifRoles) === String(loginOf(draft, userId).roles)
    ? null
    : rejected('roles_changed', 'roles', `user ${userId} has other roles by now`)
}

function erasedRefusal({ state }: Draft, userId: UserId): Rejected | null {
  return state.users.get(userId)?.erasedAt == null
    ? null
    : rejected('user_erased', 'id', `user ${userId} has been erased`)
}

/** The user's login; there is one of every user, kept or not. */
function loginOf({ state }: Draft, userId: UserId): KeptLogin {
  return state.logins.get(userId) ?? newLogin(userId)
}

function putRoles(draft: Draft, principal: Principal, userId: UserId, roles: readonly Role[]): void {
  const before = loginOf(draft, userId)
  if (String(roles) === String(before.roles)) return
  putLogin(draft, { ...before, roles })
  draft.changes.facts.push(rolesSet(principal, userId, roles))
}

function putPassword(draft: Draft, principal: Principal, userId: UserId, passwordHash: string | null): void {
  const before = loginOf(draft, userId)
  // Without a password there are no sessions either.
  if (passwordHash === null && before.passwordHash === null) return
  const { at, facts } = draft.changes
  putLogin(draft, { ...before, passwordHash, passwordSetAt: passwordHash === null ? null : at })
  facts.push(passwordHash === null ? passwordRemoved(principal, userId) : passwordSet(principal, userId, at))
  endAll(draft, principal, sessionsOf(draft, userId), 'password')
}

function sessionOf({ state }: Draft, { id, userId }: Pick<Session, 'id' | 'userId'>): Session | undefined {
  const session = state.sessions.get(id)
  return session?.userId === userId ? session : undefined
}

/** The one that was used longest ago comes first. */
function sessionsOf({ state }: Draft, userId: UserId): Session[] {
  const age = ({ refreshedAt, id }: Session): string => `${refreshedAt} ${id}`
  return [...state.sessions.values()]
    .filter((session) => session.userId === userId)
    .sort((a, b) => (age(a) < age(b) ? -1 : 1))
}

function endAll(draft: Draft, principal: Principal, ended: readonly Session[], reason: SessionEnd): void {
  for (const session of ended) {
    deleteSession(draft, session)
    draft.changes.facts.push(sessionEnded(principal, session, reason))
  }
}

function sessionNotFound(id: SessionId): Rejected {
  return rejected('session_not_found', 'session_id', `session ${id} does not exist, or is over`)
}

function passwordChanged(): Rejected {
  return rejected('password_changed', 'password', 'the password was changed or taken away meanwhile')
}
