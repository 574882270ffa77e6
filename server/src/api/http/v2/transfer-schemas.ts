// What v2 answers about transfers.
import { z } from 'zod'
import type { ShownPosting, ShownTransfer } from '#app/shown.ts'
import type { Refusal } from '#core/codes.ts'
import { explanationData } from '#core/facts.ts'
import { parseUuidV7, type TransferId } from '#core/ids.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import { parsed, problem } from '#core/parsed.ts'
import type { Leg, Posting, PostingRole } from '#core/transfer.ts'
import { ExplanationSchema } from '../answers.ts'
import { accountIdText, holdIdText, instantText, reference, transferIdText, userIdText } from '../fields.ts'
import { parseInstant } from '../instants.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, shownMetadata, uuid } from './shown.ts'

/** Where transfers are. */
export const TRANSFERS_PATH = '/v2/transfers'

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
    hold_id: holdIdText.optional().meta({ description: 'Captures of this hold' }),
    reversal_of: transferIdText.optional().meta({ description: 'Reversals of this transfer' }),
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

const settledNote = { description: 'Null when the transfer failed, or the account is not yours' }

/** A posting. */
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
    role: z.enum(['fee', 'balancing', 'reversal']).nullable().meta({
      description:
        'fee: added by a policy. balancing: its amount is what was available. reversal: undoes a posting of the original. null: as it was asked for',
    }),
    max: amount.nullable().optional().meta({ description: 'Of a balancing posting; null is all' }),
    reverses: z
      .int()
      .optional()
      .meta({ description: 'Of a reversal: the place of the posting that it undoes' }),
    reversed_amount: amount.nullable().meta({ description: 'How much of it has been reversed since' }),
  })
  .meta({ id: 'Posting' })

const FailureSchema = z.strictObject({
  code: z.string(),
  field: z.string().nullable().meta({ description: 'As a field of `postings`' }),
  message: z.string(),
  explanation: ExplanationSchema.nullable(),
})

/** A transfer. */
export const TransferSchema = z
  .strictObject({
    id: uuid,
    status: z.enum(['posted', 'failed']),
    postings: z.array(PostingSchema),
    reference: z.string().nullable(),
    metadata: shownMetadata,
    reversal_of: uuid.nullable().meta({ description: 'The transfer that this one undoes' }),
    hold_id: uuid.nullable().meta({ description: 'The hold that this one captures' }),
    quote_id: uuid.nullable().meta({ description: 'The quote that this one converts' }),
    reversed_amount: amount.nullable().meta({
      description:
        'How much has been reversed since; null when it failed or has postings in several currencies',
    }),
    failure: FailureSchema.nullable().meta({ description: 'Why it failed; null when it did not' }),
    effective_at: instant.meta({ description: 'Business time: when it counts' }),
    created_at: instant.meta({ description: 'When it was recorded' }),
  })
  .meta({ id: 'Transfer' })

/** A page of transfers. */
export const TransferPage = pageOf(TransferSchema, 'TransferPage')

/** Renders a transfer. */
export function toTransfer(transfer: ShownTransfer): z.output<typeof TransferSchema> {
  const { origin } = transfer
  const failed = transfer.status === 'failed'
  return {
    id: transfer.id,
    status: transfer.status,
    postings: failed ? transfer.postings.map(toFailedPosting) : transfer.postings.map(toSettledPosting),
    reference: transfer.reference,
    metadata: transfer.metadata,
    reversal_of: origin?.kind === 'reversal' ? origin.of : null,
    hold_id: origin?.kind === 'capture' ? origin.holdId : null,
    quote_id: origin?.kind === 'conversion' ? origin.quoteId : null,
    reversed_amount: failed ? null : reversedAmount(transfer.postings),
    failure: failed ? toFailure(transfer.refusal) : null,
    effective_at: transfer.effectiveAt,
    created_at: transfer.createdAt,
  }
}

function toFailure({ code: reason, field, message, explanation }: Refusal): z.output<typeof FailureSchema> {
  return { code: reason, field, message, explanation: explanation && explanationData(explanation) }
}

function reversedAmount(postings: readonly ShownPosting[]): string | null {
  const { currency, scale } = postings[0] as ShownPosting
  let sum = 0n
  for (const posting of postings) {
    if (posting.currency !== currency) return null
    sum += posting.reversed
  }
  return formatAmount(sum, scale)
}

function toSettledPosting(posting: ShownPosting): z.output<typeof PostingSchema> {
  const { source, destination, currency, scale, sourceLeg, destinationLeg } = posting
  const after = (leg: Leg | null) => (leg === null ? null : formatAmount(leg.balanceAfter, scale))
  return {
    source,
    destination,
    amount: formatAmount(posting.amount, scale),
    currency,
    source_entry: sourceLeg?.entry.toString() ?? null,
    source_balance_after: after(sourceLeg),
    destination_entry: destinationLeg?.entry.toString() ?? null,
    destination_balance_after: after(destinationLeg),
    ...roleFields(posting.role, scale),
    reversed_amount: formatAmount(posting.reversed, scale),
  }
}

function toFailedPosting({
  source,
  destination,
  amount: minor,
  currency,
  scale,
  role,
}: Posting): z.output<typeof PostingSchema> {
  return {
    source,
    destination,
    amount: formatAmount(minor, scale),
    currency,
    source_entry: null,
    source_balance_after: null,
    destination_entry: null,
    destination_balance_after: null,
    ...roleFields(role, scale),
    reversed_amount: null,
  }
}

function roleFields(role: PostingRole | null, scale: Scale) {
  switch (role?.kind) {
    case undefined:
      return NO_ROLE
    case 'fee':
      return { role: role.kind }
    case 'balancing':
      return { role: role.kind, max: role.max === null ? null : formatAmount(role.max, scale) }
    case 'reversal':
      return { role: role.kind, reverses: role.reverses }
  }
}

const NO_ROLE = { role: null }
