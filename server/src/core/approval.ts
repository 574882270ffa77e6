// Approvals: transfers that wait for a second principal. Each has the id of the transfer that it is for.
import type { Principal } from './command-fields.ts'
import type { AccountId, PolicyId, TransferId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { TransferContent } from './transfer.ts'

/** What an approval is: `pending`, or how it ended. */
export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired'] as const

/** A status of an approval. */
export type ApprovalStatus = (typeof approvalStatuses)[number]

/** A transfer that a policy lets happen only when another principal than its maker approves it. */
export interface Approval {
  /** That of the transfer, which nothing else gets. */
  readonly id: TransferId
  readonly status: ApprovalStatus
  /** As it was asked for; what it comes to is decided when it is approved. */
  readonly transfer: TransferContent
  /** The account of which more is taken than its policy lets one principal take, and that policy as it was. */
  readonly account: AccountId
  readonly policy: { readonly id: PolicyId; readonly version: number }
  /** Its maker, who cannot approve it. */
  readonly requestedBy: Principal
  /** Who approved or rejected it; null while nobody has, and when its time was over. */
  readonly decidedBy: Principal | null
  /** From this moment on it cannot be approved. */
  readonly expiresAt: Instant
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** True when its time is over at `at`, whether anything has swept it yet or not. */
export function isApprovalDue({ expiresAt }: Approval, at: Instant): boolean {
  return at >= expiresAt
}
