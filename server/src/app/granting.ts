// Nobody gives what they have not: an API key can do no more than whoever makes it, or gives it a new secret.
import { accessError } from '#core/access-codes.ts'
import type { Scope } from '#core/access.ts'
import type { Florin } from './florin.ts'

/** Florin for one who has these scopes. */
export function grantingOwnScopes(florin: Florin, own: ReadonlySet<Scope>): Florin {
  const { apiKeys } = florin

  function check(given: readonly Scope[]): void {
    const missing = given.find((scope) => !own.has(scope))
    if (missing !== undefined) {
      throw accessError('scope_not_yours', `you do not have the scope ${missing}, and so cannot give it`)
    }
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
  }
}
