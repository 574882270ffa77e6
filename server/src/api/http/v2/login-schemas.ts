// What v2 reads and answers about passwords, roles and sessions.
import { z } from 'zod'
import type { IssuedTokens } from '#app/logins.ts'
import { roles, type Role } from '#core/access.ts'
import { parseUuidV7, type SessionId } from '#core/ids.ts'
import {
  parsePassword,
  parseRoles,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type Login,
  type Session,
} from '#core/login.ts'
import { parsedText, userIdText } from '../fields.ts'
import { instant, uuid } from './shown.ts'

/** What is longer is nobody's, and is not worth a hash. In UTF-16 units, of which a character has two at most. */
const TEXT_LENGTH_MAX = 2 * PASSWORD_LENGTH_MAX
const TOKEN_LENGTH_MAX = 8192

const givenPassword = z.string().min(1).max(TEXT_LENGTH_MAX).meta({ format: 'password' })
const newPassword = parsedText(parsePassword, {
  format: 'password',
  description: `${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`,
  examples: ['correct horse battery staple'],
})

/** `POST /v2/auth/login` */
export const LoginAttempt = z
  .strictObject({
    email: z
      .string()
      .min(1)
      .max(254)
      .meta({ examples: ['ada@example.com'] }),
    password: givenPassword,
  })
  .meta({
    id: 'LoginAttempt',
    examples: [{ email: 'ada@example.com', password: 'correct horse battery staple' }],
  })

const refreshToken = z
  .string()
  .min(1)
  .max(TOKEN_LENGTH_MAX)
  .meta({ examples: ['flr_…'] })

/** `POST /v2/auth/refresh` */
export const RefreshRequest = z
  .strictObject({ refresh_token: refreshToken })
  .meta({ id: 'RefreshRequest', examples: [{ refresh_token: 'flr_…' }] })

/** `POST /v2/auth/logout` */
export const LogoutRequest = z
  .strictObject({
    refresh_token: refreshToken
      .optional()
      .meta({ description: 'Of the session that ends; absent: it is that of the access token' }),
  })
  .meta({ id: 'LogoutRequest', examples: [{ refresh_token: 'flr_…' }] })
  .prefault({})

/** `POST /v2/auth/password` */
export const PasswordChange = z
  .strictObject({ current_password: givenPassword, new_password: newPassword })
  .meta({
    id: 'PasswordChange',
    examples: [
      { current_password: 'correct horse battery staple', new_password: 'a staple of correct batteries' },
    ],
  })

/** `PUT /v2/users/{user_id}/password` */
export const NewPassword = z
  .strictObject({ password: newPassword })
  .meta({ id: 'NewPassword', examples: [{ password: 'correct horse battery staple' }] })

/** `PUT /v2/users/{user_id}/roles` */
export const NewRoles = z
  .strictObject({
    roles: z
      .array(z.string())
      .transform((names, ctx): readonly Role[] => {
        const result = parseRoles(names)
        if (result.ok) return result.value
        ctx.issues.push({ code: 'custom', message: result.problem, input: names })
        return z.NEVER
      })
      .meta({
        type: 'array',
        items: { enum: [...roles] },
        minItems: 1,
        description: 'All that the user has from now on; nothing that you may not do yourself',
      }),
  })
  .meta({ id: 'NewRoles', examples: [{ roles: ['operator'] }] })

/** Path of one session. */
export const SessionPath = z.strictObject({
  user_id: userIdText,
  session_id: parsedText(parseUuidV7<SessionId>, { format: 'uuid' }),
})

/** What lets a user in, and keeps them in. */
export const TokensSchema = z
  .strictObject({
    access_token: z.string().meta({ description: 'For `Authorization: Bearer`: a JWT', examples: ['eyJ…'] }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds for which the access token is good' }),
    refresh_token: z.string().meta({ description: 'Good once, for the next tokens', examples: ['flr_…'] }),
    refresh_expires_at: instant.meta({ description: 'Until when the refresh token is good' }),
    session_id: uuid,
    user_id: uuid,
  })
  .meta({ id: 'Tokens' })

/** Nothing is left to say. */
export const LoggedOutSchema = z.strictObject({}).meta({ id: 'LoggedOut' })

/** How a user may log in. */
export const LoginSchema = z
  .strictObject({
    user_id: uuid,
    roles: z.array(z.string()),
    password_set_at: instant.nullable().meta({ description: 'null: there is no password' }),
  })
  .meta({ id: 'Login' })

/** A session. */
export const SessionSchema = z
  .strictObject({
    id: uuid,
    user_id: uuid,
    started_at: instant,
    refreshed_at: instant,
    expires_at: instant.meta({ description: 'When it is over unless it is refreshed' }),
  })
  .meta({ id: 'Session' })

/** The sessions of a user. */
export const SessionList = z.strictObject({ data: z.array(SessionSchema) }).meta({ id: 'SessionList' })

/** Renders tokens. */
export function toTokens(issued: IssuedTokens): z.output<typeof TokensSchema> {
  const { id, userId, expiresAt } = issued.session
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    expires_in: issued.accessTokenSeconds,
    refresh_token: issued.refreshToken,
    refresh_expires_at: expiresAt,
    session_id: id,
    user_id: userId,
  }
}

/** Renders how a user may log in. */
export function toLogin({ userId, roles: given, passwordSetAt }: Login): z.output<typeof LoginSchema> {
  return { user_id: userId, roles: [...given], password_set_at: passwordSetAt }
}

/** Renders a session. */
export function toSession(session: Session): z.output<typeof SessionSchema> {
  return {
    id: session.id,
    user_id: session.userId,
    started_at: session.startedAt,
    refreshed_at: session.refreshedAt,
    expires_at: session.expiresAt,
  }
}
