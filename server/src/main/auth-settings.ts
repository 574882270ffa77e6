// Whether callers must say who they are. Off is for one's own machine only.
import type { FieldError } from '#core/errors.ts'

/** What decides it. */
export interface AuthSettings {
  readonly host: string
  readonly mode: 'development' | 'production'
  /** As it was asked for; null when it was not. */
  readonly auth: 'on' | 'off' | null
  readonly authSecret: string | null
}

/** 32 bytes written in whatever way have at least so many characters. */
const SECRET_LENGTH_MIN = 32
/** 32 random bytes, in hex or in base64, have at least so many different characters; that one has fewer never happens. */
const SECRET_CHARACTERS_MIN = 10
const WEAK = /change.?me|password|passw0rd|secret|example|default|0123456789|abcdefgh|qwert/i

const HOW_TO = 'set it to the output of "openssl rand -base64 32"'

/** Whether authentication is on, and every setting that must not be as it is. */
export function decideAuth(settings: AuthSettings): {
  readonly auth: 'on' | 'off'
  readonly problems: readonly FieldError[]
} {
  const { auth, authSecret } = settings
  const demand = demandOf(settings)
  const on = auth === 'on' || demand !== null || (auth === null && authSecret !== null)
  const problems: FieldError[] = []
  if (auth === 'off' && demand !== null) {
    problems.push({ field: 'FLORIN_AUTH', message: `must not be off, because ${demand}` })
  } else {
    const message = secretProblem(authSecret, { on, demand })
    if (message !== null) problems.push({ field: 'FLORIN_AUTH_SECRET', message })
  }
  return { auth: on ? 'on' : 'off', problems }
}

/** Why authentication must be on; null when it need not. */
function demandOf({ host, mode }: AuthSettings): string | null {
  if (!isLoopback(host)) return `anyone who reaches ${host} could move money`
  return mode === 'production' ? 'FLORIN_MODE is production' : null
}

/** True for names and addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host)
}

function secretProblem(
  secret: string | null,
  { on, demand }: { readonly on: boolean; readonly demand: string | null },
): string | null {
  if (secret === null) {
    return on ? `must be set, because ${demand ?? 'FLORIN_AUTH is on'}: ${HOW_TO}` : null
  }
  if (secret.length < SECRET_LENGTH_MIN) return `must be 32 random bytes at least: ${HOW_TO}`
  const weak = WEAK.test(secret) || new Set(secret).size < SECRET_CHARACTERS_MIN
  return weak && demand !== null ? `must be random, and looks as if it were not: ${HOW_TO}` : null
}
