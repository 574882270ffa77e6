// How users log in: the roles that they have, the password that proves who they are, and their sessions. Of a password
// only a slow hash is kept, and of a session nothing that would let anybody in: its tokens are made under the secret.
import { roles, scopesOf, type Role, type Scope } from './access.ts'
import type { Principal } from './command-fields.ts'
import type { SessionId, UserId } from './ids.ts'
import { addSeconds, type Instant } from './instant.ts'
import { parsed, problem, type Parsed } from './parsed.ts'

/** In characters. What is shorter is guessed, whatever it is made of (NIST SP 800-63B-4: 15 where nothing else is asked). */
export const PASSWORD_LENGTH_MIN = 12
/** In characters: a phrase, and no work for the hash that anybody could make long. */
export const PASSWORD_LENGTH_MAX = 200
/** Sessions that a user has at once; the one that was used longest ago makes room. */
export const SESSIONS_PER_USER_MAX = 20
/** A session that was not refreshed for so long is over. */
const SESSION_IDLE_SECONDS = 30 * 86_400
/** So long after the login it is over in any case. */
const SESSION_SECONDS_MAX = 90 * 86_400
/**
 * For so long a refresh token that was just used gets the answer of its first use again, for a client that has not got
 * it. It is no way in: it gets the same next token, not another one, so there is never more than one of them, and
 * whoever uses it second after this time is found out.
 */
export const REFRESH_GRACE_SECONDS = 10

/** How a user may log in. Who has nothing of it kept has the role of a user and no password. */
export interface Login {
  readonly userId: UserId
  /** Sorted, each once. */
  readonly roles: readonly Role[]
  /** Null: there is no password, and the user cannot log in. */
  readonly passwordSetAt: Instant | null
}

/** With the hash of the password. */
export interface KeptLogin extends Login {
  readonly passwordHash: string | null
}

/** A user who is logged in, somewhere. */
export interface Session {
  readonly id: SessionId
  readonly userId: UserId
  readonly startedAt: Instant
  /** 1 when it starts, one more with each refresh: a refresh token is of one of them. */
  readonly generation: number
  readonly refreshedAt: Instant
  /** When it is over unless it is refreshed. */
  readonly expiresAt: Instant
}

/** Why a session ended. */
export const sessionEnds = ['displaced', 'expired', 'logged_out', 'password', 'reused'] as const

/** Why a session ended; `displaced`: by a newer one of the same user, `password`: it was changed or taken away. */
export type SessionEnd = (typeof sessionEnds)[number]

/** The login of a user of whom nothing is kept. */
export function newLogin(userId: UserId): KeptLogin {
  return { userId, roles: ['user'], passwordSetAt: null, passwordHash: null }
}

/** The name under which a user acts. */
export function userPrincipal(userId: UserId): Principal {
  return `user:${userId}` as Principal
}

/** Without the hash. */
export function withoutHash({ passwordHash: _passwordHash, ...login }: KeptLogin): Login {
  return login
}

/** Until when a session is good that was refreshed just now. */
export function sessionExpiry(startedAt: Instant, now: Instant): Instant {
  const [idle, last] = [addSeconds(now, SESSION_IDLE_SECONDS), addSeconds(startedAt, SESSION_SECONDS_MAX)]
  return idle < last ? idle : last
}

/** The scopes of a user with these roles, and whether they are for what is the user's own only. */
export function reachOf(given: readonly Role[]): {
  readonly scopes: ReadonlySet<Scope>
  readonly ownOnly: boolean
} {
  // What users may do with what is their own would be too much on what is everybody's.
  const beyond = given.filter((role) => role !== 'user')
  return beyond.length === 0
    ? { scopes: scopesOf(given), ownOnly: true }
    : { scopes: scopesOf(beyond), ownOnly: false }
}

/** Reads the names of the roles of one user; in order and each once. */
export function parseRoles(names: readonly string[]): Parsed<readonly Role[]> {
  const unknown = names.find((name) => !(roles as readonly string[]).includes(name))
  if (unknown !== undefined) {
    return problem(
      `has an unknown role ${JSON.stringify(unknown.slice(0, 40))}; there are ${roles.join(', ')}`,
    )
  }
  if (names.length === 0) return problem('must name a role')
  const given = [...new Set(names as Role[])].sort()
  return given.length > 1 && given.includes('user')
    ? problem(
        'must not have the role user beside others, for it reaches no further than what belongs to the user',
      )
    : parsed(given)
}

/** Reads a new password. Composed and decomposed letters are the same (RFC 8265 section 4.2). */
export function parsePassword(text: string): Parsed<string> {
  const password = text.normalize('NFC')
  const length = Array.from(password).length
  return length < PASSWORD_LENGTH_MIN || length > PASSWORD_LENGTH_MAX
    ? problem(`must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`)
    : parsed(password)
}
