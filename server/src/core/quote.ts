// Quotes: an exchange at a fixed rate, open for a while, carried out once through the operator's own accounts.
import type { CurrencyCode } from './currency.ts'
import type { AccountId, QuoteId, TransferId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Scale } from './money.ts'

/** One side of an exchange. */
export interface QuoteSide {
  readonly currency: CurrencyCode
  readonly scale: Scale
  /** Minor units, above 0. */
  readonly amount: bigint
  /** The operator's account in this currency, through which the exchange goes. */
  readonly account: AccountId
}

/** An exact fraction: so many major units of the bought currency for one of the sold. */
export interface Rate {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** How the amount that follows from the other was rounded: what is bought `down`, what is sold `up`. */
export type Rounding = 'down' | 'up'

/** An offer to exchange. */
export interface Quote {
  readonly id: QuoteId
  readonly sell: QuoteSide
  readonly buy: QuoteSide
  readonly rate: Rate
  readonly rounding: Rounding
  /** From this moment on it cannot be converted. */
  readonly expiresAt: Instant
  /** The transfer that converted it; null while none has. */
  readonly transferId: TransferId | null
  readonly createdAt: Instant
}

/** What selling `amount` minor units buys, rounded down. */
export function bought(amount: bigint, rate: Rate, from: Scale, to: Scale): bigint {
  const [numerator, denominator] = inMinorUnits(rate, from, to)
  return (amount * numerator) / denominator
}

/** What must be sold to buy `amount` minor units, rounded up. */
export function sold(amount: bigint, rate: Rate, from: Scale, to: Scale): bigint {
  const [numerator, denominator] = inMinorUnits(rate, from, to)
  return (amount * denominator + numerator - 1n) / numerator
}

function inMinorUnits({ numerator, denominator }: Rate, from: Scale, to: Scale): [bigint, bigint] {
  return [numerator * 10n ** BigInt(to), denominator * 10n ** BigInt(from)]
}
