// The closed list of refusals. In precedence order: when two apply, the one with the lower number is given.
// A number is never changed or used again; new codes take a free number at their place in the order.

/** Every code a command can be refused with, and its number for binary protocols. */
export const refusalCodes = {
  /** The idempotency key was used before, with another request. */
  idempotency_key_reused: 100,
  /** A transfer with this id exists, and it is another transfer. */
  transfer_id_reused: 110,
  /** No such user. */
  user_not_found: 200,
  /** A user with this id exists. */
  user_exists: 210,
  /** Another user has this e-mail address. */
  email_taken: 220,
  /** The ledger holds this currency with another scale or name. */
  currency_exists: 300,
  /** An account with this id exists. */
  account_exists: 400,
  /** No such account. */
  account_not_found: 410,
  /** If-Match named another version than the present one. */
  version_mismatch: 500,
  /** Source and destination of a posting are the same account. */
  same_account: 600,
  /** An account of the posting is in another currency. */
  currency_mismatch: 610,
  /** A system account is not yours to configure. */
  system_account: 620,
  /** The account would go below its floor: posted + credit limit would be negative. */
  insufficient_funds: 700,
  /** The new credit limit would leave the account below its floor. */
  credit_limit_in_use: 710,
  /** A balance would have more than 38 digits. */
  balance_overflow: 720,
} as const satisfies Record<string, number>

/** A code of the closed list. */
export type RefusalCode = keyof typeof refusalCodes

/** Why a command was refused: the code, the request's field it is about, and a sentence for people. */
export interface Refusal {
  readonly code: RefusalCode
  /** Path in the command: `postings[0].source`, `user_id`; null when it is about the whole. */
  readonly field: string | null
  readonly message: string
}
