import { z } from 'zod'
import type { QuoteRequest } from '#app/quotes.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { formatAmount } from '#core/money.ts'
import type { Quote, QuoteSide } from '#core/quote.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import {
  accountIdText,
  amountText,
  currencyCode,
  metadata,
  noQuery,
  quoteIdText,
  reference,
} from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { accountId, amount, code, instant, uuid } from './shown.ts'
import { toTransfer, TRANSFERS_PATH, TransferSchema } from './transfer-schemas.ts'

/** `POST /v2/fx/quotes` */
export const NewQuote = z
  .strictObject({
    sell_currency: currencyCode,
    buy_currency: currencyCode,
    sell_amount: amountText.optional().meta({ description: 'What is bought is rounded down' }),
    buy_amount: amountText.optional().meta({ description: 'What is sold is rounded up' }),
  })
  .meta({
    id: 'NewQuote',
    oneOf: [{ required: ['sell_amount'] }, { required: ['buy_amount'] }],
    examples: [{ sell_currency: 'EUR', buy_currency: 'USD', sell_amount: '100.00' }],
  })
  .transform((body, ctx): QuoteRequest => {
    const { sell_currency: sell, buy_currency: buy, sell_amount: sellAmount, buy_amount: buyAmount } = body
    if (sellAmount !== undefined && buyAmount === undefined) {
      return { sell, buy, given: { side: 'sell', amount: sellAmount } }
    }
    if (buyAmount !== undefined && sellAmount === undefined) {
      return { sell, buy, given: { side: 'buy', amount: buyAmount } }
    }
    const message = `${sellAmount === undefined ? 'is missing' : 'stands beside buy_amount'}: send one of the two`
    ctx.issues.push({ code: 'custom', path: ['sell_amount'], message, input: body })
    return z.NEVER
  })

/** `POST /v2/fx/quotes/{quote_id}/convert` */
export const Conversion = z
  .strictObject({
    source: accountIdText.meta({ description: 'Pays what is sold' }),
    destination: accountIdText.meta({ description: 'Gets what is bought' }),
    reference: reference.nullable().default(null),
    metadata: metadata.default(NO_METADATA),
  })
  .meta({ id: 'Conversion', examples: [{ source: '1001', destination: '1002' }] })

/** Path of one quote. */
export const QuotePath = z.strictObject({ quote_id: quoteIdText })

const side = z.strictObject({
  currency: code,
  amount,
  account: accountId.meta({ description: "The operator's, through which it goes" }),
})

const QuoteSchema = z
  .strictObject({
    id: uuid,
    sell: side,
    buy: side,
    rate: z
      .strictObject({ numerator: z.string(), denominator: z.string() })
      .meta({ description: 'Exact: so much of the bought currency for one of the sold' }),
    rounding: z
      .enum(['down', 'up'])
      .meta({ description: 'How the amount that follows was rounded: what is bought down, what is sold up' }),
    expires_at: instant.meta({ description: 'From this moment on it cannot be converted' }),
    transfer_id: uuid.nullable().meta({ description: 'The transfer that converted it' }),
    created_at: instant,
  })
  .meta({ id: 'Quote' })

/** Adds `/fx/quotes`. */
export function serveFx(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/fx/quotes',
    {
      schema: {
        operationId: 'createQuote',
        tags: ['fx'],
        summary: 'Ask for an exchange at the rate of now',
        description:
          'The rates and the accounts that exchanges go through are the operator’s: without them the answer is fx_rate_missing or fx_account_missing.',
        querystring: noQuery,
        body: NewQuote,
        response: {
          201: answer('The quote, open', QuoteSchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body'),
        },
      },
    },
    async (request, reply) => {
      const outcome = await florinOf(request).quotes.create(callerOf(request), request.body)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(reply, refusalProblem(outcome, { fieldName: quoteField }))
      }
      void reply.code(201).header('location', `/v2/fx/quotes/${outcome.result.id}`)
      return toQuote(outcome.result)
    },
  )

  app.get(
    '/fx/quotes/:quote_id',
    {
      schema: {
        operationId: 'getQuote',
        tags: ['fx'],
        summary: 'A quote',
        querystring: noQuery,
        params: QuotePath,
        response: { 200: answer('The quote', QuoteSchema), ...problems('path', { 404: 'quote_not_found' }) },
      },
    },
    async (request, reply) => {
      const { params } = request
      const quote = await florinOf(request).reader.findQuote(params.quote_id)
      return quote === undefined ? sendProblem(reply, notFound('quote', params.quote_id)) : toQuote(quote)
    },
  )

  app.post(
    '/fx/quotes/:quote_id/convert',
    {
      schema: {
        operationId: 'convertQuote',
        tags: ['fx'],
        summary: 'Carry an exchange out, as one transfer of two postings',
        querystring: noQuery,
        params: QuotePath,
        body: Conversion,
        response: {
          201: answer('The transfer, posted', TransferSchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'quote_not_found', 409: 'quote_used, quote_expired' }),
        },
      },
    },
    async (request, reply) => {
      const { quote_id: id } = request.params
      const outcome = await florinOf(request).quotes.convert(callerOf(request), id, request.body)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        const wording = { ofPath: true, fieldName: conversionField, transferPath: TRANSFERS_PATH }
        return sendProblem(reply, refusalProblem(outcome, wording))
      }
      void reply.code(201).header('location', `${TRANSFERS_PATH}/${outcome.result.id}`)
      return toTransfer(outcome.result)
    },
  )
}

const QUOTE_FIELDS: Readonly<Record<string, string>> = {
  'sell.account': 'sell_currency',
  'buy.account': 'buy_currency',
}
/** The caller's name for a field of a quote. */
export const quoteField = (field: string): string => QUOTE_FIELDS[field] ?? field

const CONVERSION_FIELDS: Readonly<Record<string, string>> = {
  'postings[0].source': 'source',
  'postings[1].destination': 'destination',
}

/** The caller's name for a field of a conversion: the other two accounts are the operator's, which the quote names. */
export function conversionField(field: string): string {
  return CONVERSION_FIELDS[field] ?? (field.startsWith('postings[') ? 'quote_id' : field)
}

/** Renders a quote. */
export function toQuote(quote: Quote): z.output<typeof QuoteSchema> {
  const { numerator, denominator } = quote.rate
  return {
    id: quote.id,
    sell: toSide(quote.sell),
    buy: toSide(quote.buy),
    rate: { numerator: numerator.toString(), denominator: denominator.toString() },
    rounding: quote.rounding,
    expires_at: quote.expiresAt,
    transfer_id: quote.transferId,
    created_at: quote.createdAt,
  }
}

function toSide({ currency, scale, amount: minor, account }: QuoteSide): z.output<typeof side> {
  return { currency, amount: formatAmount(minor, scale), account }
}
