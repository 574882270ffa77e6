import { sql, type RawBuilder } from 'kysely'
import type { AccountId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Transfer } from '#core/transfer.ts'
import type { LedgerReader, TransferFilter, TransferPosition } from '#ports/ledger-reader.ts'
import { toAccount } from './codec.ts'
import { toEntry, toTransfer, type TransferRow } from './codec-transfers.ts'
import type { Database, Databases } from './tables.ts'

type TransferQuery = Parameters<LedgerReader['listTransfers']>[0]

/** Reads accounts, transfers and entries. Every list walks an index from where its page begins. */
export function createReader({ db, prepared }: Databases): LedgerReader {
  return {
    async findAccount(id) {
      const accounts = prepared.selectFrom('florin.accounts').select(ACCOUNT_COLUMNS)
      const row = await accounts.where('id', '=', id).executeTakeFirst()
      return row && toAccount(row)
    },
    async listAccounts({ userId, currency, after, limit }) {
      const rows = await db
        .selectFrom('florin.accounts')
        .selectAll()
        .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as UserId))
        .$if(currency !== undefined, (query) => query.where('currency', '=', currency as string))
        .$if(after !== undefined, (query) => query.where('id', '>', after as AccountId))
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toAccount)
    },
    async findTransfer(id) {
      const row = await db.selectFrom('florin.transfers').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toTransfer(row)
    },
    async listTransfers(query) {
      const { status, limit } = query
      const statuses = status === undefined ? (['posted', 'failed'] as const) : [status]
      const walks = statuses.map((one) => transfersOf(prepared, one, query))
      const rows = await prepared
        .selectFrom(sql<TransferRow>`(${sql.join(walks, sql` union all `)})`.as('t'))
        .select(TRANSFER_COLUMNS)
        .orderBy('t.created_at', 'desc')
        .orderBy('t.id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toTransfer)
    },
    async listEntries({ accountId, before, limit }) {
      const rows = await prepared
        .selectFrom('florin.entries as e')
        .select(ENTRY_COLUMNS)
        .select(effectiveAtOf('e', sql`${accountId}::bigint`).as('effective_at'))
        .where('e.account_id', '=', accountId)
        .$if(before !== undefined, (query) => query.where('e.number', '<', (before as bigint).toString()))
        .orderBy('e.number', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toEntry)
    },
  }
}

const ACCOUNT_COLUMNS = [
  'id',
  'kind',
  'user_id',
  'currency',
  'scale',
  'posted',
  'held',
  'incoming',
  'open_holds',
  'debited',
  'debits',
  'credit_limit',
  'last_entry',
  'version',
  'metadata',
  'created_at',
  'updated_at',
  'closed_at',
] as const

const TRANSFER_COLUMNS = [
  't.id',
  't.status',
  't.postings',
  't.failure',
  't.reference',
  't.metadata',
  't.created_at',
  't.details',
  't.reversed',
] as const

const ENTRY_COLUMNS = [
  'e.account_id',
  'e.number',
  'e.transfer_id',
  'e.created_at',
  'e.debits_after',
  'e.amount',
  'e.balance_after',
  'e.debited_after',
  'e.reference',
] as const

/**
 * The business time of an entry of the account, when that is not the time of its recording. Most accounts have no
 * backdated entries: whether this one has is asked once, not for each row.
 */
export function effectiveAtOf(entry: string, account: RawBuilder<unknown>): RawBuilder<Instant | null> {
  return sql`case when (select exists (select from florin.backdated_entries where account_id = ${account})) then (
    select b.effective_at from florin.backdated_entries b
    where b.account_id = ${account} and b.number = ${sql.ref(`${entry}.number`)}
    limit 1
  ) end`
}

/** The newest transfers of a status: each status has indexes of its own, so neither list walks past the other's. */
function transfersOf(db: Database, status: Transfer['status'], query: TransferQuery) {
  const { reference, holdId, reversalOf, from, to, after, limit } = query
  const accounts = accountsOf(query)
  // Found by what few transfers share, and only then asked for their accounts.
  const rare = holdId !== undefined || reversalOf !== undefined
  const walksAccounts = accounts !== null && !rare
  return db
    .selectFrom('florin.transfers as t')
    .select(TRANSFER_COLUMNS)
    .where('t.status', '=', sql.lit(status))
    .$if(walksAccounts, (rows) =>
      rows.where(sql<boolean>`t.id = any (array(${positions(accounts as Accounts, status, query)}))`),
    )
    .$if(accounts !== null && rare, (rows) => rows.where(named(accounts as Accounts)))
    .$if(reference !== undefined && !walksAccounts, (rows) =>
      rows.where('t.reference', '=', reference as string),
    )
    .$if(holdId !== undefined, (rows) => rows.where(sql<boolean>`t.details ->> 'hold_id' = ${holdId}`))
    .$if(reversalOf !== undefined, (rows) =>
      rows.where(sql<boolean>`t.details ->> 'reversal_of' = ${reversalOf}`),
    )
    .$if(from !== undefined, (rows) => rows.where('t.created_at', '>=', from as Instant))
    .$if(to !== undefined, (rows) => rows.where('t.created_at', '<', to as Instant))
    .$if(after !== undefined, (rows) => rows.where(before(after as TransferPosition, sql.ref('t.id'))))
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .limit(limit)
}

type Accounts = RawBuilder<unknown>

/** The ids of the accounts that a filter is about, as a subquery; null when it names none. */
function accountsOf({ accountIds, userId }: TransferFilter): Accounts | null {
  if (userId === undefined)
    return accountIds === undefined ? null : sql`select unnest(${[...accountIds]}::bigint[])`
  const owned = sql`select id from florin.accounts where user_id = ${userId}`
  return accountIds === undefined ? owned : sql`${owned} and id = any (${[...accountIds]}::bigint[])`
}

/**
 * The newest `limit` transfers of the accounts, as ids: of each account as many rows along an index, with all of the time
 * that the last of them has, and so on until enough transfers were found, merged. An account's posted transfers are those
 * with entries on it, of which one may have several; those that failed name it.
 */
function positions(
  accounts: Accounts,
  status: Transfer['status'],
  { reference, from, to, after, limit }: TransferQuery,
): RawBuilder<unknown> {
  const table = sql.table(status === 'posted' ? 'florin.entries' : 'florin.failed_transfer_accounts')
  const ofAccount = [
    sql`m.account_id = a.id`,
    ...(reference === undefined ? [] : [sql`m.reference = ${reference}`]),
    ...(from === undefined ? [] : [sql`m.created_at >= ${from}`]),
  ]
  const start = [
    ...(to === undefined ? [] : [sql`m.created_at < ${to}`]),
    ...(after === undefined ? [] : [sql`m.created_at <= ${after.createdAt}`]),
  ]
  const place = after === undefined ? [] : [before(after, sql.ref('m.transfer_id'), 'm')]
  const where = (...conditions: readonly RawBuilder<unknown>[]) =>
    sql`from ${table} m where ${sql.join([...ofAccount, ...conditions], sql` and `)}`
  const chunk = (...beginning: readonly RawBuilder<unknown>[]) => sql`
    (
      select min(created_at) as earliest
      from (select m.created_at ${where(...beginning)} order by m.created_at desc limit ${limit}) newest
    ) bound
    cross join lateral (
      select array_agg(created_at) as times, array_agg(transfer_id) as ids, count(*) as count
      from (
        select distinct m.created_at, m.transfer_id
        ${where(sql`m.created_at >= bound.earliest`, ...beginning, ...place)}
      ) transfers
    ) found`
  return sql`
    select w.transfer_id
    from (
      select distinct m.created_at, m.transfer_id
      from (${accounts}) as a (id)
      cross join lateral (
        with recursive chunks (earliest, times, ids, count) as (
          select bound.earliest, found.times, found.ids, found.count
          from ${chunk(...start)}
          union all
          select bound.earliest, found.times, found.ids, chunks.count + found.count
          from chunks cross join lateral ${chunk(sql`m.created_at < chunks.earliest`)}
          where chunks.earliest is not null and chunks.count < ${limit}
        )
        select u.created_at, u.transfer_id from chunks, unnest(times, ids) as u (created_at, transfer_id)
      ) m
    ) w
    order by w.created_at desc, w.transfer_id desc
    limit ${limit}`
}

/** Transfers, found by something rarer, whose postings name one of the accounts. */
function named(accounts: Accounts): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select 1 from jsonb_array_elements(t.postings) p
    where (p ->> 'source')::bigint in (${accounts}) or (p ->> 'destination')::bigint in (${accounts})
  )`
}

function before(
  { createdAt, id }: TransferPosition,
  idColumn: RawBuilder<unknown>,
  table = 't',
): RawBuilder<boolean> {
  return sql<boolean>`(${sql.ref(`${table}.created_at`)}, ${idColumn}) < (${createdAt}::timestamptz, ${id}::uuid)`
}
