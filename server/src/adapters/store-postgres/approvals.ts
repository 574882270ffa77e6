import { sql } from 'kysely'
import { approvalStatuses } from '#core/approval.ts'
import type { TransferId } from '#core/ids.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import { toApproval, type ApprovalRow } from './codec-approvals.ts'
import type { Database } from './tables.ts'
import { createWalk, LAST } from './walk.ts'

/** Reads approvals. */
export function createApprovalReader(db: Database): ApprovalReader {
  return {
    async findApproval(id) {
      const row = await db.selectFrom('florin.approvals').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toApproval(row)
    },
    async listApprovals({ status, requestedBy, before = LAST, limit }) {
      const walk = createWalk('florin.approvals', { before, limit })
      const statuses = status === undefined ? approvalStatuses : [status]
      const walks =
        requestedBy !== undefined
          ? statuses.map((one) => walk({ requested_by: sql`${requestedBy}`, status: sql`${one}` }))
          : [walk(status === undefined ? {} : { status: sql`${status}` })]
      const { rows } = await sql<ApprovalRow>`
        select * from (${sql.join(walks, sql` union all `)}) as approvals
        order by id desc limit ${limit}`.execute(db)
      return rows.map(toApproval)
    },
    async listDueApprovals(at, limit) {
      const rows = await db
        .selectFrom('florin.approvals')
        .select('id')
        .where('status', '=', 'pending')
        .where('expires_at', '<=', at)
        .orderBy('expires_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id }) => id as TransferId)
    },
  }
}
