/** The approvals of the second ledger: what waits, who asked for it, and what became of it. */
import assert from 'node:assert/strict'
import type { Approval } from '#core/approval.ts'
import type { ApproveTransfer, ExpireApproval, RejectTransfer } from '#core/approval-commands.ts'
import type { Makes, PostTransfer } from '#core/command.ts'
import type { TransferId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { Books } from './second-book.ts'
import { checkAsked } from './second-postings.ts'
import { needsSecond } from './second-rules.ts'

/** Keeps them; `note` is told when something interesting happened. */
export function createSecondApprovals(books: Books, note: (what: string) => void) {
  const approvals = new Map<TransferId, Approval>()

  /** Puts the approval in place of what it was, which must have been pending; only what may change has changed. */
  function end(approval: Approval): Approval {
    const before = approvals.get(approval.id)
    assert.ok(before?.status === 'pending', 'what has ended stays as it is')
    const { status, decidedBy, updatedAt } = approval
    assert.deepEqual(approval, { ...before, status, decidedBy, updatedAt })
    assert.equal(updatedAt >= before.expiresAt, status === 'expired', 'it is decided in time, or expires')
    approvals.set(approval.id, approval)
    books.touched.approvals.add(approval.id)
    return before
  }

  return {
    approvals,
    takeRequest(command: PostTransfer, approval: Approval): void {
      const { id, postings, reference, metadata, effectiveAt, principal, approvalSeconds } = command
      assert.ok(approvalSeconds !== null, 'what cannot wait does not')
      assert.ok(!approvals.has(id) && !books.transfers.has(id), 'an id is promised once')
      const { account, policy, createdAt } = approval
      assert.deepEqual(approval, {
        id,
        status: 'pending',
        transfer: { postings, reference, metadata, effectiveAt },
        account,
        policy,
        requestedBy: principal,
        decidedBy: null,
        expiresAt: addSeconds(createdAt, approvalSeconds),
        createdAt,
        updatedAt: createdAt,
      })
      const rules = needsSecond(books, account)
      assert.ok(
        rules.some(({ id: ruled, version }) => ruled === policy.id && version === policy.version),
        'a policy of the account demands it',
      )
      approvals.set(id, approval)
      books.touched.approvals.add(id)
      note('a transfer waits')
    },
    takeApproval(
      { id, principal }: ApproveTransfer,
      { approval, transfer }: Makes['approved'],
      closedThrough: Instant | null,
    ): void {
      const before = end(approval)
      assert.deepEqual([approval.status, approval.decidedBy], ['approved', principal])
      assert.notEqual(before.requestedBy, principal, 'another approves it')
      const { postings, reference, metadata, effectiveAt } = before.transfer
      assert.deepEqual([transfer.id, transfer.reference, transfer.metadata], [id, reference, metadata])
      assert.equal(transfer.effectiveAt, effectiveAt ?? transfer.createdAt)
      assert.ok(effectiveAt === null || closedThrough === null || effectiveAt > closedThrough)
      checkAsked(books, postings, transfer.postings)
      books.settle(transfer, { limits: true, bounds: true, approved: true })
      note('approved')
    },
    takeRejection({ principal }: RejectTransfer, approval: Approval): void {
      const { requestedBy } = end(approval)
      assert.deepEqual([approval.status, approval.decidedBy], ['rejected', principal])
      note(requestedBy === principal ? 'taken back' : 'turned down')
    },
    takeExpiry(_: ExpireApproval, approval: Approval): void {
      end(approval)
      assert.deepEqual([approval.status, approval.decidedBy], ['expired', null])
      note('an approval has expired')
    },
  }
}
