// Who comes in, and what they then have of Florin. Every edge asks here, for every request, before anything else.
import { accessError } from '#core/access-codes.ts'
import { ANYONE, NOBODY, type Access } from '#core/access.ts'
import { API_KEY_PREFIX } from '#core/api-key.ts'
import { operationRefusal, operations, type OperationName } from '#core/operations.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import { createAccountOwners, type AccountOwners } from './account-owners.ts'
import { noneExternal, withDebitCheck, withoutIssuing } from './debits.ts'
import type { Florin } from './florin.ts'
import { grantingOwnScopes } from './granting.ts'
import { toOwnFlorin } from './own-florin.ts'
import type { TokenAuthentication } from './token-authentication.ts'

/** What a request says about who sends it. */
interface Credentials {
  /** As HTTP's Authorization: `Bearer flk_…`; undefined when there is none. */
  readonly authorization: string | undefined
}

/** Lets callers in. */
export interface AccessControl {
  readonly authentication: 'on' | 'off'
  /** Who calls, if they may begin with the operation. Throws unauthorized or forbidden, with a code of accessCodes. */
  admit(credentials: Credentials, operation: OperationName): Promise<Access>
  /** Florin as far as this caller may use it: what they may not touch throws forbidden, or is not there. */
  florinFor(access: Access): Florin
}

/** What people are told who run Florin so. */
export const OPEN_NOTICE =
  'authentication is off: whoever can connect to this address of this machine may move money'

/** Everybody is let in, and may do everything but what only somebody known can do: for one's own machine. */
export function openAccess(florin: Florin): AccessControl {
  async function admit(_credentials: Credentials, operation: OperationName): Promise<Access> {
    return admitted(ANYONE, operation)
  }
  return { authentication: 'off', admit, florinFor: () => florin }
}

function admitted(access: Access, operation: OperationName): Access {
  const refusal = operationRefusal(access, operation)
  if (refusal !== null) throw refusal
  return access
}

/** Only callers that are known are let in, and only to what they may do. */
export function createAccessControl(deps: {
  readonly florin: Florin
  readonly reader: AccessReader
  /** Null: API keys only. */
  readonly tokens: TokenAuthentication | null
}): AccessControl {
  const { florin, reader, tokens } = deps
  const owners = createAccountOwners(reader)
  // A caller is the same object as long as it is known, so its Florin is made once.
  const made = new WeakMap<Access, Florin>()

  async function admit({ authorization }: Credentials, operation: OperationName): Promise<Access> {
    if (operations[operation].needs === 'nothing') return NOBODY
    return admitted(await authenticate(authorization), operation)
  }

  async function authenticate(authorization: string | undefined): Promise<Access> {
    const token = bearerTokenOf(authorization)
    if (token.startsWith(API_KEY_PREFIX)) return await florin.apiKeys.authenticate(token)
    if (tokens === null) throw accessError('invalid_token', 'this is no API key of this Florin')
    return await tokens.authenticate(token)
  }

  function florinFor(access: Access): Florin {
    const known = made.get(access)
    if (known !== undefined) return known
    const narrowed = narrow(florin, access, owners)
    made.set(access, narrowed)
    return narrowed
  }

  return { authentication: 'on', admit, florinFor }
}

/** The token in an Authorization header. Throws unauthorized: unauthenticated, invalid_token. */
export function bearerTokenOf(authorization: string | undefined): string {
  if (authorization === undefined) {
    throw accessError('unauthenticated', 'this needs an Authorization header')
  }
  const token = /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1]
  if (token !== undefined) return token
  throw accessError('invalid_token', 'Authorization must be: Bearer, a space, and a token')
}

function narrow(florin: Florin, access: Access, owners: AccountOwners): Florin {
  if (access.ownOnly) return toOwnFlorin(florin, access, owners)
  const granting = grantingOwnScopes(florin, access.scopes)
  return access.scopes.has('ledger:issue')
    ? granting
    : withDebitCheck(withoutIssuing(granting), noneExternal(owners))
}
