import { isApprovalDue } from '#core/approval.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the approvals of the memory store by scanning them. */
export function createMemoryApprovalReader({ approvals }: MemoryTables): ApprovalReader {
  return {
    findApproval: async (id) => approvals.get(id),
    async listApprovals({ status, requestedBy, before, limit }) {
      return [...approvals.values()]
        .filter((approval) => status === undefined || approval.status === status)
        .filter((approval) => requestedBy === undefined || approval.requestedBy === requestedBy)
        .filter(({ id }) => before === undefined || id < before)
        .sort((a, b) => (a.id > b.id ? -1 : 1))
        .slice(0, limit)
    },
    async listDueApprovals(at, limit) {
      return [...approvals.values()]
        .filter((approval) => approval.status === 'pending' && isApprovalDue(approval, at))
        .sort((a, b) => (`${a.expiresAt} ${a.id}` < `${b.expiresAt} ${b.id}` ? -1 : 1))
        .slice(0, limit)
        .map(({ id }) => id)
    },
  }
}
