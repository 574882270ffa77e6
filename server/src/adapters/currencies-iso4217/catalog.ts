// ISO 4217 from the package currency-codes, which carries the list that SIX publishes, of 2024-06-25.
import { data } from 'currency-codes'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { CurrencyCatalog } from '#ports/currency-catalog.ts'

/**
 * Codes whose minor unit ISO gives as "N.A."; the package says 0 for them. Metals, bond units, units of account and test
 * codes: nobody's balance. Whoever needs gold creates a currency with the scale that the business counts in.
 */
const WITHOUT_MINOR_UNIT: ReadonlySet<string> = new Set([
  'XAG',
  'XAU',
  'XPD',
  'XPT',
  'XBA',
  'XBB',
  'XBC',
  'XBD',
  'XDR',
  'XSU',
  'XUA',
  'XTS',
  'XXX',
])

/** In force since 2025-03-31, so not yet in the list: the guilder of Curaçao and Sint Maarten, after ANG. */
const ADDED_SINCE: readonly Currency[] = [
  { code: 'XCG' as CurrencyCode, scale: 2, name: 'Caribbean Guilder' },
]

/** The currencies of ISO 4217 that can hold money. XXX, "no currency", is the core's own. */
export function createIso4217Catalog(): CurrencyCatalog {
  const listed = data
    .filter(({ code }) => !WITHOUT_MINOR_UNIT.has(code))
    .map(({ code, digits, currency }): Currency => ({
      code: code as CurrencyCode,
      scale: digits,
      name: currency,
    }))
  const all = new Map([...ADDED_SINCE, ...listed].map((currency) => [currency.code, Object.freeze(currency)]))
  const list = Object.freeze([...all.values()])
  return { find: (code) => all.get(code), list: () => list }
}
