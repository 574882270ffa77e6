// Commands that change how users log in. None is kept under an idempotency key: what is kept there could be asked for
// again, and each of them comes to the same when it is done twice, or is found out (a refresh).
import type { Role } from './access.ts'
import type { CommandFields } from './command-fields.ts'
import type { SessionId, UserId } from './ids.ts'
import type { Login, Session } from './login.ts'

interface LoginCommandFields extends CommandFields {
  readonly idempotency: null
  readonly userId: UserId
}

/** Gives a user other roles. */
export interface SetRoles extends LoginCommandFields {
  readonly kind: 'set_roles'
  readonly roles: readonly Role[]
  /** Only a user who has these roles; null: whatever they are. */
  readonly ifRoles: readonly Role[] | null
}

/** Sets a user's password or takes it away, and ends the user's sessions. */
export interface SetPassword extends LoginCommandFields {
  readonly kind: 'set_password'
  /** Null takes it away. */
  readonly passwordHash: string | null
  /** Only of a user who has these roles; null: whatever they are. */
  readonly ifRoles: readonly Role[] | null
  /** Only in place of the password with this hash; null: of whichever. */
  readonly ifPasswordHash: string | null
}

/** Logs a user in. */
export interface StartSession extends LoginCommandFields {
  readonly kind: 'start_session'
  readonly id: SessionId
  /** The password that was proven has this hash. */
  readonly ifPasswordHash: string
}

/** Goes on with a session: takes its refresh token of this generation for the next. */
export interface RefreshSession extends LoginCommandFields {
  readonly kind: 'refresh_session'
  readonly id: SessionId
  readonly generation: number
}

/** Ends a session. */
export interface EndSession extends LoginCommandFields {
  readonly kind: 'end_session'
  /** Null: all sessions of the user. */
  readonly id: SessionId | null
  /** True: only when its time is over. */
  readonly due: boolean
}

/** Everything that changes how users log in. */
export type LoginCommand = SetRoles | SetPassword | StartSession | RefreshSession | EndSession

/** What came of a refresh: `repeated`: it is the same again, within the grace; `reused`: the session ended with it. */
interface Refreshed {
  readonly session: Session
  readonly how: 'rotated' | 'repeated' | 'reused'
}

/** What accepted ones make, by name. */
export interface LoginMakes {
  readonly login: Login
  readonly session: Session
  readonly refresh: Refreshed
  /** Those that ended. */
  readonly sessions: readonly Session[]
}

/** What each makes. */
export interface LoginMadeBy {
  readonly set_roles: 'login'
  readonly set_password: 'login'
  readonly start_session: 'session'
  readonly refresh_session: 'refresh'
  readonly end_session: 'sessions'
}
