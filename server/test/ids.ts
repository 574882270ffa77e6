/** Ids that are the same in every run: the n-th transfer, the user of a name. */
import { createHash } from 'node:crypto'
import type {
  AccountId,
  ApiKeyId,
  HoldId,
  PolicyId,
  QuoteId,
  SessionId,
  TransferId,
  UserId,
} from '#core/ids.ts'
import type { IdSource } from '#ports/id-source.ts'

/** A UUIDv7 (RFC 9562) that a word stands for; words in alphabetical order need not give ids in that order. */
export function wordUuid(word: string): string {
  const hex = createHash('sha256').update(word).digest('hex')
  return `01900000-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`
}

/** The n-th UUIDv7 of a row: rising with n, as those of one process are. */
export function countedUuid(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}

/** Counts: accounts from 2^52, everything else from 1. */
export function createTestIds(): IdSource {
  let next = 0
  const count = (): number => (next += 1)
  return {
    accountId: () => (2n ** 52n + BigInt(count())).toString() as AccountId,
    transferId: () => countedUuid(count()) as TransferId,
    userId: () => countedUuid(count()) as UserId,
    holdId: () => countedUuid(count()) as HoldId,
    policyId: () => countedUuid(count()) as PolicyId,
    quoteId: () => countedUuid(count()) as QuoteId,
    apiKeyId: () => countedUuid(count()) as ApiKeyId,
    sessionId: () => countedUuid(count()) as SessionId,
  }
}
