// What v1 reads and answers. Its ids are JSON integers where JSON can hold them, its amounts carry no trailing zeros.
import { z } from 'zod'
import type { Account } from '#core/account.ts'
import { NO_CURRENCY } from '#core/currency.ts'
import { parseAccountId, type AccountId } from '#core/ids.ts'
import { formatAmountTrimmed } from '#core/money.ts'
import { problem } from '#core/parsed.ts'
import type { ShownTransfer } from '#app/shown.ts'
import { amountText, parsedText, transferIdText } from '../fields.ts'

const ID_META = {
  type: ['integer', 'string'],
  description: 'A whole number from 1 to 9223372036854775807; above 2^53 - 1 as a string of digits',
} as const

/** An account id as v1 takes it: a JSON integer or a string of digits. */
const accountId = z
  .unknown()
  .transform((value, ctx): AccountId => {
    const id = readId(value)
    if (id.ok) return id.value
    ctx.issues.push({ code: 'custom', message: id.problem, input: value })
    return z.NEVER
  })
  .meta({ ...ID_META, examples: [1001] })

function readId(value: unknown) {
  if (typeof value === 'string') return parseAccountId(value)
  if (value === undefined) return problem('is missing')
  if (typeof value !== 'number') return problem('must be a JSON integer or a string of digits')
  if (Number.isInteger(value) && value > Number.MAX_SAFE_INTEGER) {
    return problem('is above 2^53 - 1, where JSON readers round numbers: send it as a string of digits')
  }
  return parseAccountId(String(value))
}

const shownId = z.union([z.int(), z.string()]).meta({ ...ID_META, examples: [1001] })

/** `POST /v1/accounts` */
export const NewAccountV1 = z
  .strictObject({
    account_id: accountId,
    initial_balance: amountText.default('0').meta({ examples: ['500'] }),
  })
  .meta({ id: 'NewAccountV1', examples: [{ account_id: 1001, initial_balance: '500' }] })

/** `POST /v1/transfers` */
export const NewTransferV1 = z
  .strictObject({
    source_account_id: accountId,
    destination_account_id: accountId,
    amount: amountText,
  })
  .meta({
    id: 'NewTransferV1',
    examples: [{ source_account_id: 1001, destination_account_id: 2002, amount: '150' }],
  })

/** Path of one account. */
export const AccountPathV1 = z.strictObject({
  account_id: parsedText(parseAccountId, { examples: ['1001'] }),
})
/** Path of one transfer. */
export const TransferPathV1 = z.strictObject({ id: transferIdText })

/** An account as v1 shows it. */
export const AccountV1 = z
  .strictObject({ account_id: shownId, balance: z.string() })
  .meta({ id: 'AccountV1', examples: [{ account_id: 1001, balance: '500' }] })

const balanceAfter = z
  .string()
  .nullable()
  .meta({ description: 'Null when the transfer failed, or the account is not yours' })

/** A transfer as v1 shows it, under both of its names. */
export const TransferV1 = z
  .strictObject({
    id: z.string(),
    source_account_id: shownId,
    destination_account_id: shownId,
    amount: z.string(),
    status: z.enum(['posted', 'failed']),
    source_balance_after: balanceAfter,
    destination_balance_after: balanceAfter,
    failure: z
      .strictObject({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why it failed; null when it did not' }),
    created_at: z.string().meta({ format: 'date-time' }),
  })
  .meta({
    id: 'TransferV1',
    examples: [
      {
        id: '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70',
        source_account_id: 1001,
        destination_account_id: 2002,
        amount: '150',
        status: 'posted',
        source_balance_after: '350',
        destination_balance_after: '150',
        failure: null,
        created_at: '2026-11-21T11:35:00.000000Z',
      },
    ],
  })

/** v1's name for a field of an account. */
export function accountField(field: string): string {
  return field === 'id' ? 'account_id' : field
}

const TRANSFER_FIELDS: Readonly<Record<string, string>> = {
  'postings[0].source': 'source_account_id',
  'postings[0].destination': 'destination_account_id',
  'postings[0].amount': 'amount',
}

/** v1's name for a field of a transfer. */
export function transferField(field: string): string {
  return TRANSFER_FIELDS[field] ?? field
}

/** True for accounts that v1 can speak of. */
export function isV1Account(account: Account): boolean {
  return account.currency === NO_CURRENCY.code && account.kind === 'standard'
}

/** True for transfers that v1 can speak of: one posting, whatever fee policies add to it. */
export function isV1Transfer({ postings }: ShownTransfer): boolean {
  const written = postings.filter(({ role }) => role?.kind !== 'fee')
  return written.length === 1 && written[0]?.currency === NO_CURRENCY.code
}

/** Renders an account. */
export function toAccountV1({ id, posted, scale }: Account): z.output<typeof AccountV1> {
  return { account_id: toIdV1(id), balance: formatAmountTrimmed(posted, scale) }
}

/** Renders a transfer that v1 can speak of; its balances are those after all postings, fees included. */
export function toTransferV1(transfer: ShownTransfer): z.output<typeof TransferV1> {
  const { source, destination, amount, scale } = transfer.postings[0] as ShownTransfer['postings'][number]
  const after = (id: AccountId): string | null => {
    if (transfer.status === 'failed') return null
    const last = transfer.postings.findLast((posting) => posting.source === id || posting.destination === id)
    const leg = last?.source === id ? last.sourceLeg : last?.destinationLeg
    return leg == null ? null : formatAmountTrimmed(leg.balanceAfter, scale)
  }
  return {
    id: transfer.id,
    source_account_id: toIdV1(source),
    destination_account_id: toIdV1(destination),
    amount: formatAmountTrimmed(amount, scale),
    status: transfer.status,
    source_balance_after: after(source),
    destination_balance_after: after(destination),
    failure:
      transfer.status === 'failed'
        ? { code: transfer.refusal.code, message: transfer.refusal.message }
        : null,
    created_at: transfer.createdAt,
  }
}

// 2^53 - 1 has 16 digits.
function toIdV1(id: AccountId): number | string {
  return id.length < 16 || Number.isSafeInteger(Number(id)) ? Number(id) : id
}
