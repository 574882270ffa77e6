// What v2 reads and answers about holds.
import { z } from 'zod'
import { capturable, holdStatuses, type Hold } from '#core/hold.ts'
import { parseUuidV7, type HoldId } from '#core/ids.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { formatAmount } from '#core/money.ts'
import {
  accountIdText,
  amountText,
  currencyCode,
  holdIdText,
  instantText,
  metadata,
  reference,
} from '../fields.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, shownMetadata, uuid } from './shown.ts'
import { TransferSchema } from './transfer-schemas.ts'

/** `POST /v2/holds` */
export const NewHold = z
  .strictObject({
    source: accountIdText,
    destination: accountIdText,
    amount: amountText,
    currency: currencyCode,
    expires_at: instantText
      .nullable()
      .default(null)
      .meta({ description: 'From this moment on it cannot be captured; null never expires' }),
    reference: reference.nullable().default(null),
    metadata: metadata.default(NO_METADATA),
  })
  .meta({
    id: 'NewHold',
    examples: [
      { source: '1001', destination: '2002', amount: '150.25', currency: 'EUR', reference: 'order 7' },
    ],
  })

/** `POST /v2/holds/{hold_id}/capture`; without a body all that is left. */
export const NewCapture = z
  .strictObject({
    amount: amountText.nullable().default(null).meta({ description: 'All that is left when absent' }),
    release_rest: z
      .boolean()
      .default(false)
      .meta({ description: 'Ends the hold even when something is left' }),
  })
  .meta({ id: 'NewCapture', examples: [{ amount: '100.00', release_rest: true }] })
  .prefault({})

/** Path of one hold. */
export const HoldPath = z.strictObject({ hold_id: holdIdText })

/** `GET /v2/holds` */
export const holdList = listQuery({
  name: 'holds',
  filters: {
    account_id: accountIdText.optional().meta({ description: 'Those from or to this account' }),
    status: z.enum(holdStatuses).optional(),
  },
  position: parseUuidV7<HoldId>,
})

/** A hold. */
export const HoldSchema = z
  .strictObject({
    id: uuid,
    status: z.enum(holdStatuses).meta({ description: 'A hold captured in part ends as what ended it' }),
    source: accountId,
    destination: accountId,
    amount,
    currency: code,
    captured: amount.meta({ description: 'How much of the amount has been captured' }),
    remaining: amount.meta({ description: 'What can still be captured; 0 when the hold has ended' }),
    fee: z.strictObject({ account: accountId, amount }).nullable().meta({
      description: 'Agreed with the hold, reserved beside it, taken in proportion as it is captured',
    }),
    expires_at: instant.nullable(),
    reference: z.string().nullable(),
    metadata: shownMetadata,
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Hold' })

/** A page of holds. */
export const HoldPage = pageOf(HoldSchema, 'HoldPage')

/** A capture: what it moved, and the hold as it is then. */
export const CaptureSchema = z
  .strictObject({ hold: HoldSchema, transfer: TransferSchema })
  .meta({ id: 'Capture' })

/** Renders a hold. */
export function toHold(hold: Hold): z.output<typeof HoldSchema> {
  const { scale, fee } = hold
  return {
    id: hold.id,
    status: hold.status,
    source: hold.source,
    destination: hold.destination,
    amount: formatAmount(hold.amount, scale),
    currency: hold.currency,
    captured: formatAmount(hold.captured, scale),
    remaining: formatAmount(capturable(hold), scale),
    fee: fee === null ? null : { account: fee.account, amount: formatAmount(fee.amount, scale) },
    expires_at: hold.expiresAt,
    reference: hold.reference,
    metadata: hold.metadata,
    created_at: hold.createdAt,
    updated_at: hold.updatedAt,
  }
}
