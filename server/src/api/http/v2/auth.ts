import { bearerTokenOf } from '#app/access-control.ts'
import { expectDefined } from '#core/assert.ts'
import { accessOf, originOf, type FlorinOf } from '../access.ts'
import { answer, problems } from '../answers.ts'
import { noQuery } from '../fields.ts'
import { networkOf } from '../rate-limit.ts'
import type { ZodApp } from '../validation.ts'
import {
  LoggedOutSchema,
  LoginAttempt,
  LogoutRequest,
  PasswordChange,
  RefreshRequest,
  TokensSchema,
  toTokens,
} from './login-schemas.ts'

/** Adds `/auth`. */
export function serveAuth(app: ZodApp, florinOf: FlorinOf): void {
  const tags = ['login']
  const tokens = answer('The tokens', TokensSchema)

  app.post(
    '/auth/login',
    {
      schema: {
        operationId: 'login',
        tags,
        summary: 'Log in with e-mail address and password',
        description:
          'An address that nobody has is answered as a wrong password is. Too many tries, of one address or from one network, have to wait.',
        querystring: noQuery,
        body: LoginAttempt,
        response: {
          200: tokens,
          ...problems('body', { 401: 'login_refused', 409: 'authentication_not_set_up' }),
        },
      },
    },
    async (request) => {
      const attempt = { ...request.body, network: networkOf(request), origin: originOf(request) }
      return toTokens(await florinOf(request).logins.login(attempt))
    },
  )

  app.post(
    '/auth/refresh',
    {
      schema: {
        operationId: 'refresh',
        tags,
        summary: 'Take a refresh token for new tokens',
        description:
          'A refresh token is good once. Used again, it ends the session: somebody else has it. Within ten seconds of its first use it is answered with the same next refresh token, for a client that got no answer.',
        querystring: noQuery,
        body: RefreshRequest,
        response: {
          200: tokens,
          ...problems('body', {
            401: 'invalid_token, session_ended, refresh_token_reused',
            409: 'authentication_not_set_up',
          }),
        },
      },
    },
    async (request) =>
      toTokens(await florinOf(request).logins.refresh(request.body.refresh_token, originOf(request))),
  )

  app.post(
    '/auth/logout',
    {
      schema: {
        operationId: 'logout',
        tags,
        summary: 'End a session',
        description: 'That of the refresh token; without one, that of the access token in Authorization.',
        querystring: noQuery,
        body: LogoutRequest,
        response: {
          200: answer('It has ended, now or before', LoggedOutSchema),
          ...problems('body', {
            401: 'unauthenticated, invalid_token, token_expired, session_ended',
            409: 'authentication_not_set_up',
          }),
        },
      },
    },
    async (request) => {
      const token = request.body.refresh_token ?? bearerTokenOf(request.headers.authorization)
      await florinOf(request).logins.logout(token, originOf(request))
      return {}
    },
  )

  app.post(
    '/auth/password',
    {
      schema: {
        operationId: 'changePassword',
        tags,
        summary: "Change one's own password",
        description: 'Ends all sessions of the user, the present one too, and begins another.',
        querystring: noQuery,
        body: PasswordChange,
        response: { 200: tokens, ...problems('body', { 409: 'authentication_not_set_up' }) },
      },
    },
    async (request) => {
      const { current_password: password, new_password: next } = request.body
      const userId = expectDefined(accessOf(request).userId ?? undefined, 'a user who calls')
      const attempt = { password, next, network: networkOf(request), origin: originOf(request) }
      return toTokens(await florinOf(request).logins.changePassword(userId, attempt))
    },
  )
}
