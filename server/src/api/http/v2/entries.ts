import { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import { invalidField } from '#core/errors.ts'
import { parseAccountId, type AccountId } from '#core/ids.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import { parsed, type Parsed } from '#core/parsed.ts'
import type { FlorinOf } from '../access.ts'
import { answer, problems } from '../answers.ts'
import { listQuery, rowsToRead, toPage } from '../pages.ts'
import { notFound, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { AccountPath } from './account-schemas.ts'
import { amount, instant, pageOf, uuid } from './shown.ts'

// The account is in the path and not a filter, so the cursor's position names it.
/** `GET /v2/accounts/{account_id}/entries` */
export const entryList = listQuery({ name: 'entries', filters: {}, position: parsePosition })

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
      const id = request.params.account_id
      const page = await entryPage(florinOf(request), id, request.query)
      return page ?? sendProblem(reply, notFound('account', id))
    },
  )
}

/** A page of entries; undefined when there is no such account. */
export async function entryPage({ reader }: Florin, id: AccountId, query: z.output<typeof entryList>) {
  const { after } = query
  // Both at once: whether there is the account, and what its scale is, the entries need not know.
  const [account, entries] = await Promise.all([
    reader.findAccount(id),
    reader.listEntries({
      accountId: id,
      limit: rowsToRead(query),
      ...(after === undefined ? {} : { before: after.number }),
    }),
  ])
  if (account === undefined) return undefined
  if (after !== undefined && after.accountId !== account.id) {
    throw invalidField('cursor', 'was given for another account; begin without a cursor')
  }
  return toPage(entries, query, {
    position: (entry) => `${account.id}/${entry.number}`,
    row: (entry) => toEntry(entry, account.scale),
  })
}

type Line = Awaited<ReturnType<Florin['reader']['listEntries']>>[number]

/** Renders an entry, or a line of a statement. */
export function toEntry(entry: Line, scale: Scale): z.output<typeof EntrySchema> {
  return {
    number: entry.number.toString(),
    transfer_id: entry.transferId,
    amount: formatAmount(entry.amount, scale),
    balance_after: formatAmount(entry.balanceAfter, scale),
    reference: entry.reference,
    effective_at: entry.effectiveAt,
    created_at: entry.createdAt,
  }
}

function parsePosition(text: string): Parsed<{ accountId: AccountId; number: bigint }> {
  const [, accountText = '', digits = ''] = /^([0-9]+)\/([1-9][0-9]{0,18})$/.exec(text) ?? []
  const accountId = parseAccountId(accountText)
  return accountId.ok ? parsed({ accountId: accountId.value, number: BigInt(digits) }) : accountId
}
