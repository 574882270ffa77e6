/** What the table of operations says will become of a call, in words that every edge shares. */
import type { AccessCode } from '#core/access-codes.ts'
import { roles, scopesOf, type Role } from '#core/access.ts'
import { operations, type OperationName, type OperationRule } from '#core/operations.ts'

/** Who calls in the matrix of access: with a token of the role that stands for an API key, or as a user who logged in. */
export type Who = Role | `${Role} who logged in` | 'nobody'

/** Everybody. */
export const callers: readonly Who[] = [
  'nobody',
  ...roles,
  ...roles.map((role) => `${role} who logged in` as const),
]

/** The role of the caller, and whether the caller is a user. */
export function roleOf(who: Exclude<Who, 'nobody'>): { readonly role: Role; readonly isUser: boolean } {
  const role = who.split(' ')[0] as Role
  return { role, isUser: role !== who || role === 'user' }
}

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
  const { role, isUser } = roleOf(who)
  if (needs !== 'a caller' && !scopesOf([role]).has(needs))
    return { kind: 'forbidden', code: 'scope_missing' }
  if (forUsers === 'self') {
    return isUser ? { kind: 'ok' } : { kind: 'forbidden', code: 'only_for_users' }
  }
  if (role !== 'user') return { kind: 'ok' }
  if (forUsers === 'none') return { kind: 'forbidden', code: 'not_for_users' }
  if (whose === 'own' || forUsers === 'shared' || forUsers === 'listed') return { kind: 'ok' }
  // What holds or reverses is named as well as debited, and the name comes first.
  const named = forUsers === 'named' || ['captureHold', 'reverseTransfer'].includes(operation)
  return named ? { kind: 'not_found' } : { kind: 'forbidden', code: 'not_your_account' }
}
