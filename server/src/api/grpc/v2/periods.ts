import { parseMessage } from '../../http/validation.ts'
import { PeriodEnd } from '../../http/v2/periods.ts'
import { trialBalance, TrialBalanceQuery } from '../../http/v2/trial-balance.ts'
import { answered, answerOf, unary, type Edge, type Handlers } from '../calls.ts'

/** florin.v2.PeriodService */
export function createPeriodService(edge: Edge): Handlers {
  return {
    ClosePeriod: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { through } = parseMessage(PeriodEnd, fields)
      const outcome = await florin.periods.close(callerOf(key), through)
      return answerOf(outcome, ({ closedThrough }) => ({ books: { closed_through: closedThrough } }))
    }),

    GetBooks: unary(edge, async (_, { florin }) => {
      const { closedThrough } = await florin.reader.books()
      return answered({ books: { closed_through: closedThrough } })
    }),

    GetTrialBalance: unary(edge, async (fields, { florin }) => {
      const { currency: code, at = null, clock } = parseMessage(TrialBalanceQuery, fields)
      const currency = await florin.currencyBook.resolve(code, 'currency')
      return answered(await trialBalance(florin, currency, { at, clock }))
    }),
  }
}
