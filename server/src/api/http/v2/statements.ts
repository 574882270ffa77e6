import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import { ledgerClocks, positionOf, type StatementTotals } from '#app/history.ts'
import type { Account } from '#core/account.ts'
import { invalidField } from '#core/errors.ts'
import { parseAccountId } from '#core/ids.ts'
import { formatAmount } from '#core/money.ts'
import { parsed, problem } from '#core/parsed.ts'
import type { FlorinOf } from '../access.ts'
import { CSV_TYPE } from '../csv.ts'
import { instantText } from '../fields.ts'
import { HTML_TYPE } from '../html.ts'
import { parseInstant } from '../instants.ts'
import { answer, problems } from '../answers.ts'
import type { HttpLog } from '../log.ts'
import { listQuery, rowsToRead, toPage } from '../pages.ts'
import { notFound, sendProblem } from '../problems.ts'
import { sendPieces } from '../streams.ts'
import type { ZodApp } from '../validation.ts'
import { AccountPath } from './account-schemas.ts'
import { toEntry } from './entries.ts'
import { accountId, amount, code, instant, uuid } from './shown.ts'
import { STATEMENT_POLICY, toStatementCsv, toStatementHtml } from './statement-files.ts'

// The account is in the path and not a filter, so the cursor's position names it; and where the period ends, because
// up to now is another time with every request.
const statementQuery = listQuery({
  name: 'statement',
  filters: {
    from: instantText
      .optional()
      .meta({ description: 'From this time on (RFC 3339); the beginning when absent' }),
    to: instantText.optional().meta({ description: 'Before this time (RFC 3339); up to now when absent' }),
    clock: z.enum(ledgerClocks).optional().meta({
      description: 'By which time lines count: effective, which is business time, or recorded',
      default: 'effective',
    }),
    format: z.enum(['json', 'csv', 'html']).optional().meta({
      description: 'json comes in pages; csv and html hold the whole period',
      default: 'json',
    }),
  },
  position: parsePosition,
})

const LineSchema = z.strictObject({
  number: z.string().meta({ description: "The entry's number on the account" }),
  transfer_id: uuid,
  amount: amount.meta({ description: 'Negative when money left' }),
  balance_after: amount.meta({ description: 'By the clock of the statement' }),
  reference: z.string().nullable(),
  effective_at: instant,
  created_at: instant,
})

const StatementSchema = z
  .strictObject({
    account_id: accountId,
    currency: code,
    clock: z.enum(ledgerClocks),
    from: instant,
    to: instant.meta({ description: 'Not included' }),
    opening_balance: amount,
    closing_balance: amount,
    debits: amount.meta({ description: 'What left within the whole period' }),
    credits: amount.meta({ description: 'What came within the whole period' }),
    data: z.array(LineSchema).meta({ description: 'Oldest first' }),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'Statement' })

type StatementQuery = z.output<typeof statementQuery>
type History = Florin['history']
type Period = ReturnType<History['period']>

interface Asked {
  readonly history: History
  readonly account: Account
  readonly period: Period
}

/** Adds `/accounts/{account_id}/statement`. */
export function serveStatements(app: ZodApp, florinOf: FlorinOf, log: HttpLog): void {
  const json = answer('The statement, or a page of it', StatementSchema)
  const text = { schema: z.string() }

  app.get(
    '/accounts/:account_id/statement',
    {
      schema: {
        operationId: 'getStatement',
        tags: ['accounts'],
        summary:
          'What an account had before a period, what came and went, oldest first, and what it had then',
        params: AccountPath,
        querystring: statementQuery,
        response: {
          200: { ...json, content: { ...json.content, 'text/csv': text, 'text/html': text } },
          ...problems('path', { 404: 'account_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const { after, filters } = query
      const { history, reader } = florinOf(request)
      const account = await reader.findAccount(params.account_id)
      if (account === undefined) return sendProblem(reply, notFound('account', params.account_id))
      if (after !== undefined && after.accountId !== account.id) {
        throw invalidField('cursor', 'was given for another account; begin without a cursor')
      }
      const period = history.period(account, {
        clock: filters.clock ?? 'effective',
        from: filters.from ?? null,
        to: after?.to ?? filters.to ?? null,
      })
      switch (filters.format) {
        case 'csv':
        case 'html':
          return await sendFile(reply, { history, account, period }, filters.format)
        case 'json':
        case undefined:
          return await toStatement({ history, account, period }, query)
      }
    },
  )

  async function sendFile(
    reply: FastifyReply,
    { history, account, period }: Asked,
    format: 'csv' | 'html',
  ): Promise<FastifyReply> {
    const { opening, lines } = await history.statement(account, period)
    const file = { account, period, opening, lines }
    if (format === 'html') {
      void reply.header('content-security-policy', STATEMENT_POLICY)
      return await sendPieces(reply, { type: HTML_TYPE, pieces: toStatementHtml(file), log })
    }
    void reply.header('content-disposition', `attachment; filename="statement-${account.id}.csv"`)
    return await sendPieces(reply, { type: CSV_TYPE, pieces: toStatementCsv(file), log })
  }
}

/** Renders what a period came to. */
export function toSummary(
  { id, currency, scale }: Account,
  { clock, from, to }: Period,
  totals: StatementTotals,
) {
  const show = (minor: bigint): string => formatAmount(minor, scale)
  return {
    account_id: id,
    currency,
    clock,
    from,
    to,
    opening_balance: show(totals.opening),
    closing_balance: show(totals.closing),
    debits: show(totals.debits),
    credits: show(totals.credits),
  }
}

function parsePosition(text: string) {
  const [accountText = '', toText = '', atText = '', digits = ''] = text.split('/')
  const account = parseAccountId(accountText)
  const to = parseInstant(toText)
  const at = parseInstant(atText)
  if (!account.ok || !to.ok || !at.ok || !/^[1-9][0-9]{0,18}$/.test(digits)) return problem('is no position')
  return parsed({ accountId: account.value, to: to.value, at: at.value, number: BigInt(digits) })
}

async function toStatement(
  { history, account, period }: Asked,
  query: StatementQuery,
): Promise<z.output<typeof StatementSchema>> {
  const { after } = query
  const { lines, ...totals } = await history.statementPage(account, {
    ...period,
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { after: { at: after.at, number: after.number } }),
  })
  return {
    ...toSummary(account, period, totals),
    ...toPage(lines, query, {
      position(line) {
        const { at, number } = positionOf(line, period.clock)
        return [account.id, period.to, at, number].join('/')
      },
      row: (line) => toEntry(line, account.scale),
    }),
  }
}
