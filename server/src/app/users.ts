// Use cases of users.
import type { CreateUser, EraseUser, OutcomeOf, UpdateUser } from '#core/command.ts'
import type { UserId } from '#core/ids.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'

/** A user to make. `id` null: Florin allots one. */
export interface UserRequest extends Pick<CreateUser, 'name' | 'email' | 'metadata'> {
  readonly id: UserId | null
}

/** Makes, changes and erases users. */
export interface Users {
  create(caller: Caller, request: UserRequest): Promise<OutcomeOf<CreateUser>>
  update(
    caller: Caller,
    id: UserId,
    request: Pick<UpdateUser, 'ifVersion' | 'changes'>,
  ): Promise<OutcomeOf<UpdateUser>>
  /** Name and e-mail address are gone afterwards, wherever Florin had them; once more changes nothing. */
  erase(caller: Caller, id: UserId, request: Pick<EraseUser, 'ifRoles'>): Promise<OutcomeOf<EraseUser>>
}

/** Makes the use cases. */
export function createUsers(deps: {
  readonly batcher: CommandBatcher
  readonly ids: IdSource
  readonly digest: HexDigest
  /** Called with each user who was erased, and whose tokens must not be known any more. */
  readonly onErased: (id: UserId) => void
}): Users {
  const { batcher, ids, digest, onErased } = deps

  async function create(caller: Caller, request: UserRequest): Promise<OutcomeOf<CreateUser>> {
    const { id, name, email, metadata } = request
    return await batcher.submit({
      kind: 'create_user',
      ...callerFields(caller, { kind: 'create_user', id, name, email, metadata }, digest),
      id: id ?? ids.userId(),
      name,
      email,
      metadata,
    })
  }

  async function update(
    caller: Caller,
    id: UserId,
    { ifVersion, changes }: Pick<UpdateUser, 'ifVersion' | 'changes'>,
  ): Promise<OutcomeOf<UpdateUser>> {
    return await batcher.submit({
      kind: 'update_user',
      ...callerFields(caller, { kind: 'update_user', id, ifVersion, changes }, digest),
      id,
      ifVersion,
      changes,
    })
  }

  async function erase(
    caller: Caller,
    id: UserId,
    { ifRoles }: Pick<EraseUser, 'ifRoles'>,
  ): Promise<OutcomeOf<EraseUser>> {
    const fields = callerFields(caller, { kind: 'erase_user', id }, digest)
    const outcome = await batcher.submit<EraseUser>({ kind: 'erase_user', ...fields, id, ifRoles })
    onErased(id)
    return outcome
  }

  return { create, update, erase }
}
