import { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { History } from '#app/history.ts'
import { ledgerClocks, type Moment } from '#app/history.ts'
import type { Currency } from '#core/currency.ts'
import { formatAmount } from '#core/money.ts'
import type { FlorinOf } from '../access.ts'
import { CSV_TYPE, toCsvLine } from '../csv.ts'
import { currencyCode, instantText } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import type { HttpLog } from '../log.ts'
import { sendPieces } from '../streams.ts'
import type { ZodApp } from '../validation.ts'
import { amount, code, instant } from './shown.ts'

/** `GET /v2/trial-balance` */
export const TrialBalanceQuery = z.strictObject({
  currency: currencyCode,
  at: instantText.optional().meta({ description: 'As of this moment (RFC 3339); now when absent' }),
  clock: z.enum(ledgerClocks).default('effective'),
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .meta({ description: 'csv: every account with its balance' }),
})

const TrialBalanceSchema = z
  .strictObject({
    currency: code,
    at: instant,
    clock: z.enum(ledgerClocks),
    accounts: z.int().meta({ description: 'How many, those opened later included' }),
    debits: amount.meta({ description: 'What accounts were below zero, together, as a positive number' }),
    credits: amount.meta({ description: 'What accounts were above zero, together' }),
    difference: amount.meta({ description: 'credits - debits: always zero' }),
    external: amount.meta({ description: 'What the external account had: the outside world' }),
  })
  .meta({ id: 'TrialBalance' })

const CSV_COLUMNS = ['account_id', 'kind', 'currency', 'balance']

/** Adds `/trial-balance`. */
export function serveTrialBalance(app: ZodApp, florinOf: FlorinOf, log: HttpLog): void {
  const json = answer('The trial balance', TrialBalanceSchema)

  app.get(
    '/trial-balance',
    {
      schema: {
        operationId: 'getTrialBalance',
        tags: ['books'],
        summary: 'That all balances of a currency sum to zero, as of any moment',
        querystring: TrialBalanceQuery,
        response: {
          200: { ...json, content: { ...json.content, 'text/csv': { schema: z.string() } } },
          ...problems('path'),
        },
      },
    },
    async (request, reply) => {
      const { query } = request
      const { at = null, clock, format } = query
      const florin = florinOf(request)
      const currency = await florin.currencyBook.resolve(query.currency, 'currency')
      if (format === 'csv') {
        const pieces = toCsv(florin.history, currency, { at, clock })
        return await sendPieces(reply, { type: CSV_TYPE, pieces, log })
      }
      return await trialBalance(florin, currency, { at, clock })
    },
  )
}

async function* toCsv(history: History, currency: Currency, moment: Moment): AsyncGenerator<string> {
  let text = toCsvLine(CSV_COLUMNS)
  for await (const page of history.allBalances(currency, moment)) {
    for (const { id, kind, posted } of page) {
      text += toCsvLine([id, kind, currency.code, formatAmount(posted, currency.scale)])
    }
    yield text
    text = ''
  }
}

/** The trial balance of a currency as it is shown. */
export async function trialBalance(
  { history }: Florin,
  currency: Currency,
  moment: Moment,
): Promise<z.output<typeof TrialBalanceSchema>> {
  const { at, accounts, debits, credits, external } = await history.trialBalance(currency, moment)
  const show = (minor: bigint): string => formatAmount(minor, currency.scale)
  return {
    currency: currency.code,
    at,
    clock: moment.clock,
    accounts,
    debits: show(debits),
    credits: show(credits),
    difference: show(credits - debits),
    external: show(external),
  }
}
