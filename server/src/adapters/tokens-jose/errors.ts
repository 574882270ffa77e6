import { errors } from 'jose'
import { accessError, type AccessCode } from '#core/access-codes.ts'
import type { AppError } from '#core/errors.ts'

/** Why a token is not taken. */
export function tokenError(error: unknown): AppError {
  const code = codeOf(error)
  return accessError(code, MESSAGES[code])
}

type TokenCode = Extract<
  AccessCode,
  'invalid_token' | 'token_expired' | 'token_not_yet_valid' | 'wrong_issuer' | 'wrong_audience'
>

const MESSAGES: Readonly<Record<TokenCode, string>> = {
  invalid_token: 'this is no access token that is taken here',
  token_expired: 'the access token has expired',
  token_not_yet_valid: 'the access token is of a time to come',
  wrong_issuer: 'the access token was issued by somebody else',
  wrong_audience: 'the access token was issued for somebody else',
}

function codeOf(error: unknown): TokenCode {
  if (error instanceof errors.JWTExpired) return 'token_expired'
  if (!(error instanceof errors.JWTClaimValidationFailed) || error.reason !== 'check_failed') {
    return 'invalid_token'
  }
  switch (error.claim) {
    case 'nbf':
    case 'iat':
      return 'token_not_yet_valid'
    case 'iss':
      return 'wrong_issuer'
    case 'aud':
      return 'wrong_audience'
    default:
      return 'invalid_token'
  }
}
