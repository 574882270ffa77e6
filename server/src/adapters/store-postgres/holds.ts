import { sql, type RawBuilder } from 'kysely'
import { holdStatuses } from '#core/hold.ts'
import type { HoldId } from '#core/ids.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import { toHold, type HoldRow } from './codec-rules.ts'
import type { Database } from './tables.ts'

/** Reads holds. */
export function createHoldReader(db: Database): HoldReader {
  return {
    async findHold(id) {
      const row = await db.selectFrom('florin.holds').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toHold(row)
    },
    // Of each side and status a walk along an index, newest first, merged.
    async listHolds({ accountId, status, before, limit }) {
      const sides: RawBuilder<unknown>[] =
        accountId === undefined
          ? [sql`true`]
          : [sql`h.source = ${accountId}::bigint`, sql`h.destination = ${accountId}::bigint`]
      const walks = sides.map(
        (side) => sql`
          select h.* from unnest(${status === undefined ? [...holdStatuses] : [status]}::text[]) as s (status)
          cross join lateral (
            select * from florin.holds h
            where ${side} and h.status = s.status ${before === undefined ? sql`` : sql`and h.id < ${before}::uuid`}
            order by h.id desc
            limit ${limit}
          ) h`,
      )
      const { rows } = await sql<HoldRow>`
        select * from (${sql.join(walks, sql` union all `)}) as holds order by id desc limit ${limit}`.execute(
        db,
      )
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
