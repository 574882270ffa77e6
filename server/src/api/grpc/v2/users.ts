import { parseMessage } from '../../http/validation.ts'
import { NewUser, toUser, UserChanges, userList, UserPath } from '../../http/v2/user-schemas.ts'
import { userPage } from '../../http/v2/users.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import type { Fields } from '../codec.ts'
import { notFound } from '../problems.ts'
import { readList } from './lists.ts'
import { createLoginMethods } from './logins.ts'
import { changedAs, metadataChange, readVersion } from './changes.ts'

/** florin.v2.UserService */
export function createUserService(edge: Edge): Handlers {
  return {
    ...createLoginMethods(edge),

    CreateUser: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { id = null, ...profile } = parseMessage(NewUser, fields)
      const outcome = await florin.users.create(callerOf(key), { id, ...profile })
      return answerOf(outcome, (user) => ({ user: toUser(user) }))
    }),

    GetUser: unary(edge, async (fields, { florin }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      const user = await florin.directory.findUser(id)
      return user === undefined ? failed(notFound('user', id)) : answered({ user: toUser(user) })
    }),

    ListUsers: unary(edge, async (fields, { florin }) => {
      const { data: users, ...page } = await userPage(florin, readList(userList, fields))
      return answered({ users, ...page })
    }),

    UpdateUser: unary(edge, async (request, { florin, callerOf }) => {
      const { idempotency_key: key, if_version: version, user_id: id, ...fields } = request
      const path = parseMessage(UserPath, { user_id: id })
      const { name, email, metadata } = parseMessage(UserChanges, toChanges(fields))
      const outcome = await florin.users.update(callerOf(key), path.user_id, {
        ifVersion: readVersion(version),
        changes: {
          ...(name === undefined ? {} : { name }),
          ...(email === undefined ? {} : { email }),
          ...(metadata === undefined ? {} : { metadata }),
        },
      })
      return answerOf(outcome, (user) => ({ user: toUser(user) }), changedAs('user_id'))
    }),

    EraseUser: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      const outcome = await florin.users.erase(callerOf(key), id, { ifRoles: null })
      return answerOf(outcome, (user) => ({ user: toUser(user) }), changedAs('user_id'))
    }),
  }
}

/** As REST takes it: null takes a name or an address away. */
function toChanges({ metadata, ...fields }: Fields): object {
  const texts = Object.entries(fields).map(([name, value]) => [name, value === '' ? null : value])
  return { ...Object.fromEntries(texts), ...metadataChange(metadata) }
}
