// The settings of logging in: what passwords and tokens are made with, and whose tokens are taken besides.
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { argon2Passwords } from '#adapters/passwords-argon2/passwords.ts'
import { createOidcTokens, isSafeUrl } from '#adapters/tokens-jose/oidc.ts'
import { createTokenKeys } from '#adapters/tokens-jose/token-keys.ts'
import { withBound } from '#app/bounded-passwords.ts'
import { LOGIN_LIMITS } from '#app/login-throttle.ts'
import type { LoginParts } from '#app/logins.ts'
import type { FieldError } from '#core/errors.ts'

/** What is asked for. */
export interface LoginSettings {
  /** Null: nobody can log in. */
  readonly authSecret: string | null
  /** Null: only Florin's own tokens are taken. */
  readonly oidcIssuer: string | null
  readonly oidcAudience: string | null
  readonly oidcUserClaim: string
  readonly oidcRolesClaim: string
  readonly oidcScopesClaim: string
}

/** Every setting of OpenID that lacks another, or cannot be. */
export function oidcProblems(settings: Partial<LoginSettings>): FieldError[] {
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

/** What logging in is made of; null without a secret. */
export function openLogin(settings: LoginSettings): LoginParts | null {
  const { authSecret, oidcIssuer: issuer, oidcAudience: audience } = settings
  if (authSecret === null) return null
  const names = {
    user: settings.oidcUserClaim,
    roles: settings.oidcRolesClaim,
    scopes: settings.oidcScopesClaim,
  }
  return {
    passwords: withBound(argon2Passwords),
    tokenKeys: createTokenKeys(authSecret),
    limiters: {
      network: createMemoryRateLimiter(LOGIN_LIMITS.network),
      nameInNetwork: createMemoryRateLimiter(LOGIN_LIMITS.nameInNetwork),
      nameInNewNetworks: createMemoryRateLimiter(LOGIN_LIMITS.nameInNewNetworks),
    },
    foreign:
      issuer === null || audience === null ? null : { tokens: createOidcTokens({ issuer, audience }), names },
  }
}
