import { parseMessage } from '../../http/validation.ts'
import { Conversion, conversionField, NewQuote, quoteField, QuotePath, toQuote } from '../../http/v2/fx.ts'
import { toTransfer } from '../../http/v2/transfer-schemas.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'

/** florin.v2.FxService */
export function createFxService(edge: Edge): Handlers {
  return {
    CreateQuote: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const outcome = await florin.quotes.create(callerOf(key), parseMessage(NewQuote, fields))
      return answerOf(outcome, (quote) => ({ quote: toQuote(quote) }), quoteField)
    }),

    GetQuote: unary(edge, async (fields, { florin }) => {
      const { quote_id: id } = parseMessage(QuotePath, fields)
      const quote = await florin.reader.findQuote(id)
      return quote === undefined ? failed(notFound('quote', id)) : answered({ quote: toQuote(quote) })
    }),

    ConvertQuote: unary(edge, async ({ idempotency_key: key, quote_id: id, ...fields }, call) => {
      const path = parseMessage(QuotePath, { quote_id: id })
      const asked = parseMessage(Conversion, fields)
      const outcome = await call.florin.quotes.convert(call.callerOf(key), path.quote_id, asked)
      return answerOf(outcome, (transfer) => ({ transfer: toTransfer(transfer) }), conversionField)
    }),
  }
}
