import { parseMessage } from '../../http/validation.ts'
import { NewPassword, NewRoles, SessionPath, toLogin, toSession } from '../../http/v2/login-schemas.ts'
import { UserPath } from '../../http/v2/user-schemas.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { changedAs } from './changes.ts'

/** The methods of florin.v2.UserService about logging in. */
export function createLoginMethods(edge: Edge): Handlers {
  const ofUser = changedAs('user_id')
  return {
    GetLogin: unary(edge, async (fields, { florin }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      const login = await florin.logins.find(id)
      return login === undefined ? failed(notFound('user', id)) : answered({ login: toLogin(login) })
    }),

    SetRoles: unary(edge, async ({ user_id: id, ...fields }, { florin, callerOf }) => {
      const path = parseMessage(UserPath, { user_id: id })
      const asked = { ...parseMessage(NewRoles, fields), ifRoles: null }
      const outcome = await florin.logins.setRoles(callerOf(undefined), path.user_id, asked)
      return answerOf(outcome, (login) => ({ login: toLogin(login) }), ofUser)
    }),

    SetPassword: unary(edge, async ({ user_id: id, ...fields }, { florin, callerOf }) => {
      const path = parseMessage(UserPath, { user_id: id })
      const asked = { ...parseMessage(NewPassword, fields), ifRoles: null }
      const outcome = await florin.logins.setPassword(callerOf(undefined), path.user_id, asked)
      return answerOf(outcome, (login) => ({ login: toLogin(login) }), ofUser)
    }),

    RemovePassword: unary(edge, async (fields, { florin, callerOf }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      const asked = { password: null, ifRoles: null }
      const outcome = await florin.logins.setPassword(callerOf(undefined), id, asked)
      return answerOf(outcome, (login) => ({ login: toLogin(login) }), ofUser)
    }),

    ListSessions: unary(edge, async (fields, { florin: { logins } }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      if ((await logins.find(id)) === undefined) return failed(notFound('user', id))
      return answered({ sessions: (await logins.listSessions(id)).map(toSession) })
    }),

    EndSession: unary(edge, async (fields, { florin, callerOf }) => {
      const { user_id: userId, session_id: id } = parseMessage(SessionPath, fields)
      const outcome = await florin.logins.endSession(callerOf(undefined), userId, id)
      return answerOf(outcome, ([ended]) => ({ session: ended && toSession(ended) }), ofUser)
    }),

    EndSessions: unary(edge, async (fields, { florin, callerOf }) => {
      const { user_id: id } = parseMessage(UserPath, fields)
      const outcome = await florin.logins.endSession(callerOf(undefined), id, null)
      return answerOf(outcome, (ended) => ({ sessions: ended.map(toSession) }), ofUser)
    }),
  }
}
