// Holds: money reserved on an account and announced to another, not yet moved.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, HoldId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'
import type { Scale } from './money.ts'

/** What a hold is: `open`, or how it ended. One that was captured in part ends as what ended it. */
export const holdStatuses = ['open', 'captured', 'released', 'expired'] as const

/** A status of a hold. */
export type HoldStatus = (typeof holdStatuses)[number]

/** The fee of a hold: agreed when it is made, reserved with it, and taken as it is captured. */
interface HoldFee {
  readonly account: AccountId
  /** Minor units, for the whole of the hold. */
  readonly amount: bigint
}

/** Money reserved on `source` for `destination`. Amounts are minor units. */
export interface Hold {
  readonly id: HoldId
  readonly status: HoldStatus
  readonly source: AccountId
  readonly destination: AccountId
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly scale: Scale
  /** How much of the amount has been captured. */
  readonly captured: bigint
  readonly fee: HoldFee | null
  /** From this moment on it cannot be captured; null never expires. */
  readonly expiresAt: Instant | null
  readonly reference: string | null
  readonly metadata: Metadata
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** What can still be captured; 0 when the hold has ended. */
export function capturable({ status, amount, captured }: Hold): bigint {
  return status === 'open' ? amount - captured : 0n
}

/** What the hold reserves on its source: what can still be captured, and the rest of the fee. */
export function reserved(hold: Hold): bigint {
  if (hold.status !== 'open') return 0n
  return capturable(hold) + (hold.fee === null ? 0n : hold.fee.amount - feeTaken(hold))
}

/** The share of the fee that goes with what has been captured, rounded down: all of it with the last capture. */
export function feeTaken({ fee, captured, amount }: Hold): bigint {
  return fee === null ? 0n : (fee.amount * captured) / amount
}

/** True when the hold's time is over at `at`, whether anything has swept it yet or not. */
export function isDue({ expiresAt }: Hold, at: Instant): boolean {
  return expiresAt !== null && at >= expiresAt
}
