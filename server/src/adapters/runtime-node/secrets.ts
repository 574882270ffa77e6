import { createHmac, randomBytes } from 'node:crypto'
import type { Secrets } from '#ports/secrets.ts'

const RANDOM_BYTES = 32

/** Secrets of Node's own randomness; hashes are HMAC-SHA-256 under the pepper. */
export function createSecrets(pepper: string): Secrets {
  return {
    random: () => randomBytes(RANDOM_BYTES).toString('base64url'),
    hash: (purpose, text) => createHmac('sha256', pepper).update(`${purpose}\0${text}`).digest('hex'),
  }
}
