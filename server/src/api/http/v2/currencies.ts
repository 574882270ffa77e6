import { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import { parseCurrencyCode, type CurrencyCode, type LedgerCurrency } from '#core/currency.ts'
import { SCALE_MAX } from '#core/money.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { currencyCode, noQuery, plainText } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { listQuery, rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { accountId, code, pageOf } from './shown.ts'

const NAME_LENGTH_MAX = 100

/** `POST /v2/currencies` */
export const NewCurrency = z
  .strictObject({
    code: currencyCode,
    scale: z.int().min(0).max(SCALE_MAX).meta({ description: 'Digits after the point' }),
    name: plainText(NAME_LENGTH_MAX),
  })
  .meta({ id: 'NewCurrency', examples: [{ code: 'POINTS', scale: 0, name: 'Loyalty points' }] })

/** Path of one currency. */
export const CurrencyPath = z.strictObject({ code: currencyCode })
/** `GET /v2/currencies` */
export const currencyList = listQuery({ name: 'currencies', filters: {}, position: parseCurrencyCode })

const CurrencySchema = z
  .strictObject({
    code,
    name: z.string(),
    scale: z.int().meta({ description: 'Digits after the point' }),
    external_account_id: accountId.nullable().meta({
      description:
        'The system account that stands for the outside world: deposits come from it, withdrawals go to it. Null until the first initial balance',
    }),
    in_use: z.boolean().meta({ description: 'The ledger holds it: its scale never changes again' }),
  })
  .meta({
    id: 'Currency',
    examples: [
      { code: 'EUR', name: 'Euro', scale: 2, external_account_id: '4503599627370497', in_use: true },
    ],
  })

const CurrencyPage = pageOf(CurrencySchema, 'CurrencyPage')

/** Adds `/currencies`. */
export function serveCurrencies(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/currencies',
    {
      schema: {
        operationId: 'createCurrency',
        tags: ['currencies'],
        summary: 'Make a currency of your own',
        querystring: noQuery,
        body: NewCurrency,
        response: {
          201: answer('The currency', CurrencySchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'currency_exists' }),
        },
      },
    },
    async (request, reply) => {
      const outcome = await florinOf(request).currencies.create(callerOf(request), request.body)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome))
      void reply.code(201).header('location', `/v2/currencies/${outcome.result.code}`)
      return toCurrency(outcome.result, true)
    },
  )

  app.get(
    '/currencies',
    {
      schema: {
        operationId: 'listCurrencies',
        tags: ['currencies'],
        summary: 'ISO 4217 and your own, by code',
        querystring: currencyList,
        response: { 200: answer('A page of currencies', CurrencyPage), ...problems('path') },
      },
    },
    async (request) => await currencyPage(florinOf(request), request.query),
  )

  app.get(
    '/currencies/:code',
    {
      schema: {
        operationId: 'getCurrency',
        tags: ['currencies'],
        summary: 'A currency',
        querystring: noQuery,
        params: CurrencyPath,
        response: {
          200: answer('The currency', CurrencySchema),
          ...problems('path', { 404: 'currency_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params } = request
      const currency = await findCurrency(florinOf(request), params.code)
      return currency ?? sendProblem(reply, notFound('currency', params.code))
    },
  )
}

/** A page of currencies. */
export async function currencyPage({ currencyBook }: Florin, query: z.output<typeof currencyList>) {
  const { after } = query
  const all = await currencyBook.list()
  const rows = all.filter((currency) => after === undefined || currency.code > after)
  return toPage(rows.slice(0, rowsToRead(query)), query, {
    position: (currency) => currency.code,
    row: (currency) => toCurrency(currency, currency.inUse),
  })
}

/** A currency as it is shown. */
export async function findCurrency({ directory, currencyBook }: Florin, wanted: CurrencyCode) {
  const held = await directory.findCurrency(wanted)
  const currency = held ?? (await currencyBook.find(wanted))
  return currency && toCurrency({ externalAccountId: null, ...currency }, held !== undefined)
}

/** Renders a currency. */
export function toCurrency(currency: LedgerCurrency, inUse: boolean): z.output<typeof CurrencySchema> {
  const { code: shown, name, scale, externalAccountId } = currency
  return { code: shown, name, scale, external_account_id: externalAccountId, in_use: inUse }
}
