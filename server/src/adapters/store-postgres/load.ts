// The first round trip of a batch: begin, lock and load what it is decided over.
import type { Client, QueryResultRow } from 'pg'
import type { Transfer } from '#core/transfer.ts'
import { emailKey } from '#core/user.ts'
import { emptyWorkingSet, idempotencyId, type Needs, type WorkingSet } from '#core/working-set.ts'
import { plainArray, textArray } from './arrays.ts'
import {
  toAccount,
  toCurrency,
  toIdempotencyRecord,
  toTransfer,
  toUser,
  type AccountRow,
  type CurrencyRow,
  type IdempotencyRow,
  type TransferRow,
  type UserRow,
} from './codec.ts'

/**
 * Opens a transaction, locks the accounts, users and currencies of a batch (each in the order of its ids, so no two
 * batches wait for each other in a circle), and reads them with the idempotency records and transfers it may repeat.
 * All statements leave in one write; what the batch does not need is not asked for.
 */
export async function beginAndLoad(client: Client, needs: Needs): Promise<WorkingSet> {
  const idempotency = [...needs.idempotency.values()]
  const principals = textArray(idempotency.map(({ principal }) => principal))
  const keys = textArray(idempotency.map(({ key }) => key))
  const currencies = textArray([...needs.currencies])

  const [, accounts, users, locked, records, transfers] = await Promise.all([
    client.query('begin'),
    rows<AccountRow>(client, needs.accounts.size, 'lock_accounts', [
      plainArray([...needs.accounts]),
      currencies,
    ]),
    rows<UserRow>(client, needs.users.size + needs.emails.size, 'lock_users', [
      plainArray([...needs.users]),
      textArray([...needs.emails]),
    ]),
    rows<CurrencyRow>(client, needs.currencies.size, 'lock_currencies', [currencies]),
    rows<IdempotencyRow>(client, idempotency.length, 'find_idempotency', [principals, keys]),
    rows<TransferRow>(client, needs.transfers.size + idempotency.length, 'find_transfers', [
      plainArray([...needs.transfers]),
      principals,
      keys,
    ]),
  ])

  const state = emptyWorkingSet()
  for (const row of accounts) state.accounts.set(row.id as never, toAccount(row))
  for (const row of users) {
    const user = toUser(row)
    state.users.set(user.id, user)
    if (user.email !== null) state.emails.set(emailKey(user.email), user.id)
  }
  for (const row of locked) state.currencies.set(row.code as never, toCurrency(row))
  const found = new Map<Transfer['id'], Transfer>()
  for (const row of transfers) found.set(row.id as never, toTransfer(row))
  for (const [id, transfer] of found) if (needs.transfers.has(id)) state.transfers.set(id, transfer)
  for (const row of records) {
    const record = toIdempotencyRecord(row, found)
    state.idempotency.set(idempotencyId(record.principal, record.key), record)
  }
  return state
}

async function rows<Row>(
  client: Client,
  wanted: number,
  name: keyof typeof STATEMENTS,
  values: readonly string[],
): Promise<readonly Row[]> {
  if (wanted === 0) return []
  const result = await client.query<Row & QueryResultRow>({
    name,
    text: STATEMENTS[name],
    values: [...values],
  })
  return result.rows
}

const STATEMENTS = {
  lock_accounts: 'select * from florin.lock_accounts($1, $2)',
  lock_users: 'select * from florin.lock_users($1, $2)',
  lock_currencies: 'select * from florin.lock_currencies($1)',
  find_idempotency: 'select * from florin.find_idempotency($1, $2)',
  find_transfers: 'select * from florin.find_transfers($1, $2, $3)',
} as const
