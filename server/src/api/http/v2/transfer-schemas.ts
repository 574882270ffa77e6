// What v2 reads and answers about transfers.
import { z } from 'zod'
import type { PostingRequest } from '#app/transfers.ts'
import { parseUuidV7 } from '#core/ids.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { formatAmount } from '#core/money.ts'
import { parsed, problem } from '#core/parsed.ts'
import { POSTINGS_MAX, type Posting, type SettledPosting, type Transfer } from '#core/transfer.ts'
import {
  accountIdText,
  amountText,
  currencyCode,
  instantText,
  metadata,
  reference,
  transferIdText,
  userIdText,
} from '../fields.ts'
import { parseInstant } from '../instants.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, shownMetadata, uuid } from './shown.ts'

const leg = { source: accountIdText, destination: accountIdText, amount: amountText, currency: currencyCode }
const legNames = ['source', 'destination', 'amount', 'currency'] as const
const PostingFields = z.strictObject(leg)

/**
 * `POST /v2/transfers`: either one posting, written flat, or `postings`. One object and a check, because a union's
 * messages list what each form would have wanted. It costs 0.8 us where a union of the two costs 0.7.
 */
export const NewTransfer = z
  .strictObject({
    id: transferIdText.nullable().default(null),
    ...z.strictObject(leg).partial().shape,
    postings: z.array(PostingFields).min(1).max(POSTINGS_MAX).optional(),
    reference: reference.nullable().default(null),
    metadata: metadata.default(NO_METADATA),
  })
  .meta({
    id: 'NewTransfer',
    oneOf: [
      { required: [...legNames] },
      { required: ['postings'], not: { anyOf: legNames.map((name) => ({ required: [name] })) } },
    ],
    examples: [
      { source: '1001', destination: '2002', amount: '150.25', currency: 'EUR', reference: 'invoice 118' },
      {
        postings: [
          { source: '1001', destination: '2002', amount: '145.00', currency: 'EUR' },
          { source: '1001', destination: '3003', amount: '5.25', currency: 'EUR' },
        ],
      },
    ],
  })
  .transform((body, ctx) => {
    const { id, source, destination, amount: text, currency, postings, reference: ref, metadata: own } = body
    const flat = { source, destination, amount: text, currency }
    const shared = { id, reference: ref, metadata: own }
    if (postings !== undefined) {
      for (const name of legNames) {
        if (flat[name] === undefined) continue
        const message =
          'stands beside postings: send either postings, or source, destination, amount and currency'
        ctx.issues.push({ code: 'custom', path: [name], message, input: body })
      }
      return { ...shared, flat: false, postings }
    }
    for (const name of legNames) {
      if (flat[name] === undefined)
        ctx.issues.push({ code: 'custom', path: [name], message: 'is missing', input: body })
    }
    return { ...shared, flat: true, postings: [flat as PostingRequest] }
  })

/** The caller's name for a field of a transfer that was written flat. */
export function flatFieldName(field: string): string {
  return field.startsWith('postings[0].') ? field.slice('postings[0].'.length) : field
}

/** Path of one transfer. */
export const TransferPath = z.strictObject({ transfer_id: transferIdText })

/** `GET /v2/transfers` */
export const transferList = listQuery({
  name: 'transfers',
  filters: {
    account_id: accountIdText
      .optional()
      .meta({ description: 'Those that touch, or tried to touch, this account' }),
    user_id: userIdText.optional().meta({ description: 'Those that touch any account of this user' }),
    status: z.enum(['posted', 'failed']).optional(),
    reference: reference.optional(),
    from: instantText.optional().meta({ description: 'Recorded at or after (RFC 3339)' }),
    to: instantText.optional().meta({ description: 'Recorded before (RFC 3339)' }),
  },
  position: parsePosition,
})

function parsePosition(text: string) {
  const [createdAt = '', id = ''] = text.split('/')
  const at = parseInstant(createdAt)
  const transferId = parseUuidV7<TransferId>(id)
  if (!at.ok || !transferId.ok) return problem('must be a time and an id')
  return parsed({ createdAt: at.value, id: transferId.value })
}

const settledNote = { description: 'Null when the transfer failed' }

const PostingSchema = z
  .strictObject({
    source: accountId,
    destination: accountId,
    amount,
    currency: code,
    source_entry: z.string().nullable().meta({ description: "The entry's number on the account" }),
    source_balance_after: amount.nullable().meta(settledNote),
    destination_entry: z.string().nullable().meta({ description: "The entry's number on the account" }),
    destination_balance_after: amount.nullable().meta(settledNote),
  })
  .meta({ id: 'Posting' })

/** A transfer. */
export const TransferSchema = z
  .strictObject({
    id: uuid,
    status: z.enum(['posted', 'failed']),
    postings: z.array(PostingSchema),
    reference: z.string().nullable(),
    metadata: shownMetadata,
    failure: z
      .strictObject({
        code: z.string(),
        field: z.string().nullable().meta({ description: 'As a field of `postings`' }),
        message: z.string(),
      })
      .nullable()
      .meta({ description: 'Why it failed; null when it did not' }),
    created_at: instant,
  })
  .meta({ id: 'Transfer' })

/** A page of transfers. */
export const TransferPage = pageOf(TransferSchema, 'TransferPage')

/** Renders a transfer. */
export function toTransfer(transfer: Transfer): z.output<typeof TransferSchema> {
  const failed = transfer.status === 'failed'
  return {
    id: transfer.id,
    status: transfer.status,
    postings: failed ? transfer.postings.map(toFailedPosting) : transfer.postings.map(toSettledPosting),
    reference: transfer.reference,
    metadata: transfer.metadata,
    failure: failed ? { ...transfer.refusal } : null,
    created_at: transfer.createdAt,
  }
}

function toSettledPosting(posting: SettledPosting): z.output<typeof PostingSchema> {
  const { source, destination, currency, scale, sourceLeg, destinationLeg } = posting
  return {
    source,
    destination,
    amount: formatAmount(posting.amount, scale),
    currency,
    source_entry: sourceLeg.entry.toString(),
    source_balance_after: formatAmount(sourceLeg.balanceAfter, scale),
    destination_entry: destinationLeg.entry.toString(),
    destination_balance_after: formatAmount(destinationLeg.balanceAfter, scale),
  }
}

function toFailedPosting(posting: Posting): z.output<typeof PostingSchema> {
  return {
    source: posting.source,
    destination: posting.destination,
    amount: formatAmount(posting.amount, posting.scale),
    currency: posting.currency,
    source_entry: null,
    source_balance_after: null,
    destination_entry: null,
    destination_balance_after: null,
  }
}
