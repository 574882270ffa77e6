// Currencies: ISO 4217 and your own. A currency never changes once the ledger holds it.
import type { AccountId } from './ids.ts'
import type { Scale } from './money.ts'
import { parsed, problem, type Parsed } from './parsed.ts'

/** Upper-case code: ISO 4217 ("EUR") or your own ("POINTS"). */
export type CurrencyCode = string & { readonly __brand: 'CurrencyCode' }

/** A code and how many digits it has after the point. */
export interface Currency {
  readonly code: CurrencyCode
  readonly scale: Scale
  readonly name: string
}

/** A currency that the ledger holds: opened with its first account, or created. */
export interface LedgerCurrency extends Currency {
  /** The system account that stands for the outside world; null until the first initial balance needs one. */
  readonly externalAccountId: AccountId | null
}

/** ISO 4217's "no currency", at scale 8: what the v1 API uses. */
export const NO_CURRENCY: Currency = { code: 'XXX' as CurrencyCode, scale: 8, name: 'No currency' }

const CODE = /^[A-Z][A-Z0-9_]{2,15}$/

/** Reads a currency code: 3 to 16 of A-Z, 0-9 and _, the first a letter. */
export function parseCurrencyCode(text: string): Parsed<CurrencyCode> {
  return CODE.test(text)
    ? parsed(text as CurrencyCode)
    : problem('must be 3 to 16 characters of A-Z, 0-9 and _, beginning with a letter')
}
