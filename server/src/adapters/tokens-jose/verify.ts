import { errors, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose'
import type { Instant } from '#core/instant.ts'
import type { TokenClaims } from '#ports/access-tokens.ts'
import { tokenError } from './errors.ts'

/** How far the clocks of issuer and Florin may differ. */
const CLOCK_TOLERANCE_SECONDS = 5

/** Throws unauthorized for a token that is not good in every respect. */
export async function verifyToken(
  token: string,
  key: JWTVerifyGetKey,
  now: Instant,
  options: Pick<JWTVerifyOptions, 'algorithms' | 'issuer' | 'audience' | 'typ'>,
): Promise<TokenClaims> {
  try {
    const currentDate = new Date(now)
    const { payload } = await jwtVerify(token, key, {
      ...options,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate,
      requiredClaims: ['sub', 'exp'],
    })
    const { sub: subject = '', exp = 0, iat } = payload
    // The library looks at it only where there is an oldest age.
    if (typeof iat === 'number' && iat > currentDate.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS) {
      throw new errors.JWTClaimValidationFailed('in the future', payload, 'iat', 'check_failed')
    }
    return { subject, expiresAtMs: (exp + CLOCK_TOLERANCE_SECONDS) * 1000, claims: payload }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw tokenError(error)
    throw error
  }
}
