// The first round trip of a batch: begin, lock and load what it is decided over.
import type { Client, QueryResultRow } from 'pg'
import type { AccountId } from '#core/ids.ts'
import { emailKey } from '#core/user.ts'
import { emptyWorkingSet, idempotencyId, type Needs, type WorkingSet } from '#core/working-set.ts'
import { plainArray, textArray } from './arrays.ts'
import {
  toBalance,
  toCurrency,
  toIdempotencyRecord,
  toSettings,
  toTransfer,
  toUser,
  type BalanceRow,
  type CurrencyRow,
  type IdempotencyRow,
  type SettingsRow,
  type TransferRow,
  type UserRow,
} from './codec.ts'

/** The rows that a batch is decided over, as they came. */
export interface Loaded {
  readonly currencies: readonly CurrencyRow[]
  readonly accounts: readonly BalanceRow[]
  readonly settings: readonly SettingsRow[]
  readonly users: readonly UserRow[]
  readonly records: readonly IdempotencyRow[]
  readonly transfers: readonly TransferRow[]
}

/**
 * Opens a transaction, locks the currencies, accounts and users of a batch (each in the order of its ids, so no two
 * batches wait for each other in a circle), and reads them with the idempotency records and transfers it may repeat.
 *
 * A statement that waits for a lock sees the locked row as the other process left it, and all other rows as they were
 * before. So what hangs on a locked row is read by a later statement: the external accounts of currencies, the profiles
 * of users, and the records.
 *
 * All statements leave in one write; what the batch does not need is not asked for.
 */
export async function beginAndLoad(client: Client, needs: Needs): Promise<Loaded> {
  const idempotency = [...needs.idempotency.values()]
  const keys = [
    textArray(idempotency.map(({ principal }) => principal)),
    textArray(idempotency.map(({ key }) => key)),
  ]
  const currencyCodes = textArray([...needs.currencies])
  const settingsIds = plainArray([...needs.settings])
  const userIds = plainArray([...needs.users])
  const transferIds = plainArray([...needs.transfers])
  const ask = <Row>(wanted: number, name: keyof typeof STATEMENTS, values: readonly string[]) =>
    wanted === 0 ? [] : rows<Row>(client, name, values)

  const userNeeds = [userIds, textArray([...needs.emails])]
  const userCount = needs.users.size + needs.emails.size

  const [, currencies, accounts, settings, , users, records, transfers] = await Promise.all([
    client.query('begin'),
    ask<CurrencyRow>(needs.currencies.size, 'lock_currencies', [currencyCodes]),
    ask<BalanceRow>(needs.accounts.size, 'lock_accounts', [plainArray([...needs.accounts]), currencyCodes]),
    ask<SettingsRow>(needs.settings.size, 'find_settings', [settingsIds]),
    ask(userCount, 'lock_users', userNeeds),
    ask<UserRow>(userCount, 'find_users', userNeeds),
    ask<IdempotencyRow>(idempotency.length, 'find_idempotency', keys),
    ask<TransferRow>(needs.transfers.size + idempotency.length, 'find_transfers', [...keys, transferIds]),
  ])
  return { currencies, accounts, settings, users, records, transfers }
}

/** What was loaded, in the domain. */
export function toWorkingSet(loaded: Loaded, needs: Needs): WorkingSet {
  const { currencies, accounts, settings, users, records, transfers } = loaded
  const state = emptyWorkingSet()
  for (const row of accounts) state.accounts.set(row.id as AccountId, toBalance(row))
  for (const row of settings) state.settings.set(row.id as AccountId, toSettings(row))
  for (const user of users.map(toUser)) {
    state.users.set(user.id, user)
    if (user.email !== null) state.emails.set(emailKey(user.email), user.id)
  }
  for (const currency of currencies.map(toCurrency)) state.currencies.set(currency.code, currency)
  const answers = new Map(transfers.map(toTransfer).map((transfer) => [transfer.id, transfer]))
  for (const [id, transfer] of answers) if (needs.transfers.has(id)) state.transfers.set(id, transfer)
  for (const record of records.map((row) => toIdempotencyRecord(row, answers))) {
    state.idempotency.set(idempotencyId(record.principal, record.key), record)
  }
  return state
}

async function rows<Row>(
  client: Client,
  name: keyof typeof STATEMENTS,
  values: readonly string[],
): Promise<Row[]> {
  const result = await client.query<Row & QueryResultRow>({
    name,
    text: STATEMENTS[name],
    values: [...values],
  })
  return result.rows
}

const KEPT = `
  select r.* from unnest($1::text[], $2::text[]) as k (principal, key)
  join florin.idempotency_records r on r.principal = k.principal and r.key = k.key`

const USER_IDS = `
  $1::uuid[] || array(select user_id from florin.user_profiles where email_key = any ($2::text[]))`

// Plain statements, not functions: a function's rows are stored once more before they are sent (a quarter of the time).
const STATEMENTS = {
  lock_accounts: `
    select id, currency, scale, posted, credit_limit, last_entry, updated_at
    from florin.accounts
    where id = any ($1::bigint[] || array(
      select external_account_id from florin.currencies
      where code = any ($2::text[]) and external_account_id is not null
    ))
    order by id
    for no key update`,
  find_settings: `
    select id, kind, user_id, metadata, version, created_at from florin.accounts where id = any ($1::bigint[])`,
  lock_users: `
    select id from florin.users where id = any (${USER_IDS}) order by id for no key update`,
  find_users: `
    select u.id, p.name, p.email, u.metadata, u.version, u.created_at, u.updated_at
    from florin.users u
    left join florin.user_profiles p on p.user_id = u.id
    where u.id = any (${USER_IDS})`,
  lock_currencies: `
    select code, scale, name, external_account_id
    from florin.currencies
    where code = any ($1::text[])
    order by code
    for no key update`,
  find_idempotency: KEPT,
  find_transfers: `
    select t.* from florin.transfers t
    where t.id = any ($3::uuid[] || array(select transfer_id from (${KEPT}) kept where transfer_id is not null))`,
} as const
