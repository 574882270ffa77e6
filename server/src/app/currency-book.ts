// Which currencies there are. What the ledger holds never changes, so a hit is kept for ever; only misses ask the store.
import type { Currency, CurrencyCode, LedgerCurrency } from '#core/currency.ts'
import { NO_CURRENCY } from '#core/currency.ts'
import type { CurrencyCatalog } from '#ports/currency-catalog.ts'
import type { DirectoryReader } from '#ports/ledger-reader.ts'
import { invalidField } from '#core/errors.ts'

/** A currency, and whether the ledger holds it yet. */
interface ListedCurrency extends LedgerCurrency {
  readonly inUse: boolean
}

/** Finds currencies: those the ledger holds, XXX, and the catalog. */
export interface CurrencyBook {
  find(code: CurrencyCode): Promise<Currency | undefined>
  /** As `find`; throws a validation error naming `field` for a code that nobody knows. */
  resolve(code: CurrencyCode, field: string): Promise<Currency>
  /** Those of the codes that anybody knows. */
  findAll(codes: ReadonlySet<CurrencyCode>): Promise<ReadonlyMap<CurrencyCode, Currency>>
  /** All of them, by code. */
  list(): Promise<ListedCurrency[]>
}

/** Of more unknown codes than this, the store is asked once for all that it holds, instead of for each. */
const ASK_EACH_MAX = 4

/** Makes the book. */
export function createCurrencyBook(directory: DirectoryReader, catalog: CurrencyCatalog): CurrencyBook {
  const known = new Map<CurrencyCode, Currency>()
  const asked = new Map<CurrencyCode, Promise<Currency | undefined>>()
  const standard = (code: CurrencyCode): Currency | undefined =>
    code === NO_CURRENCY.code ? NO_CURRENCY : catalog.find(code)

  async function find(code: CurrencyCode): Promise<Currency | undefined> {
    return known.get(code) ?? (await askOnce(code)) ?? standard(code)
  }

  /** However many requests miss at the same time, the store is asked once. */
  function askOnce(code: CurrencyCode): Promise<Currency | undefined> {
    const pending = asked.get(code)
    if (pending !== undefined) return pending
    const asking = ask(code).finally(() => asked.delete(code))
    asked.set(code, asking)
    return asking
  }

  async function ask(code: CurrencyCode): Promise<Currency | undefined> {
    const held = await directory.findCurrency(code)
    if (held !== undefined) known.set(code, held)
    return held
  }

  async function resolve(code: CurrencyCode, field: string): Promise<Currency> {
    const currency = await find(code)
    if (currency === undefined) throw invalidField(field, `names no known currency: ${code}`)
    return currency
  }

  async function findAll(codes: ReadonlySet<CurrencyCode>): Promise<ReadonlyMap<CurrencyCode, Currency>> {
    const missed = [...codes].filter((code) => !known.has(code))
    if (missed.length > ASK_EACH_MAX) await askForAll()
    else if (missed.length > 0) await Promise.all(missed.map(askOnce))
    const found = new Map<CurrencyCode, Currency>()
    for (const code of codes) {
      const currency = known.get(code) ?? standard(code)
      if (currency !== undefined) found.set(code, currency)
    }
    return found
  }

  async function askForAll(): Promise<LedgerCurrency[]> {
    const held = await directory.listCurrencies()
    for (const currency of held) known.set(currency.code, currency)
    return held
  }

  async function list(): Promise<ListedCurrency[]> {
    const all = new Map<CurrencyCode, ListedCurrency>()
    for (const currency of [NO_CURRENCY, ...catalog.list()]) {
      all.set(currency.code, { ...currency, externalAccountId: null, inUse: false })
    }
    for (const held of await askForAll()) all.set(held.code, { ...held, inUse: true })
    return [...all.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
  }

  return { find, findAll, resolve, list }
}
