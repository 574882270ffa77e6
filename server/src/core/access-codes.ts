// The closed list of reasons for which a caller is turned away before anything is decided.
import { AppError, type AttemptDetails } from './errors.ts'

/** Every such reason: `unauthorized` when it is not known who calls, `forbidden` when that one may not. */
export const accessCodes = {
  /** There are no credentials, and this needs some. */
  unauthenticated: 'unauthorized',
  /** The credentials are nothing that Florin knows. */
  invalid_token: 'unauthorized',
  /** The API key has been revoked, or rotated out. */
  key_revoked: 'unauthorized',
  /** The API key has expired. */
  key_expired: 'unauthorized',
  /** The access token has expired: refresh it. */
  token_expired: 'unauthorized',
  /** The access token is of a time to come. */
  token_not_yet_valid: 'unauthorized',
  /** The access token was issued by somebody else. */
  wrong_issuer: 'unauthorized',
  /** The access token was issued for somebody else. */
  wrong_audience: 'unauthorized',
  /** The session has ended: log in again. */
  session_ended: 'unauthorized',
  /** The refresh token was used before, so the session has ended: log in again. */
  refresh_token_reused: 'unauthorized',
  /** There is no such e-mail address with such a password. */
  login_refused: 'unauthorized',
  /** The caller lacks the scope that this needs. */
  scope_missing: 'forbidden',
  /** This is not for users, only for those who run the ledger. */
  not_for_users: 'forbidden',
  /** This is for users who are logged in, about themselves. */
  only_for_users: 'forbidden',
  /** An account that would be debited is not the user's own. */
  not_your_account: 'forbidden',
  /** Nobody gives scopes that they have not themselves. */
  scope_not_yours: 'forbidden',
} as const satisfies Record<string, 'unauthorized' | 'forbidden'>

/** Why a caller is turned away. */
export type AccessCode = keyof typeof accessCodes

/** The error that turns a caller away. */
export function accessError(code: AccessCode, message: string, attempt: AttemptDetails = {}): AppError {
  return new AppError(accessCodes[code], message, { code, attempt })
}

/** The reason, when the error turns a caller away. */
export function accessCodeOf(error: unknown): AccessCode | null {
  return error instanceof AppError && Object.hasOwn(accessCodes, error.code)
    ? (error.code as AccessCode)
    : null
}
