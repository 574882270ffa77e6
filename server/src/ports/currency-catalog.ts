import type { Currency, CurrencyCode } from '#core/currency.ts'

/** The currencies that everybody knows: ISO 4217. */
export interface CurrencyCatalog {
  find(code: CurrencyCode): Currency | undefined
  list(): readonly Currency[]
}
