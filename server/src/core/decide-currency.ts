// The rules of currencies: created by name, or opened with their first account.
import type { CreateCurrency, OutcomeOf } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { Currency, LedgerCurrency } from './currency.ts'
import { putCurrency, type Draft } from './draft.ts'
import { currencyCreated } from './facts.ts'
import { accepted, rejected } from './outcome.ts'

/** Creates a currency, or refuses: currency_exists. */
export function decideCreateCurrency(draft: Draft, command: CreateCurrency): OutcomeOf<CreateCurrency> {
  const { currency, principal } = command
  if (draft.state.currencies.has(currency.code)) {
    return rejected('currency_exists', 'code', `currency ${currency.code} exists`)
  }
  return accepted('currency', openCurrency(draft, principal, currency))
}

/** Brings a currency into the ledger, which must not hold it yet. */
export function openCurrency(draft: Draft, principal: Principal, currency: Currency): LedgerCurrency {
  const opened = { ...currency, externalAccountId: null }
  putCurrency(draft, opened)
  draft.changes.facts.push(currencyCreated(principal, opened))
  return opened
}
