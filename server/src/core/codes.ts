// The closed list of refusals. In precedence order: when two apply, the one with the lower number is given.
// A number is never changed or used again; new codes take a free number at their place in the order.
import type { AccountId, PolicyId } from './ids.ts'

/** Every code a command can be refused with, and its number for binary protocols. */
export const refusalCodes = {
  /** The idempotency key was used before, with another request. */
  idempotency_key_reused: 100,
  /** A transfer with this id exists, and it is another transfer. */
  transfer_id_reused: 110,
  /** What is asked for would have expired before it was made. */
  expires_at_in_past: 120,
  /** No transfer with this id waits for approval, or ever did. */
  approval_not_found: 122,
  /** The transfer has been approved. */
  approval_approved: 123,
  /** The transfer has been rejected, or taken back. */
  approval_rejected: 124,
  /** Nobody approved the transfer in time. */
  approval_expired: 125,
  /** The approval has not expired yet. */
  approval_not_due: 126,
  /** Nobody approves a transfer that they asked for. */
  approver_is_maker: 127,
  /** Business time lies after the time of recording. */
  effective_at_in_future: 130,
  /** The books are closed through this time. */
  period_closed: 131,
  /** Business time lies longer ago than transfers may be backdated. */
  effective_at_too_early: 132,
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
  /** No such quote. */
  quote_not_found: 402,
  /** The quote has been converted. */
  quote_used: 404,
  /** The quote has expired. */
  quote_expired: 406,
  /** No such account. */
  account_not_found: 410,
  /** No such transfer. */
  transfer_not_found: 420,
  /** No such hold. */
  hold_not_found: 430,
  /** No such policy. */
  policy_not_found: 440,
  /** There is a policy for this target already. */
  policy_exists: 450,
  /** No such API key. */
  api_key_not_found: 460,
  /** No such session, or its time is over. */
  session_not_found: 470,
  /** If-Match named another version than the present one. */
  version_mismatch: 500,
  /** The user's roles are no longer those that the caller was let to change. */
  roles_changed: 502,
  /** The password is no longer the one that was proven. */
  password_changed: 503,
  /** Only a posted transfer can be reversed. */
  transfer_not_posted: 510,
  /** A reversal cannot be reversed; post a new transfer. */
  reversal_of_reversal: 511,
  /** No posting of the transfer has this number. */
  posting_not_found: 512,
  /** More would be reversed than the transfer moved. */
  reversal_exceeds_original: 513,
  /** The hold has been captured to its end. */
  hold_captured: 520,
  /** The hold has been released. */
  hold_released: 521,
  /** The hold has expired. */
  hold_expired: 522,
  /** The hold has not expired yet. */
  hold_not_due: 523,
  /** More would be captured than the hold still reserves. */
  capture_exceeds_hold: 524,
  /** The API key has been revoked. */
  api_key_revoked: 530,
  /** The API key has expired. */
  api_key_expired: 531,
  /** The person has been erased: what is left of the user changes no more. */
  user_erased: 535,
  /** The books are closed further than this already, or the time has not come. */
  period_not_closable: 542,
  /** Source and destination of a posting are the same account. */
  same_account: 600,
  /** An account of the posting is in another currency. */
  currency_mismatch: 610,
  /** All that there is was asked for, of an account that has no floor. */
  amount_unbounded: 615,
  /** A system account is not yours to configure. */
  system_account: 620,
  /** The account is closed. */
  account_closed: 630,
  /** A policy has frozen the account, in this direction or in both. */
  account_frozen: 640,
  /** A policy does not let money go from this account to that one. */
  destination_not_allowed: 650,
  /** The transfer takes less from the account than a policy wants. */
  amount_below_minimum: 660,
  /** The transfer takes more from the account than a policy lets one transfer take. */
  amount_above_maximum: 670,
  /** More would leave the account within the window than a policy lets go. */
  velocity_exceeded: 680,
  /** More transfers would leave the account within the window than a policy lets go. */
  velocity_count_exceeded: 681,
  /** The account would go below its floor: nothing available may be negative. */
  insufficient_funds: 700,
  /** The account would go below the floor that a policy sets. */
  below_floor: 705,
  /** The new credit limit would leave the account below its floor. */
  credit_limit_in_use: 710,
  /** The account would go above the ceiling that a policy sets. */
  ceiling_exceeded: 715,
  /** A balance would have more than 38 digits. */
  balance_overflow: 720,
  /** Open holds reserve money of the account, or announce money to it. */
  holds_open: 730,
  /** Only an empty account can be closed. */
  balance_not_zero: 731,
  /** A policy wants a second principal's approval, and this cannot wait for one. */
  approval_required: 740,
} as const satisfies Record<string, number>

/** A code of the closed list. */
export type RefusalCode = keyof typeof refusalCodes

/** Why a command was refused: the code, the request's field it is about, and a sentence for people. */
export interface Refusal {
  readonly code: RefusalCode
  /** Path in the command: `postings[0].source`, `user_id`; null when it is about the whole. */
  readonly field: string | null
  readonly message: string
  /** Null when code and message say it all. */
  readonly explanation: Explanation | null
}

/** Why a rule about money refused, in figures. Amounts are decimal strings in major units. */
export interface Explanation {
  /** The rule in words of the API: `available`, `ceiling`, `velocity.day.amount`. */
  readonly rule: string
  readonly account: AccountId
  /** The policy that sets the rule; null when it is the account's own. */
  readonly policy: { readonly id: PolicyId; readonly version: number } | null
  /** What the rule looked at: balances, what the window had, what was asked. */
  readonly saw: Readonly<Record<string, string>>
  /** The smallest change that would pass, each of these alone; empty when only another rule would help. */
  readonly passes: Readonly<Record<string, string>>
}
