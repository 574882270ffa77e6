// What v2 reads and answers about accounts.
import { z } from 'zod'
import { ledgerClocks } from '#app/history.ts'
import { available, type Account } from '#core/account.ts'
import { parseAccountId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import { accountIdText, amountText, currencyCode, instantText, metadata, userIdText } from '../fields.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, shownMetadata, uuid, version } from './shown.ts'

const creditLimit = amountText.meta({
  description: 'How far below zero the account may go',
  examples: ['0.00'],
})

/** `POST /v2/accounts` */
export const NewAccount = z
  .strictObject({
    id: accountIdText.optional(),
    user_id: userIdText.nullable().default(null),
    currency: currencyCode,
    credit_limit: creditLimit.default('0'),
    initial_balance: amountText
      .default('0')
      .meta({ description: "Comes from the currency's external account", examples: ['500.00'] }),
    metadata: metadata.default({}),
  })
  .meta({ id: 'NewAccount', examples: [{ id: '1001', currency: 'EUR', initial_balance: '500.00' }] })

/** `PATCH /v2/accounts/{account_id}` */
export const AccountChanges = z
  .strictObject({ credit_limit: creditLimit.optional(), metadata: metadata.optional() })
  .refine((changes) => Object.keys(changes).length > 0, 'must change something')
  .meta({ id: 'AccountChanges', minProperties: 1, examples: [{ credit_limit: '100.00' }] })

/** `POST /v2/accounts/{account_id}/close` */
export const Closing = z
  .strictObject({
    sweep_to: accountIdText
      .nullable()
      .default(null)
      .meta({ description: 'The account that gets what is left; when absent, nothing may be left' }),
  })
  .meta({ id: 'Closing', examples: [{ sweep_to: '2002' }] })
  .prefault({})

/** Path of one account. */
export const AccountPath = z.strictObject({ account_id: accountIdText })
/** `GET /v2/accounts/{account_id}` */
export const AccountMoment = z.strictObject({
  at: instantText.optional().meta({ description: 'The balance as of this moment (RFC 3339)' }),
  clock: z
    .enum(ledgerClocks)
    .default('effective')
    .meta({ description: 'By which time movements count: effective, which is business time, or recorded' }),
})

/** `GET /v2/accounts` */
export const accountList = listQuery({
  name: 'accounts',
  filters: { user_id: userIdText.optional(), currency: currencyCode.optional() },
  position: parseAccountId,
})

/** Balances of an account, or of several in one currency. */
export const Balances = z.strictObject({
  posted: amount.meta({ description: 'The sum of the entries' }),
  held: amount.meta({ description: 'What open holds reserve, fees included' }),
  incoming: amount.meta({ description: 'What open holds announce' }),
  available: amount.nullable().meta({ description: 'posted - held + credit limit; null is unlimited' }),
})

/** An account. */
export const AccountSchema = z
  .strictObject({
    id: accountId,
    kind: z
      .enum(['standard', 'external'])
      .meta({ description: "external: the system's, stands for the outside world and has no floor" }),
    user_id: uuid.nullable(),
    currency: code,
    status: z.enum(['open', 'closed']),
    balances: z.strictObject({
      ...Balances.shape,
      held: Balances.shape.held.nullable(),
      incoming: Balances.shape.incoming.nullable(),
    }),
    at: instant.optional().meta({
      description:
        'The moment of the balance that was asked for; what is held, incoming and available is then null',
    }),
    clock: z.enum(ledgerClocks).optional(),
    credit_limit: amount.nullable().meta({ description: 'null is unlimited' }),
    metadata: shownMetadata,
    version,
    created_at: instant,
    updated_at: instant,
    closed_at: instant.nullable(),
  })
  .meta({ id: 'Account' })

/** A page of accounts. */
export const AccountPage = pageOf(AccountSchema, 'AccountPage')

/** Renders an account. */
export function toAccount(account: Account): z.output<typeof AccountSchema> {
  const { id, kind, userId, currency, scale, creditLimit: limit, closedAt } = account
  return {
    id,
    kind,
    user_id: userId,
    currency,
    status: closedAt === null ? 'open' : 'closed',
    balances: toBalances(account, available(account), scale),
    credit_limit: formatOrNull(limit, scale),
    metadata: account.metadata,
    version: account.version,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    closed_at: closedAt,
  }
}

/** Renders an account as it was: settings are those of now. */
export function toPastAccount(
  account: Account,
  past: { readonly posted: bigint; readonly at: Instant; readonly clock: (typeof ledgerClocks)[number] },
): z.output<typeof AccountSchema> {
  const { posted, at, clock } = past
  const balances = {
    posted: formatAmount(posted, account.scale),
    held: null,
    incoming: null,
    available: null,
  }
  return { ...toAccount(account), balances, at, clock }
}

/** Renders balances; `spendable` null is unlimited. */
export function toBalances(
  { posted, held, incoming }: Pick<Account, 'posted' | 'held' | 'incoming'>,
  spendable: bigint | null,
  scale: Scale,
): z.output<typeof Balances> {
  return {
    posted: formatAmount(posted, scale),
    held: formatAmount(held, scale),
    incoming: formatAmount(incoming, scale),
    available: formatOrNull(spendable, scale),
  }
}

/** An amount; null, which is unlimited, stays null. */
function formatOrNull(minor: bigint | null, scale: number): string | null {
  return minor === null ? null : formatAmount(minor, scale)
}
