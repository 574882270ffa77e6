import type { Approval, ApprovalStatus } from '#core/approval.ts'
import type { Principal } from '#core/command-fields.ts'
import type { TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'

/** Reads of approvals, always of what is committed. Lists hold at most `limit` rows. */
export interface ApprovalReader {
  findApproval(id: TransferId): Promise<Approval | undefined>
  /** By id, which is by time unless clients chose ids, newest first; those below `before`. */
  listApprovals(query: {
    readonly status?: ApprovalStatus
    readonly requestedBy?: Principal
    readonly before?: TransferId
    readonly limit: number
  }): Promise<Approval[]>
  /** Pending ones whose time is over at `at`, those first that expired first. */
  listDueApprovals(at: Instant, limit: number): Promise<TransferId[]>
}
