// What a caller who is turned away is told to come with (RFC 6750, section 3).
import { accessCodeOf } from '#core/access-codes.ts'
import type { AppError } from '#core/errors.ts'

const SCHEME = 'Bearer realm="florin"'

/** The header that belongs to a 401, and to a 403 for want of a scope; none for other errors. */
export function challengeOf(error: AppError): Readonly<Record<string, string>> {
  const code = accessCodeOf(error)
  if (code === 'unauthenticated') return { 'www-authenticate': SCHEME }
  if (code === 'scope_missing') return { 'www-authenticate': `${SCHEME}, error="insufficient_scope"` }
  return error.kind === 'unauthorized' ? { 'www-authenticate': `${SCHEME}, error="invalid_token"` } : {}
}
