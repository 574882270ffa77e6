import type { CurrencyCode } from '#core/currency.ts'
import type { Rate } from '#core/quote.ts'

/** At which rates currencies are exchanged now. */
export interface RateSource {
  /** How much of `buy` one unit of `sell` buys; undefined when the two are not exchanged. */
  find(sell: CurrencyCode, buy: CurrencyCode): Rate | undefined
}
