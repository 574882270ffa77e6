// The rules of users.
import type { CreateUser, EraseUser, OutcomeOf, Rejected, UpdateUser } from './command.ts'
import { forgetPerson, putUser, type Draft } from './draft.ts'
import { endLogin, rolesRefusal } from './decide-login.ts'
import { userFact } from './facts.ts'
import type { UserId } from './ids.ts'
import { accepted, rejected } from './outcome.ts'
import { emailKey, withoutPerson, type User } from './user.ts'

/** Makes a user, or refuses: user_exists, email_taken. */
export function decideCreateUser(draft: Draft, command: CreateUser): OutcomeOf<CreateUser> {
  const { id, name, email, metadata, principal } = command
  if (draft.state.users.has(id)) return rejected('user_exists', 'id', `user ${id} exists`)
  const taken = emailRefusal(draft, id, email)
  if (taken !== null) return taken

  const { at } = draft.changes
  const user: User = { id, name, email, metadata, version: 1, createdAt: at, updatedAt: at, erasedAt: null }
  putUser(draft, user)
  draft.changes.facts.push(userFact('user.created', principal, user))
  return accepted('user', user)
}

/** Changes a user, or refuses: user_not_found, email_taken, version_mismatch, user_erased. */
export function decideUpdateUser(draft: Draft, command: UpdateUser): OutcomeOf<UpdateUser> {
  const { id, ifVersion, changes, principal } = command
  const before = draft.state.users.get(id)
  if (before === undefined) return rejected('user_not_found', 'id', `user ${id} does not exist`)
  const taken = emailRefusal(draft, id, changes.email ?? null)
  if (taken !== null) return taken
  if (ifVersion !== null && ifVersion !== before.version) {
    return rejected('version_mismatch', 'If-Match', `user ${id} is at version ${before.version}`)
  }
  if (before.erasedAt !== null) return rejected('user_erased', 'id', `user ${id} has been erased`)

  const after: User = { ...before, ...changes, version: before.version + 1, updatedAt: draft.changes.at }
  putUser(draft, after)
  draft.changes.facts.push(userFact('user.updated', principal, after))
  return accepted('user', after)
}

/**
 * Takes the person from a user, or refuses: user_not_found, roles_changed. Whoever is erased stays as they are. Id, accounts and metadata
 * stay; whatever else names the person, or lets them in, ends here.
 */
export function decideEraseUser(draft: Draft, command: EraseUser): OutcomeOf<EraseUser> {
  const { id, principal } = command
  const before = draft.state.users.get(id)
  if (before === undefined) return rejected('user_not_found', 'id', `user ${id} does not exist`)
  const refusal = rolesRefusal(draft, { userId: id, ifRoles: command.ifRoles })
  if (refusal !== null) return refusal
  if (before.erasedAt !== null) return accepted('user', before)

  const { at } = draft.changes
  const after: User = {
    ...withoutPerson(before),
    version: before.version + 1,
    updatedAt: at,
    erasedAt: at,
  }
  putUser(draft, after)
  forgetPerson(draft, id)
  draft.changes.facts.push(userFact('user.erased', principal, after))
  endLogin(draft, principal, id)
  return accepted('user', after)
}

function emailRefusal(draft: Draft, id: UserId, email: string | null): Rejected | null {
  const holder = email === null ? undefined : draft.state.emails.get(emailKey(email))
  return holder === undefined || holder === id
    ? null
    : rejected('email_taken', 'email', 'another user has this e-mail address')
}
