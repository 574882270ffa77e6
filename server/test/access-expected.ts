/** What the table of operations says will become of a call, in words that every edge shares. */
import type { AccessCode } from '#core/access-codes.ts'
import { scopesOf, type Role } from '#core/access.ts'
import { operations, type OperationName, type OperationRule } from '#core/operations.ts'

/** Who calls in the matrix of access. */
export type Who = Role | 'nobody'

/** To whom belongs what a call is about. */
export const ownerships = ['own', "another's"] as const

/** Whose it is. */
export type Whose = (typeof ownerships)[number]

/** What becomes of a call: the kind of its error, and its code where every operation has the same. */
export type Expected =
  | { readonly kind: 'ok' | 'not_found' }
  | { readonly kind: 'unauthorized' | 'forbidden'; readonly code: AccessCode }

/** What the table says. */
export function expectedOf(operation: OperationName, who: Who, whose: Whose): Expected {
  const { needs, forUsers }: OperationRule = operations[operation]
  if (needs === 'nothing') return { kind: 'ok' }
  if (who === 'nobody') return { kind: 'unauthorized', code: 'unauthenticated' }
  if (needs !== 'a caller' && !scopesOf([who]).has(needs)) return { kind: 'forbidden', code: 'scope_missing' }
  if (who !== 'user') return { kind: 'ok' }
  if (forUsers === 'none') return { kind: 'forbidden', code: 'not_for_users' }
  if (whose === 'own' || forUsers === 'shared' || forUsers === 'listed') return { kind: 'ok' }
  // What holds or reverses is named as well as debited, and the name comes first.
  const named = forUsers === 'named' || ['captureHold', 'reverseTransfer'].includes(operation)
  return named ? { kind: 'not_found' } : { kind: 'forbidden', code: 'not_your_account' }
}
