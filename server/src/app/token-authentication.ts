// Who calls, by an access token: of a session of Florin's own, or of an OpenID provider. A token is verified once and then
// known by its hash; whether its session is still there is asked for anew.
import { accessError } from '#core/access-codes.ts'
import type { Access, Role } from '#core/access.ts'
import { parseUuidV7, type SessionId, type UserId } from '#core/ids.ts'
import { reachOf, userPrincipal, type Session } from '#core/login.ts'
import type { ForeignTokens, TokenClaims, TokenKeys } from '#ports/access-tokens.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import { toForeignAccess, type ClaimNames } from './foreign-access.ts'
import { createFreshCache } from './fresh-cache.ts'
import { createGroupedLoad } from './grouped-load.ts'
import type { TokenIssuer } from './token-issuer.ts'

/** A session that another process ended, and roles that it gave, count here after at most so long. */
const SESSION_CACHE_AGE_MAX_MS = 1_000
const SESSION_CACHE_SIZE_MAX = 20_000
/** About 10 MB. */
const VERIFIED_MAX = 20_000
/** What is longer is not looked at. */
const TOKEN_LENGTH_MAX = 8_192

/** Knows callers by tokens that are no API keys. */
export interface TokenAuthentication {
  /** Whose token it is. Throws unauthorized. The same caller is the same object as long as the token is good. */
  authenticate(token: string): Promise<Access>
}

/** Knows callers by access tokens. */
export interface SessionAuthentication extends TokenAuthentication {
  /** Whose session the token is of. Throws unauthorized. */
  sessionOf(token: string): Promise<Session>
  /** What was known of the user's sessions is not so any more. */
  forget(userId: UserId): void
}

interface KnownSession {
  readonly session: Session
  readonly access: Access
}

type Verified = { readonly expiresAtMs: number } & (
  { readonly sessionId: SessionId } | { readonly access: Access }
)

/** Makes it. */
export function createTokenAuthentication(deps: {
  readonly issuer: TokenIssuer
  readonly keys: Pick<TokenKeys, 'peek'>
  readonly reader: LoginReader
  readonly digest: HexDigest
  readonly clock: Clock
  /** Null: only Florin's own tokens are taken. */
  readonly foreign: { readonly tokens: ForeignTokens; readonly names: ClaimNames } | null
}): SessionAuthentication {
  const { issuer, keys, reader, digest, clock, foreign } = deps
  /** By the token's hash; the one that was verified longest ago comes first. */
  const verified = new Map<string, Verified>()
  const load = createGroupedLoad<SessionId, KnownSession>(async (ids) => {
    const found = await reader.findSessions(ids)
    return new Map(
      found.map(({ session, roles }) => [session.id, { session, access: toAccess(session, roles) }]),
    )
  })
  const sessions = createFreshCache({
    load: async (id) => await load(id as SessionId),
    ageMaxMs: SESSION_CACHE_AGE_MAX_MS,
    sizeMax: SESSION_CACHE_SIZE_MAX,
  })

  async function verify(token: string): Promise<Verified> {
    if (token.length > TOKEN_LENGTH_MAX) throw accessError('invalid_token', 'no token is so long')
    const hash = digest(token)
    const known = verified.get(hash)
    if (known !== undefined) {
      if (Date.parse(clock.now()) < known.expiresAtMs) return known
      verified.delete(hash)
    }
    const fresh = await verifyAnew(token)
    if (verified.size >= VERIFIED_MAX) verified.delete(verified.keys().next().value as string)
    verified.set(hash, fresh)
    return fresh
  }

  async function verifyAnew(token: string): Promise<Verified> {
    const said = keys.peek(token)
    if (said === null) throw accessError('invalid_token', 'this is neither an API key nor an access token')
    if (foreign !== null && said.issuer === foreign.tokens.issuer) {
      const claims = await foreign.tokens.verify(token, clock.now())
      const access = toForeignAccess(claims, foreign.names)
      return { expiresAtMs: claims.expiresAtMs, access }
    }
    // Whoever else issued it, it names no key of Florin's, and the key is looked for first.
    if (said.issuer !== OWN_ISSUER)
      throw accessError('wrong_issuer', 'tokens of this issuer are not taken here')
    const claims = await issuer.verify(token, said.keyId)
    return { expiresAtMs: claims.expiresAtMs, sessionId: sessionIdOf(claims) }
  }

  async function findSession(id: SessionId): Promise<KnownSession> {
    const known = await sessions.get(id)
    if (known === undefined || known.session.expiresAt <= clock.now()) {
      throw accessError('session_ended', 'the session has ended: log in again')
    }
    return known
  }

  return {
    async authenticate(token) {
      const known = await verify(token)
      return 'access' in known ? known.access : (await findSession(known.sessionId)).access
    },
    async sessionOf(token) {
      const known = await verify(token)
      if ('access' in known) throw accessError('session_ended', 'a session of another issuer ends there')
      return (await findSession(known.sessionId)).session
    },
    forget: (userId) => sessions.forget((known) => known?.session.userId === userId),
  }
}

const OWN_ISSUER = 'florin'

function sessionIdOf({ claims }: TokenClaims): SessionId {
  const result = parseUuidV7<SessionId>(String(claims['sid']))
  if (!result.ok) throw accessError('invalid_token', 'the access token is of no session')
  return result.value
}

function toAccess({ userId }: Session, roles: readonly Role[]): Access {
  return { principal: userPrincipal(userId), userId, ...reachOf(roles) }
}
