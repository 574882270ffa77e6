import { sql, type RawBuilder } from 'kysely'
import { holdStatuses } from '#core/hold.ts'
import type { AccountId, HoldId, UserId } from '#core/ids.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import { toHold, type HoldRow } from './codec-rules.ts'
import type { Database } from './tables.ts'

/** The accounts to walk from. */
function accountsOf(accountId: AccountId | undefined, userId: UserId | undefined): RawBuilder<unknown> {
  const ids = sql`select id from florin.accounts where user_id = ${userId}::uuid`
  if (accountId === undefined) return userId === undefined ? sql`select null::bigint as id` : ids
  return sql`select ${accountId}::bigint as id`
}

/** Reads holds. */
export function createHoldReader(db: Database): HoldReader {
  return {
    async findHold(id) {
      const row = await db.selectFrom('florin.holds').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toHold(row)
    },
    // Of each account, side and status a walk along an index, newest first, merged.
    async listHolds({ accountId, userId, status, before, limit }) {
      const sides: RawBuilder<unknown>[] =
        accountId === undefined && userId === undefined
          ? [sql`true`]
          : [sql`h.source = a.id`, sql`h.destination = a.id`]
      const ofUser =
        accountId === undefined || userId === undefined
          ? sql``
          : sql`and exists (
              select from florin.accounts o where o.user_id = ${userId}::uuid and o.id in (h.source, h.destination)
            )`
      const from = before === undefined ? sql`` : sql`and h.id < ${before}::uuid`
      const walks = sides.map(
        (side) => sql`
          select h.* from unnest(${status === undefined ? [...holdStatuses] : [status]}::text[]) as s (status)
          cross join (${accountsOf(accountId, userId)}) as a
          cross join lateral (
            select * from florin.holds h
            where ${side} and h.status = s.status ${from} ${ofUser}
            order by h.id desc
            limit ${limit}
          ) h`,
      )
      // A hold between two accounts of one user is met twice.
      const { rows } = await sql<HoldRow>`
        select distinct on (id) * from (${sql.join(walks, sql` union all `)}) as holds
        order by id desc limit ${limit}`.execute(db)
      return rows.map(toHold)
    },
    async listDueHolds(at, limit) {
      const rows = await db
        .selectFrom('florin.holds')
        .select('id')
        .where('status', '=', 'open')
        .where('expires_at', '<=', at)
        .orderBy('expires_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id as HoldId)
    },
  }
}
