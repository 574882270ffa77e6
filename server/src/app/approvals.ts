// Use cases of approvals: let a transfer happen that waits, turn it down, end what nobody decided in time.
import type { ApproveTransfer, RejectTransfer } from '#core/approval-commands.ts'
import type { OutcomeOf } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { TransferId } from '#core/ids.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'

/** Decides transfers that wait. */
export interface Approvals {
  approve(caller: Caller, id: TransferId): Promise<OutcomeOf<ApproveTransfer>>
  /** Whoever may decide turns it down; its maker takes it back. */
  reject(caller: Caller, id: TransferId): Promise<OutcomeOf<RejectTransfer>>
}

/** Makes the use cases. */
export function createApprovals(deps: {
  readonly batcher: CommandBatcher
  readonly digest: HexDigest
}): Approvals {
  const { batcher, digest } = deps

  return {
    async approve(caller, id) {
      const fields = callerFields(caller, { id, kind: 'approve_transfer' }, digest)
      return await batcher.submit({ kind: 'approve_transfer', ...fields, id })
    },
    async reject(caller, id) {
      const fields = callerFields(caller, { id, kind: 'reject_transfer' }, digest)
      return await batcher.submit({ kind: 'reject_transfer', ...fields, id })
    },
  }
}

/** Approvals ended in one step: half a batch, so that requests find room beside them. */
export const EXPIRE_APPROVALS_LIMIT = 500

const FLORIN = 'florin' as Principal

/**
 * Ends approvals whose time is over; at most EXPIRE_APPROVALS_LIMIT a call. Answers whether there may be more. None is
 * taken after its time, whether anything has looked or not: this only says so.
 */
export type ExpireApprovals = () => Promise<'more' | 'done'>

/** Makes the use case. */
export function createExpireApprovals(deps: {
  readonly reader: ApprovalReader
  readonly batcher: CommandBatcher
  readonly clock: Clock
}): ExpireApprovals {
  const { reader, batcher, clock } = deps
  return async () => {
    const due = await reader.listDueApprovals(clock.now(), EXPIRE_APPROVALS_LIMIT)
    // One that somebody has ended meanwhile is refused, and that is well.
    await Promise.all(
      due.map((id) => batcher.submit({ kind: 'expire_approval', principal: FLORIN, idempotency: null, id })),
    )
    return due.length === EXPIRE_APPROVALS_LIMIT ? 'more' : 'done'
  }
}
