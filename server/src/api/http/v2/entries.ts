import { z } from 'zod'
import { invalidField } from '#core/errors.ts'
import { parseAccountId, type AccountId } from '#core/ids.ts'
import { formatAmount } from '#core/money.ts'
import { parsed, type Parsed } from '#core/parsed.ts'
import type { FlorinOf } from '../access.ts'
import { answer, problems } from '../answers.ts'
import { listQuery, rowsToRead, toPage } from '../pages.ts'
import { notFound, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { AccountPath } from './account-schemas.ts'
import { amount, instant, pageOf, uuid } from './shown.ts'

// The account is in the path and not a filter, so the cursor's position names it.
const entryList = listQuery({ name: 'entries', filters: {}, position: parsePosition })

const EntrySchema = z
  .strictObject({
    number: z.string().meta({ description: '1, 2, 3… per account, without gaps', examples: ['42'] }),
    transfer_id: uuid,
    amount: amount.meta({ description: 'Negative when money left', examples: ['-150.25'] }),
    balance_after: amount,
    reference: z.string().nullable(),
    effective_at: instant.meta({ description: 'Business time of the transfer' }),
    created_at: instant,
  })
  .meta({ id: 'Entry' })

const EntryPage = pageOf(EntrySchema, 'EntryPage')

/** Adds `/accounts/{account_id}/entries`. */
export function serveEntries(app: ZodApp, florinOf: FlorinOf): void {
  app.get(
    '/accounts/:account_id/entries',
    {
      schema: {
        operationId: 'listEntries',
        tags: ['accounts'],
        summary: 'The statement of an account: its entries, newest first, with the balance after each',
        params: AccountPath,
        querystring: entryList,
        response: {
          200: answer('A page of entries', EntryPage),
          ...problems('path', { 404: 'account_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const account = await florinOf(request).reader.findAccount(params.account_id)
      if (account === undefined) return sendProblem(reply, notFound('account', params.account_id))
      if (query.after !== undefined && query.after.accountId !== account.id) {
        throw invalidField('cursor', 'was given for another account; begin without a cursor')
      }
      const entries = await florinOf(request).reader.listEntries({
        accountId: account.id,
        limit: rowsToRead(query),
        ...(query.after === undefined ? {} : { before: query.after.number }),
      })
      return toPage(entries, query, {
        position: (entry) => `${account.id}/${entry.number}`,
        row: (entry): z.output<typeof EntrySchema> => ({
          number: entry.number.toString(),
          transfer_id: entry.transferId,
          amount: formatAmount(entry.amount, account.scale),
          balance_after: formatAmount(entry.balanceAfter, account.scale),
          reference: entry.reference,
          effective_at: entry.effectiveAt,
          created_at: entry.createdAt,
        }),
      })
    },
  )
}

function parsePosition(text: string): Parsed<{ accountId: AccountId; number: bigint }> {
  const [, accountText = '', digits = ''] = /^([0-9]+)\/([1-9][0-9]{0,18})$/.exec(text) ?? []
  const accountId = parseAccountId(accountText)
  return accountId.ok ? parsed({ accountId: accountId.value, number: BigInt(digits) }) : accountId
}
