import type { IssuedTokens } from '#app/logins.ts'
import { bearerTokenOf } from '#app/access-control.ts'
import { expectDefined } from '#core/assert.ts'
import { parseMessage } from '../../http/validation.ts'
import {
  LoginAttempt,
  LogoutRequest,
  PasswordChange,
  RefreshRequest,
  toTokens,
} from '../../http/v2/login-schemas.ts'
import { answered, unary, type Answer, type Edge, type Handlers } from '../calls.ts'

/** florin.v2.AuthService */
export function createAuthService(edge: Edge): Handlers {
  return {
    Login: unary(edge, async (fields, { florin, network, origin }) => {
      return issued(await florin.logins.login({ ...parseMessage(LoginAttempt, fields), network, origin }))
    }),

    Refresh: unary(edge, async (fields, { florin, origin }) => {
      const { refresh_token: token } = parseMessage(RefreshRequest, fields)
      return issued(await florin.logins.refresh(token, origin))
    }),

    Logout: unary(edge, async (fields, { florin, authorization, origin }) => {
      const { refresh_token: token = bearerTokenOf(authorization) } = parseMessage(LogoutRequest, fields)
      await florin.logins.logout(token, origin)
      return answered({})
    }),

    ChangePassword: unary(edge, async (fields, { florin, userId, network, origin }) => {
      const { current_password: password, new_password: next } = parseMessage(PasswordChange, fields)
      const user = expectDefined(userId ?? undefined, 'a user who calls')
      return issued(await florin.logins.changePassword(user, { password, next, network, origin }))
    }),
  }
}

function issued(tokens: IssuedTokens): Answer {
  return answered({ tokens: toTokens(tokens) })
}
