import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '#ports/secrets.ts'

const RANDOM_BYTES = 32

/** Secrets of Node's own randomness; hashes are HMAC-SHA-256 under the pepper. */
export function createSecrets(pepper: string): Secrets {
  const hash = (purpose: string, text: string): string =>
    createHmac('sha256', pepper).update(`${purpose}\0${text}`).digest('hex')
  return {
    random: () => randomBytes(RANDOM_BYTES).toString('base64url'),
    hash,
    isHash(given, purpose, text) {
      const [a, b] = [Buffer.from(given), Buffer.from(hash(purpose, text))]
      return a.length === b.length && timingSafeEqual(a, b)
    },
  }
}
