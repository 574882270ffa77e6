// The part of replay.ts that has to do with how users log in.
import { newLogin, withoutHash, type Session } from './login.ts'
import type { RecordedLogin } from './recorded-login.ts'
import { compare, differs, type Contradiction, type Replay } from './replay.ts'

/** Applies one fact about how users log in and tells what is wrong with it. */
export function replayLogin(replay: Replay, fact: RecordedLogin): Contradiction[] {
  const { logins, sessions } = replay
  switch (fact.type) {
    case 'login.roles_set':
    case 'login.password_set':
    case 'login.password_removed': {
      const { userId } = fact
      const before = logins.get(userId) ?? withoutHash(newLogin(userId))
      if (fact.type === 'login.roles_set') logins.set(userId, { ...before, roles: fact.roles })
      else {
        logins.set(userId, { ...before, passwordSetAt: 'setAt' in fact ? fact.setAt : null })
      }
      return [
        ...(replay.users.has(userId) ? [] : [differs(`user ${userId}`, 'not in the ledger')]),
        ...(fact.type === 'login.password_removed' && before.passwordSetAt === null
          ? [differs(`a password of user ${userId}`, 'none to take away')]
          : []),
      ]
    }
    case 'session.started': {
      const { id, userId } = fact.session
      const known = sessions.has(id)
      sessions.set(id, fact.session)
      return [
        ...(known ? [differs(`no session ${id} yet`, 'started again')] : []),
        ...(logins.get(userId)?.passwordSetAt == null
          ? [differs(`a password of user ${userId}`, 'a session without one')]
          : []),
        ...compare([['generation', 1, fact.session.generation]]),
      ]
    }
    case 'session.refreshed':
      return replayRefresh(replay, fact.session)
    case 'session.ended': {
      const { id, userId } = fact.session
      const before = sessions.get(id)
      sessions.delete(id)
      return before === undefined
        ? [differs(`session ${id}`, 'ended before it was started, or again')]
        : compare([['user', before.userId, userId]])
    }
  }
}

function replayRefresh({ sessions }: Replay, session: Session): Contradiction[] {
  const before = sessions.get(session.id)
  sessions.set(session.id, session)
  if (before === undefined) return [differs(`session ${session.id}`, 'refreshed before it was started')]
  const found = compare([
    ['user', before.userId, session.userId],
    ['started_at', before.startedAt, session.startedAt],
    ['generation', before.generation + 1, session.generation],
  ])
  if (session.refreshedAt >= before.expiresAt) {
    found.push(differs(`a refresh before ${before.expiresAt}`, `one at ${session.refreshedAt}`))
  }
  return found
}
