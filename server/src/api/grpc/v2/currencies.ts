import { parseMessage } from '../../http/validation.ts'
import {
  currencyList,
  currencyPage,
  CurrencyPath,
  findCurrency,
  NewCurrency,
  toCurrency,
} from '../../http/v2/currencies.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { readList } from './lists.ts'

/** florin.v2.CurrencyService */
export function createCurrencyService(edge: Edge): Handlers {
  return {
    CreateCurrency: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const outcome = await florin.currencies.create(callerOf(key), parseMessage(NewCurrency, fields))
      return answerOf(outcome, (currency) => ({ currency: toCurrency(currency, true) }))
    }),

    GetCurrency: unary(edge, async (fields, { florin }) => {
      const { code } = parseMessage(CurrencyPath, fields)
      const currency = await findCurrency(florin, code)
      return currency === undefined ? failed(notFound('currency', code)) : answered({ currency })
    }),

    ListCurrencies: unary(edge, async (fields, { florin }) => {
      const { data: currencies, ...page } = await currencyPage(florin, readList(currencyList, fields))
      return answered({ currencies, ...page })
    }),
  }
}
