/** What logging in is made of in tests: real tokens, and hashes that cost nothing. */
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { sha256Hex } from '#adapters/runtime-node/digest.ts'
import { createTokenKeys } from '#adapters/tokens-jose/token-keys.ts'
import { LOGIN_LIMITS } from '#app/login-throttle.ts'
import type { LoginParts } from '#app/logins.ts'
import type { Passwords } from '#ports/passwords.ts'

/** Hashes that show nothing and take no time. */
const quickPasswords: Passwords = {
  hash: async (password) => `quick ${sha256Hex(password)}`,
  matches: async (hash, password) => hash === `quick ${sha256Hex(password)}`,
}

/** Makes the parts. */
export function createLoginParts(change: Partial<LoginParts> = {}): LoginParts {
  return {
    passwords: quickPasswords,
    tokenKeys: createTokenKeys('the secret of a test'),
    limiters: {
      network: createMemoryRateLimiter(LOGIN_LIMITS.network),
      nameInNetwork: createMemoryRateLimiter(LOGIN_LIMITS.nameInNetwork),
      nameInNewNetworks: createMemoryRateLimiter(LOGIN_LIMITS.nameInNewNetworks),
    },
    foreign: null,
    ...change,
  }
}
