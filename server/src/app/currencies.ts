// Use cases of currencies.
import type { CreateCurrency, OutcomeOf } from '#core/command.ts'
import { NO_CURRENCY, type Currency } from '#core/currency.ts'
import { rejected } from '#core/outcome.ts'
import type { CurrencyCatalog } from '#ports/currency-catalog.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'

/** Makes currencies of your own. */
export interface Currencies {
  /** Refused with currency_exists for a code of ISO 4217, whose scale is not yours to choose. */
  create(caller: Caller, currency: Currency): Promise<OutcomeOf<CreateCurrency>>
}

/** Makes the use cases. */
export function createCurrencies(deps: {
  readonly batcher: CommandBatcher
  readonly catalog: CurrencyCatalog
  readonly digest: HexDigest
}): Currencies {
  const { batcher, catalog, digest } = deps

  async function create(caller: Caller, currency: Currency): Promise<OutcomeOf<CreateCurrency>> {
    const { code, scale, name } = currency
    if (code === NO_CURRENCY.code || catalog.find(code) !== undefined) {
      return rejected('currency_exists', 'code', `${code} is a currency of ISO 4217`)
    }
    return await batcher.submit({
      kind: 'create_currency',
      ...callerFields(caller, { kind: 'create_currency', code, scale, name }, digest),
      currency,
    })
  }

  return { create }
}
