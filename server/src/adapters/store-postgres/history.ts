// What was: balances at a moment and statements of a period, by either clock. The times of an account's entries rise with
// their numbers, so the account as it was recorded at a moment is its last entry by then. By business time come the
// amounts of the backdated entries that had taken effect by then and were recorded afterwards.
//
// What is looked up row by row is looked up with `limit 1`: a plain join the planner may turn into a scan of it all.
import { sql, type RawBuilder } from 'kysely'
import type { AccountKind } from '#core/account.ts'
import type { AccountId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { HistoryReader, LedgerClock, PastBalance, StatementPosition } from '#ports/history-reader.ts'
import { toEntry, type EntryRow } from './codec-transfers.ts'
import { effectiveAtOf } from './reader.ts'
import type { Database } from './tables.ts'

const NUMBER_MAX = 2n ** 63n - 1n

/** Reads what was. */
export function createHistory(db: Database): HistoryReader {
  return {
    async balanceAt(accountId, at, clock) {
      const account = sql`${accountId}::bigint`
      const { rows } = await past(account, clock, { at, number: NUMBER_MAX }).execute(db)
      return toPastBalance(rows[0]?.posted, rows[0]?.debited)
    },
    async readStatement({ accountId, clock, from, to, after, limit }) {
      const account = sql`${accountId}::bigint`
      const first = { at: from, number: 0n }
      const end = { at: to, number: 0n }
      const start = after === undefined || after.at < from ? first : after
      const walks = clock === 'recorded' ? [recordedLines] : [recordedLines, backdatedLines]
      const { rows } = await sql<StatementRow>`
        select opening.posted as opening, opening.debited as opening_debited,
          closing.posted as closing, closing.debited as closing_debited,
          l.account_id, l.number, l.transfer_id, l.created_at, l.debits_after, l.amount, l.debited_after,
          start.posted + sum(l.amount) over (order by l.time, l.number) as balance_after,
          l.reference, ${effectiveAtOf('l', account)} as effective_at
        from (${past(account, clock, first)}) opening
        cross join (${past(account, clock, end)}) closing
        cross join (${past(account, clock, start)}) start
        left join lateral (
          select * from (${sql.join(
            walks.map((walk) => sql`(${walk({ account, clock, start, to, limit })})`),
            sql` union all `,
          )}) u
          order by time, number
          limit ${limit}
        ) l on true
        order by l.time, l.number`.execute(db)
      return {
        opening: toPastBalance(rows[0]?.opening, rows[0]?.opening_debited),
        closing: toPastBalance(rows[0]?.closing, rows[0]?.closing_debited),
        lines: rows.filter(isLine).map(toEntry),
      }
    },
    async listBalancesAt({ currency, at, clock, after, limit }) {
      const { rows } = await sql<{ id: string; kind: AccountKind; posted: string }>`
        select a.id, a.kind, p.posted
        from (
          select id, kind from florin.accounts
          where currency = ${currency} and id > ${after ?? '0'}::bigint
          order by id
          limit ${limit}
        ) a
        cross join lateral (${past(sql`a.id`, clock, { at, number: NUMBER_MAX })}) p
        order by a.id`.execute(db)
      return rows.map(({ id, kind, posted }) => ({ id: id as AccountId, kind, posted: BigInt(posted) }))
    },
  }
}

/** There is always a row, of zeros before the first entry. */
function toPastBalance(posted = '0', debited = '0'): PastBalance {
  return { posted: BigInt(posted), debited: BigInt(debited) }
}

/** What is around the period, and a line of it. */
type StatementRow = {
  readonly opening: string
  readonly opening_debited: string
  readonly closing: string
  readonly closing_debited: string
} & (LineRow | { readonly number: null })

type LineRow = EntryRow & { readonly effective_at: Instant | null }

/** Without lines there is a row all the same. */
function isLine(row: StatementRow): row is StatementRow & LineRow {
  return row.number !== null
}

type Account = RawBuilder<unknown>

/** One row: what the account had up to and with a position, and the number of its last entry recorded by then. */
function past(account: Account, clock: LedgerClock, upTo: StatementPosition) {
  const recorded = sql<{ number: string; posted: string; debited: string }>`
    select coalesce(e.number, 0) as number, coalesce(e.balance_after, 0) as posted,
      coalesce(e.debited_after, 0) as debited
    from (values (true)) as always
    left join lateral (
      select number, balance_after, debited_after from florin.entries
      where account_id = ${account} and (created_at, number) <= ${place(upTo)}
      order by created_at desc, number desc
      limit 1
    ) e on true`
  if (clock === 'recorded') return recorded
  return sql<{ number: string; posted: string; debited: string }>`
    select r.number, r.posted + coalesce(sum(b.amount), 0) as posted,
      r.debited - coalesce(sum(b.amount) filter (where b.amount < 0), 0) as debited
    from (${recorded}) r
    left join florin.backdated_entries b
      on b.account_id = ${account} and b.number > r.number
      and (b.effective_at, b.number) <= ${place(upTo)}
    group by r.number, r.posted, r.debited`
}

function place({ at, number }: StatementPosition): RawBuilder<unknown> {
  return sql`(${at}::timestamptz, ${number.toString()}::bigint)`
}

interface Walk {
  readonly account: Account
  readonly clock: LedgerClock
  readonly start: StatementPosition
  readonly to: Instant
  readonly limit: number
}

/** The entries of a period in the order of their recording; by business time, those whose two times are one. */
function recordedLines({ account, clock, limit }: Walk): RawBuilder<unknown> {
  return sql`
    select e.*, e.created_at as time
    from florin.entries e
    where e.account_id = ${account} and e.number > start.number and e.number <= closing.number
      ${clock === 'recorded' ? sql`` : sql`and ${effectiveAtOf('e', account)} is null`}
    order by e.number
    limit ${limit}`
}

/** The backdated entries of a period in the order in which they took effect. */
function backdatedLines({ account, start, to, limit }: Walk): RawBuilder<unknown> {
  return sql`
    select e.*, b.effective_at as time
    from (
      select * from florin.backdated_entries
      where account_id = ${account} and (effective_at, number) > ${place(start)} and effective_at < ${to}::timestamptz
      order by effective_at, number
      limit ${limit}
    ) b
    cross join lateral (
      select * from florin.entries where account_id = b.account_id and number = b.number limit 1
    ) e`
}
