import { randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
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

const ACCOUNT_ID_MIN = 2n ** 52n
const ACCOUNT_ID_MASK = 2n ** 52n - 1n

/** Random account ids; UUIDv7 for the rest, rising within this process (RFC 9562 section 6.2). */
export const randomIds: IdSource = {
  accountId: () =>
    (ACCOUNT_ID_MIN + (randomBytes(8).readBigUInt64BE() & ACCOUNT_ID_MASK)).toString() as AccountId,
  transferId: () => uuidv7() as TransferId,
  userId: () => uuidv7() as UserId,
  holdId: () => uuidv7() as HoldId,
  policyId: () => uuidv7() as PolicyId,
  quoteId: () => uuidv7() as QuoteId,
  apiKeyId: () => uuidv7() as ApiKeyId,
  sessionId: () => uuidv7() as SessionId,
}
