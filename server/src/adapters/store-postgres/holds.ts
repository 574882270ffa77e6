import { sql, type RawBuilder } from 'kysely'
import { holdStatuses } from '#core/hold.ts'
import type { HoldId, UserId } from '#core/ids.ts'
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
    async listHolds({ accountId, userId, status, before = LAST, limit }) {
      const statuses = status === undefined ? holdStatuses : [status]
      const eachSide = (of: (side: string, status: string) => RawBuilder<unknown>) =>
        ['source', 'destination'].flatMap((side) => statuses.map((one) => of(side, one)))
      const walks =
        accountId !== undefined
          ? eachSide((side, one) => walk([side, 'status'], [sql`${accountId}`, sql`${one}`], before, limit))
          : userId !== undefined
            ? eachSide((side, one) =>
                walkAccounts(userId, walk([side, 'status'], [sql`a.id`, sql`${one}`], before, limit)),
              )
            : status !== undefined
              ? [walk(['status'], [sql`${status}`], before, limit)]
              : [walk([], [], before, limit)]
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

const FIRST = '00000000-0000-0000-0000-000000000000' as HoldId
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff' as HoldId

/** The same walk from each account `a` of a user. */
function walkAccounts(userId: UserId, fromAccount: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select h.* from florin.accounts a cross join lateral ${fromAccount} h where a.user_id = ${userId}::uuid
  )`
}

/**
 * The holds with these values, newest first from `before` on: a walk along the index of these columns and the id. Whole
 * rows are compared and sorted by, so that no other index will do, whatever the planner believes to know.
 */
function walk(
  columns: readonly string[],
  values: readonly RawBuilder<unknown>[],
  before: HoldId,
  limit: number,
): RawBuilder<unknown> {
  const keys = [...columns, 'id'].map((column) => sql.ref(column))
  const row = (id: HoldId) => sql.join([...values, sql`${id}`])
  return sql`(
    select * from florin.holds
    where (${sql.join(keys)}) >= (${row(FIRST)}) and (${sql.join(keys)}) < (${row(before)})
    order by ${sql.join(keys.map((key) => sql`${key} desc`))}
    limit ${limit}
  )`
}
