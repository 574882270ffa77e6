// The settings of logging in: whose tokens are taken besides Florin's own.
import { isSafeUrl } from '#adapters/tokens-jose/oidc.ts'
import type { FieldError } from '#core/errors.ts'

/** What is asked for. */
export interface OidcSettings {
  readonly authSecret: string | null
  /** Null: only Florin's own tokens are taken. */
  readonly oidcIssuer: string | null
  readonly oidcAudience: string | null
}

/** Every setting of OpenID that lacks another, or cannot be. */
export function oidcProblems(settings: Partial<OidcSettings>): FieldError[] {
  const { oidcIssuer: issuer, oidcAudience: audience, authSecret } = settings
  const problems: FieldError[] = []
  if (issuer && !isSafeUrl(issuer)) {
    problems.push({ field: 'FLORIN_OIDC_ISSUER', message: 'must be an https URL; http only to this machine' })
  }
  if (issuer && !audience) {
    const message = 'must be set, because tokens of the issuer are for others, too'
    problems.push({ field: 'FLORIN_OIDC_AUDIENCE', message })
  }
  if (audience && !issuer) {
    problems.push({ field: 'FLORIN_OIDC_ISSUER', message: 'must be set, because FLORIN_OIDC_AUDIENCE is' })
  }
  if (issuer && authSecret === null) {
    const message = 'must be set, because FLORIN_OIDC_ISSUER is: tokens mean nothing without authentication'
    problems.push({ field: 'FLORIN_AUTH_SECRET', message })
  }
  return problems
}
