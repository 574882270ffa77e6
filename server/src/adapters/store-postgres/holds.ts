import { sql, type RawBuilder } from 'kysely'
import { holdStatuses } from '#core/hold.ts'
import type { HoldId, UserId } from '#core/ids.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import { toHold, type HoldRow } from './codec-rules.ts'
import type { Database } from './tables.ts'
import { createWalk, LAST } from './walk.ts'

/** Reads holds. */
export function createHoldReader(db: Database): HoldReader {
  return {
    async findHold(id) {
      const row = await db.selectFrom('florin.holds').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toHold(row)
    },
    async listHolds({ accountId, userId, status, before = LAST, limit }) {
      const walk = createWalk('florin.holds', { before, limit })
      const statuses = status === undefined ? holdStatuses : [status]
      const eachSide = (of: (side: string, status: string) => RawBuilder<unknown>) =>
        ['source', 'destination'].flatMap((side) => statuses.map((one) => of(side, one)))
      const walks =
        accountId !== undefined
          ? eachSide((side, one) => walk({ [side]: sql`${accountId}`, status: sql`${one}` }))
          : userId !== undefined
            ? eachSide((side, one) => walkAccounts(userId, walk({ [side]: sql`a.id`, status: sql`${one}` })))
            : status !== undefined
              ? [walk({ status: sql`${status}` })]
              : [walk({})]
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

/** The same walk from each account `a` of a user. */
function walkAccounts(userId: UserId, fromAccount: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select h.* from florin.accounts a cross join lateral ${fromAccount} h where a.user_id = ${userId}::uuid
  )`
}
