// The rules of passwords, roles and sessions. Whoever decides has locked the user, and has all of the user's sessions.
import type { OutcomeOf, Principal, Rejected } from './command.ts'
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

/** Gives a user other roles, or refuses: user_not_found, roles_changed. */
export function decideSetRoles(draft: Draft, command: SetRoles): OutcomeOf<SetRoles> {
  const { userId, roles, principal } = command
  const before = loginOf(draft, command)
  if ('kind' in before) return before
  if (String(roles) === String(before.roles)) return accepted('login', withoutHash(before))
  const after = { ...before, roles }
  putLogin(draft, after)
  draft.changes.facts.push(rolesSet(principal, userId, roles))
  return accepted('login', withoutHash(after))
}

/** Sets a password or takes it away, or refuses: user_not_found, roles_changed, password_changed. */
export function decideSetPassword(draft: Draft, command: SetPassword): OutcomeOf<SetPassword> {
  const { userId, passwordHash, ifPasswordHash, principal } = command
  const before = loginOf(draft, command)
  if ('kind' in before) return before
  if (ifPasswordHash !== null && ifPasswordHash !== before.passwordHash) return passwordChanged()
  // Without a password there are no sessions either.
  if (passwordHash === null && before.passwordHash === null) return accepted('login', withoutHash(before))
  const { at, facts } = draft.changes
  const after = { ...before, passwordHash, passwordSetAt: passwordHash === null ? null : at }
  putLogin(draft, after)
  facts.push(passwordHash === null ? passwordRemoved(principal, userId) : passwordSet(principal, userId, at))
  endAll(draft, principal, sessionsOf(draft, userId), 'password')
  return accepted('login', withoutHash(after))
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

/** The user's login; there is one of every user, kept or not. */
function loginOf(
  { state }: Draft,
  { userId, ifRoles }: Pick<SetRoles, 'userId' | 'ifRoles'>,
): KeptLogin | Rejected {
  if (!state.users.has(userId)) return rejected('user_not_found', 'id', `user ${userId} does not exist`)
  const login = state.logins.get(userId) ?? newLogin(userId)
  return ifRoles === null || String(ifRoles) === String(login.roles)
    ? login
    : rejected('roles_changed', 'roles', `user ${userId} has other roles by now`)
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
