import { hash, verify } from '@node-rs/argon2'
import type { Passwords } from '#ports/passwords.ts'

/** What OWASP recommends for argon2id: 19 MiB, two passes, one lane. About 30 ms, in a thread of libuv's pool. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes of argon2id, the default of the library, in PHC's format. */
export const argon2Passwords: Passwords = {
  hash: async (password) => await hash(password, COST),
  matches: async (kept, password) => await verify(kept, password),
}
