// Branded ids, made only by the parse functions here and by the id source port.
import { parsed, problem, type Parsed } from './parsed.ts'

/** A positive int64 in canonical decimal digits. A string, because ids reach 2^63 - 1 and JavaScript numbers do not. */
export type AccountId = string & { readonly __brand: 'AccountId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type TransferId = string & { readonly __brand: 'TransferId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type UserId = string & { readonly __brand: 'UserId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type HoldId = string & { readonly __brand: 'HoldId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type PolicyId = string & { readonly __brand: 'PolicyId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type QuoteId = string & { readonly __brand: 'QuoteId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type ApiKeyId = string & { readonly __brand: 'ApiKeyId' }
/** A UUIDv7 (RFC 9562) in lower case. */
export type SessionId = string & { readonly __brand: 'SessionId' }

const ACCOUNT_ID_MAX = 2n ** 63n - 1n
const DIGITS = /^[1-9][0-9]{0,18}$/
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Reads the digits of an account id: 1 to 2^63 - 1, no sign, no leading zero. */
export function parseAccountId(text: string): Parsed<AccountId> {
  return DIGITS.test(text) && BigInt(text) <= ACCOUNT_ID_MAX
    ? parsed(text as AccountId)
    : problem('must be a whole number from 1 to 9223372036854775807')
}

/** Reads the id of anything that is named by a UUIDv7. Upper case is accepted and lowered. */
export function parseUuidV7<
  Id extends TransferId | UserId | HoldId | PolicyId | QuoteId | ApiKeyId | SessionId,
>(text: string): Parsed<Id> {
  const lower = text.toLowerCase()
  return UUID_V7.test(lower) ? parsed(lower as Id) : problem('must be a UUID of version 7 (RFC 9562)')
}
