// What the claims of an OpenID provider's token come to here.
import { accessError } from '#core/access-codes.ts'
import { roles, scopes, type Access, type Role, type Scope } from '#core/access.ts'
import type { Principal } from '#core/command-fields.ts'
import { parseUuidV7, type UserId } from '#core/ids.ts'
import { reachOf, userPrincipal } from '#core/login.ts'
import type { TokenClaims } from '#ports/access-tokens.ts'

/** Which claims say what; a name with points may lead into objects: `realm_access.roles`. */
export interface ClaimNames {
  /** The id of the Florin user who calls. */
  readonly user: string
  readonly roles: string
  readonly scopes: string
}

/** OpenID Connect Core section 2: at most 255 characters of ASCII. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/

/** Who calls. A user with no role beyond that of a user reaches only what is their own. Throws unauthorized. */
export function toForeignAccess({ subject, claims }: TokenClaims, names: ClaimNames): Access {
  const userId = readUser(claimOf(claims, names.user))
  const given = wordsOf(claimOf(claims, names.roles)).filter((word): word is Role =>
    (roles as readonly string[]).includes(word),
  )
  const named = wordsOf(claimOf(claims, names.scopes))
  const reach = reachOf(given)
  const all = new Set<Scope>([...reach.scopes, ...scopes.filter((scope) => named.includes(scope))])
  if (userId !== null) {
    // Without a role, scopes alone say nothing about whose accounts they are for: the user's own.
    return { principal: userPrincipal(userId), scopes: all, userId, ownOnly: reach.ownOnly }
  }
  if (given.includes('user') && reach.ownOnly) {
    throw accessError('invalid_token', `the token has the role of a user, and no user in ${names.user}`)
  }
  if (!SUBJECT.test(subject)) throw accessError('invalid_token', 'the subject of the token is no name')
  return { principal: `oidc:${subject}` as Principal, scopes: all, userId: null, ownOnly: false }
}

function readUser(claim: unknown): UserId | null {
  if (claim === undefined || claim === null) return null
  const result = typeof claim === 'string' ? parseUuidV7<UserId>(claim) : null
  if (result?.ok !== true) throw accessError('invalid_token', 'the token names no Florin user by its id')
  return result.value
}

function claimOf(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

/** A list of words, or words with spaces between them. */
function wordsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ')
  return Array.isArray(claim) ? claim.map(String) : []
}
