// Commands that end approvals. What makes them is a transfer.
import type { Approval } from './approval.ts'
import type { CommandFields } from './command-fields.ts'
import type { TransferId } from './ids.ts'
import type { PostedTransfer } from './transfer.ts'

/** Approves a transfer, which is then decided anew and posted. */
export interface ApproveTransfer extends CommandFields {
  readonly kind: 'approve_transfer'
  readonly id: TransferId
}

/** Turns a transfer down that waits for approval, or takes it back. */
export interface RejectTransfer extends CommandFields {
  readonly kind: 'reject_transfer'
  readonly id: TransferId
}

/** Ends an approval whose time is over. */
export interface ExpireApproval extends CommandFields {
  readonly kind: 'expire_approval'
  readonly id: TransferId
}

/** Everything that ends approvals. */
export type ApprovalCommand = ApproveTransfer | RejectTransfer | ExpireApproval

/** An approval that was given, and the transfer that it let happen. */
export interface Approved {
  readonly approval: Approval
  readonly transfer: PostedTransfer
}

/** What accepted ones make, by name; a transfer that has to wait makes an approval as well. */
export interface ApprovalMakes {
  readonly approval: Approval
  readonly approved: Approved
}

/** What each makes. */
export interface ApprovalMadeBy {
  readonly approve_transfer: 'approved'
  readonly reject_transfer: 'approval'
  readonly expire_approval: 'approval'
}
