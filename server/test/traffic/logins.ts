/** Random logins: few users, so that passwords are there, sessions are met, and refresh tokens are used twice. */
import type { Role } from '#core/access.ts'
import type { Command } from '#core/command.ts'
import type { SessionId } from '#core/ids.ts'
import type { Session } from '#core/login.ts'
import { createMemory, type Scene } from './scene.ts'

const PASSWORDS = ['p', 'q', 'é"\\']
const ROLES = [['user'], ['operator'], ['auditor', 'operator']] as const satisfies readonly Role[][]
/** How many of the newest sessions are gone on with and ended. */
const CHANGEABLE = 4

/** Makes commands of roles, passwords and sessions. */
export function createLogins(scene: Scene) {
  const { ids, view } = scene
  const { below, chance, oneOf } = scene.dice
  const made = createMemory<Pick<Session, 'id' | 'userId'>>(CHANGEABLE)

  function known(): Pick<Session, 'id' | 'userId'> {
    return made.items.length === 0 || chance(0.05)
      ? { id: ids.sessionId(), userId: scene.userId() }
      : oneOf(made.items)
  }

  /** The present one mostly, often the one before. */
  function generation(id: SessionId): number {
    const present = view.sessions.get(id)?.generation ?? 1
    return chance(0.5) ? present : Math.max(1, present - 1 - below(2) * below(2))
  }

  return {
    /** A command; some refreshes come twice, as from a client that got no answer. */
    next(): readonly Command[] {
      const command = one()
      return command.kind === 'refresh_session' && chance(0.25) ? [command, command] : [command]
    },
  }

  function one(): Command {
    const { principal } = scene.fields()
    // Users who are there and can log in, mostly: a name of the scene is not always one.
    const present = [
      ...view.users
        .values()
        .filter(({ erasedAt }) => erasedAt === null)
        .take(4),
    ]
    const userId = present.length === 0 || chance(0.05) ? scene.userId() : oneOf(present).id
    const fields = { principal, idempotency: null, userId }
    const login = view.logins.get(userId)
    const draw = scene.random()
    if (draw < 0.08) {
      const ifRoles = chance(0.5) ? null : oneOf(ROLES)
      return { kind: 'set_roles', ...fields, roles: oneOf(ROLES), ifRoles }
    }
    if (draw < 0.16 || login?.passwordHash == null) {
      return {
        kind: 'set_password',
        ...fields,
        passwordHash: chance(0.1) ? null : oneOf(PASSWORDS),
        ifRoles: chance(0.8) ? null : oneOf(ROLES),
        ifPasswordHash: chance(0.6) ? null : oneOf(PASSWORDS),
      }
    }
    if (draw < 0.45) {
      const { id } = made.add({ id: ids.sessionId(), userId })
      const ifPasswordHash = chance(0.9) ? login.passwordHash : oneOf(PASSWORDS)
      return { kind: 'start_session', ...fields, id, ifPasswordHash }
    }
    const session = known()
    if (draw < 0.9) {
      return { kind: 'refresh_session', ...fields, ...session, generation: generation(session.id) }
    }
    if (chance(0.6)) {
      const owner = oneOf([userId, session.userId])
      return { kind: 'end_session', ...fields, userId: owner, id: null, due: true }
    }
    return { kind: 'end_session', ...fields, ...session, due: false }
  }
}
