import type { CurrencyCode } from '#core/currency.ts'
import type { Rate } from '#core/quote.ts'
import type { RateSource } from '#ports/rate-source.ts'

/** One line of the table: so much of `buy` for one of `sell`. */
export interface FixedRate {
  readonly sell: CurrencyCode
  readonly buy: CurrencyCode
  readonly rate: Rate
}

/** Rates from a table that never changes. The way back is the exact reciprocal, unless the table has one of its own. */
export function createFixedRates(table: readonly FixedRate[]): RateSource {
  const rates = new Map<string, Rate>()
  for (const { sell, buy, rate } of table) {
    rates.set(`${buy}/${sell}`, { numerator: rate.denominator, denominator: rate.numerator })
  }
  for (const { sell, buy, rate } of table) rates.set(`${sell}/${buy}`, rate)
  return { find: (sell, buy) => rates.get(`${sell}/${buy}`) }
}
