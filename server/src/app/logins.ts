// Use cases of logging in: passwords, roles and sessions.
import { accessError } from '#core/access-codes.ts'
import type { Role } from '#core/access.ts'
import type { Origin } from '#core/command-fields.ts'
import type { OutcomeOf } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import { parseUuidV7, type SessionId, type UserId } from '#core/ids.ts'
import { newLogin, userPrincipal, withoutHash, type Login, type Session } from '#core/login.ts'
import type { EndSession, RefreshSession, SetPassword, SetRoles, StartSession } from '#core/login-commands.ts'
import { emailKey } from '#core/user.ts'
import type { TokenKeys } from '#ports/access-tokens.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { DirectoryReader } from '#ports/ledger-reader.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { Passwords } from '#ports/passwords.ts'
import type { RateLimiter } from '#ports/rate-limiter.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { createLoginThrottle, type LOGIN_LIMITS } from './login-throttle.ts'
import { callerFields, type Caller } from './request.ts'
import { createTokenAuthentication, type SessionAuthentication } from './token-authentication.ts'
import { ACCESS_TOKEN_SECONDS, createTokenIssuer, type TokenIssuer } from './token-issuer.ts'

/** What every refresh token begins with. */
const REFRESH_TOKEN_PREFIX = 'flr_'
/** Sessions ended in one step: a few milliseconds of a batch. */
const EXPIRE_SESSIONS_LIMIT = 200

/** What lets a user in, and keeps them in. */
export interface IssuedTokens {
  readonly accessToken: string
  readonly accessTokenSeconds: number
  readonly refreshToken: string
  readonly session: Session
}

/** A password that somebody says is theirs. `network`: from where, in the form of neighbourhoodOf. */
interface PasswordAttempt {
  readonly password: string
  readonly network: string
  /** From where, for the audit log. */
  readonly origin?: Origin
}

/** Logs users in and out, and says how they may. */
export interface Logins {
  /** Throws unauthorized (login_refused) and exhausted. Who does not exist is answered as one whose password is wrong. */
  login(attempt: PasswordAttempt & { readonly email: string }): Promise<IssuedTokens>
  /** Throws unauthorized: invalid_token, session_ended, refresh_token_reused. */
  refresh(refreshToken: string, origin?: Origin): Promise<IssuedTokens>
  /** Ends the session of a refresh token or an access token. One that has ended has ended. Throws unauthorized. */
  logout(token: string, origin?: Origin): Promise<void>
  /** Ends all sessions of the user, and begins one anew. Throws unauthorized (login_refused) and exhausted. */
  changePassword(userId: UserId, attempt: PasswordAttempt & { readonly next: string }): Promise<IssuedTokens>
  /** Null takes it away. `ifRoles`: only of a user who has these; null: whichever. */
  setPassword(
    caller: Caller,
    userId: UserId,
    request: { readonly password: string | null; readonly ifRoles: readonly Role[] | null },
  ): Promise<OutcomeOf<SetPassword>>
  setRoles(
    caller: Caller,
    userId: UserId,
    request: Pick<SetRoles, 'roles' | 'ifRoles'>,
  ): Promise<OutcomeOf<SetRoles>>
  /** Undefined: there is no such user. */
  find(userId: UserId): Promise<Login | undefined>
  /** Those that have not ended, by id. */
  listSessions(userId: UserId): Promise<readonly Session[]>
  /** Null: all of them. */
  endSession(caller: Caller, userId: UserId, id: SessionId | null): Promise<OutcomeOf<EndSession>>
  /** Ends some sessions whose time is over. Answers whether there may be more. */
  readonly expireSessions: () => Promise<'more' | 'done'>
  /** Null: no secret, so no tokens. */
  readonly tokens: TokenIssuer | null
  readonly authentication: SessionAuthentication | null
}

/** What logging in needs besides what all use cases need. */
export interface LoginParts {
  readonly passwords: Passwords
  readonly tokenKeys: TokenKeys
  readonly limiters: Readonly<Record<keyof typeof LOGIN_LIMITS, RateLimiter>>
  readonly foreign: Parameters<typeof createTokenAuthentication>[0]['foreign']
}

/** Makes the use cases; without secrets and parts nobody logs in. */
export function createLogins(deps: {
  readonly batcher: CommandBatcher
  readonly store: LoginReader & DirectoryReader & SigningKeyStore
  readonly ids: IdSource
  readonly digest: HexDigest
  readonly secrets: Secrets | null
  readonly clock: Clock
  readonly parts: LoginParts | null
}): Logins {
  const { batcher, store, ids, digest, clock } = deps
  const work = deps.secrets === null || deps.parts === null ? null : setUp(deps.secrets, deps.parts)

  function setUp(secrets: Secrets, { passwords, tokenKeys, limiters, foreign }: LoginParts) {
    const tokens = createTokenIssuer({ store, keys: tokenKeys, ids, clock })
    const authentication = createTokenAuthentication({
      issuer: tokens,
      keys: tokenKeys,
      reader: store,
      digest,
      clock,
      foreign,
    })
    return { secrets, passwords, tokens, authentication, throttle: createLoginThrottle(limiters, secrets) }
  }

  function ready(): NonNullable<typeof work> {
    if (work === null) throw new AppError('conflict', NO_SECRET, { code: 'authentication_not_set_up' })
    return work
  }

  /** A hash that no password has, so that whoever does not exist takes as long as everybody. */
  let nobodys: Promise<string> | null = null

  async function prove(hash: string | null | undefined, password: string): Promise<string> {
    const { passwords, secrets } = ready()
    nobodys ??= passwords.hash(secrets.random())
    nobodys.catch(() => {
      nobodys = null
    })
    const compared = hash ?? (await nobodys)
    const isRight = await passwords.matches(compared, password.normalize('NFC'))
    if (!isRight || hash == null) throw refusedLogin()
    return hash
  }

  async function login({
    email,
    password,
    network,
    origin,
  }: Parameters<Logins['login']>[0]): Promise<IssuedTokens> {
    const { throttle } = ready()
    const name = emailKey(email)
    const attempt = await throttle.attempt(name, network)
    const found = await store.findLoginByEmail(name)
    const proven = await prove(found?.passwordHash, password)
    await attempt.succeeded()
    return await start(found as Login, proven, origin)
  }

  async function start(
    { userId, roles }: Login,
    ifPasswordHash: string,
    origin: Origin | undefined,
  ): Promise<IssuedTokens> {
    const outcome = await batcher.submit<StartSession>({
      kind: 'start_session',
      ...unkeyed(userCaller(userId, origin)),
      id: ids.sessionId(),
      userId,
      ifPasswordHash,
    })
    if (outcome.kind === 'rejected') throw refusedLogin()
    return await issue(outcome.result, roles)
  }

  async function issue(session: Session, roles: readonly Role[]): Promise<IssuedTokens> {
    const { tokens } = ready()
    const { id, userId } = session
    return {
      accessToken: await tokens.issue({ sub: userId, sid: id, roles }),
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
      refreshToken: refreshTokenOf(session),
      session,
    }
  }

  /** Nothing of it is kept: it is the hash, under the secret, of which session it is of, and of which generation. */
  function refreshTokenOf({ id, generation }: Pick<Session, 'id' | 'generation'>): string {
    const of = `${id}.${generation}`
    return `${REFRESH_TOKEN_PREFIX}${of}.${ready().secrets.hash('refresh token', of)}`
  }

  function readRefreshToken(token: string): Pick<Session, 'id' | 'generation'> {
    const [, of = '', id = '', generation = '', mac = ''] = REFRESH_TOKEN.exec(token) ?? []
    const parsed = parseUuidV7<SessionId>(id)
    if (!parsed.ok || !ready().secrets.isHash(mac, 'refresh token', of)) {
      throw accessError('invalid_token', 'this is no refresh token of this Florin')
    }
    return { id: parsed.value, generation: Number(generation) }
  }

  async function refresh(refreshToken: string, origin?: Origin): Promise<IssuedTokens> {
    const { authentication } = ready()
    const { id, generation } = readRefreshToken(refreshToken)
    const [found] = await store.findSessions([id])
    if (found === undefined) throw endedSession()
    const { userId } = found.session
    const outcome = await batcher.submit<RefreshSession>({
      kind: 'refresh_session',
      ...unkeyed(userCaller(userId, origin)),
      id,
      userId,
      generation,
    })
    if (outcome.kind === 'rejected') throw endedSession()
    const { session, how } = outcome.result
    if (how !== 'reused') return await issue(session, found.roles)
    authentication.forget(userId)
    throw accessError('refresh_token_reused', 'this refresh token was used before, so the session has ended')
  }

  async function logout(token: string, origin?: Origin): Promise<void> {
    const { authentication } = ready()
    const session = token.startsWith(REFRESH_TOKEN_PREFIX)
      ? (await store.findSessions([readRefreshToken(token).id]))[0]?.session
      : await authentication.sessionOf(token)
    if (session === undefined) return
    const { id, userId } = session
    await end(userCaller(userId, origin), userId, id)
  }

  async function end(
    caller: Caller,
    userId: UserId,
    id: SessionId | null,
    due = false,
  ): Promise<OutcomeOf<EndSession>> {
    const outcome = await batcher.submit<EndSession>({
      kind: 'end_session',
      ...unkeyed(caller),
      userId,
      id,
      due,
    })
    work?.authentication.forget(userId)
    return outcome
  }

  async function changePassword(
    userId: UserId,
    { password, next, network, origin }: Parameters<Logins['changePassword']>[1],
  ): Promise<IssuedTokens> {
    const { throttle, passwords, authentication } = ready()
    const attempt = await throttle.attempt(userId, network)
    const found = await store.findLogin(userId)
    const ifPasswordHash = await prove(found?.passwordHash, password)
    await attempt.succeeded()
    const passwordHash = await passwords.hash(next)
    const outcome = await batcher.submit<SetPassword>({
      kind: 'set_password',
      ...unkeyed(userCaller(userId, origin)),
      userId,
      passwordHash,
      ifRoles: null,
      ifPasswordHash,
    })
    authentication.forget(userId)
    if (outcome.kind === 'rejected') throw refusedLogin()
    return await start(outcome.result, passwordHash, origin)
  }

  return {
    login,
    refresh,
    logout,
    changePassword,
    async setPassword(caller, userId, { password, ifRoles }) {
      const { passwords, authentication } = ready()
      const passwordHash = password === null ? null : await passwords.hash(password)
      const outcome = await batcher.submit<SetPassword>({
        kind: 'set_password',
        ...unkeyed(caller),
        userId,
        passwordHash,
        ifRoles,
        ifPasswordHash: null,
      })
      authentication.forget(userId)
      return outcome
    },
    async setRoles(caller, userId, { roles, ifRoles }) {
      const fields = { ...unkeyed(caller), userId, roles, ifRoles }
      const outcome = await batcher.submit<SetRoles>({ kind: 'set_roles', ...fields })
      work?.authentication.forget(userId)
      return outcome
    },
    async find(userId) {
      if ((await store.findUser(userId)) === undefined) return undefined
      return withoutHash((await store.findLogin(userId)) ?? newLogin(userId))
    },
    listSessions: (userId) => store.listSessions(userId),
    endSession: (caller, userId, id) => end(caller, userId, id),
    async expireSessions() {
      const due = await store.listDueSessions(clock.now(), EXPIRE_SESSIONS_LIMIT)
      const users = new Set(due.map(({ userId }) => userId))
      // All of each user's that are due; one that somebody has ended meanwhile has ended.
      await Promise.all([...users].map((userId) => end(FLORIN_CALLER, userId, null, true)))
      return due.length === EXPIRE_SESSIONS_LIMIT ? 'more' : 'done'
    },
    tokens: work?.tokens ?? null,
    authentication: work?.authentication ?? null,
  }

  function unkeyed(caller: Caller) {
    return { ...callerFields({ ...caller, idempotencyKey: null }, null, digest), idempotency: null }
  }
}

/** A user who says who they are by what they send, not by how they came in. */
function userCaller(userId: UserId, origin: Origin | undefined): Caller {
  return {
    principal: userPrincipal(userId),
    idempotencyKey: null,
    ...(origin === undefined ? {} : { origin }),
  }
}

const FLORIN_CALLER = { principal: 'florin', idempotencyKey: null } as Caller

const REFRESH_TOKEN = /^flr_(([0-9a-f-]{36})\.([1-9][0-9]{0,8}))\.([0-9a-f]{64})$/

const NO_SECRET = 'logging in needs FLORIN_AUTH_SECRET, with which tokens are made'

function refusedLogin(): AppError {
  return accessError('login_refused', 'there is no such e-mail address with such a password')
}

function endedSession(): AppError {
  return accessError('session_ended', 'the session has ended: log in again')
}
