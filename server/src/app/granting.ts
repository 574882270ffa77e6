// Nobody gives what they have not, nor takes it away: an API key can do no more than whoever makes it, or gives it a new
// secret, and who sets a user's password could log in as that user.
import { accessError } from '#core/access-codes.ts'
import type { Role, Scope } from '#core/access.ts'
import type { UserId } from '#core/ids.ts'
import { reachOf } from '#core/login.ts'
import type { Florin } from './florin.ts'

/** Florin for one who has these scopes. */
export function grantingOwnScopes(florin: Florin, own: ReadonlySet<Scope>): Florin {
  const { apiKeys, logins, users } = florin

  function check(given: Iterable<Scope>): void {
    const missing = [...given].find((scope) => !own.has(scope))
    if (missing !== undefined) {
      throw accessError('scope_not_yours', `you do not have the scope ${missing}, and so cannot give it`)
    }
  }

  /** The roles of a user who may do no more than the caller, of whom something is changed only while that is so. */
  async function rolesWithin(userId: UserId): Promise<readonly Role[] | null> {
    const roles = (await logins.find(userId))?.roles ?? null
    check(scopesGiven(roles ?? []))
    return roles
  }

  return {
    ...florin,
    apiKeys: {
      ...apiKeys,
      async create(caller, request) {
        check(request.scopes)
        return await apiKeys.create(caller, request)
      },
      async rotate(caller, id, overlapSeconds) {
        check((await apiKeys.find(id))?.scopes ?? [])
        return await apiKeys.rotate(caller, id, overlapSeconds)
      },
    },
    users: {
      ...users,
      async erase(caller, id) {
        return await users.erase(caller, id, { ifRoles: await rolesWithin(id) })
      },
    },
    logins: {
      ...logins,
      async setRoles(caller, userId, { roles }) {
        check(scopesGiven(roles))
        return await logins.setRoles(caller, userId, { roles, ifRoles: await rolesWithin(userId) })
      },
      async setPassword(caller, userId, { password }) {
        return await logins.setPassword(caller, userId, { password, ifRoles: await rolesWithin(userId) })
      },
    },
  }
}

/** Users who are kept to what is theirs approve nothing: with that scope they take back what they have asked for. */
function scopesGiven(roles: readonly Role[]): readonly Scope[] {
  const { scopes, ownOnly } = reachOf(roles)
  return [...scopes].filter((scope) => !ownOnly || scope !== 'approvals:write')
}
