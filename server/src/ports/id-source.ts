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

/** Makes new ids. */
export interface IdSource {
  /** Random in [2^52, 2^53): safe as a JavaScript number, and clear of the small numbers that clients choose. */
  accountId(): AccountId
  transferId(): TransferId
  userId(): UserId
  holdId(): HoldId
  policyId(): PolicyId
  quoteId(): QuoteId
  apiKeyId(): ApiKeyId
  sessionId(): SessionId
}
