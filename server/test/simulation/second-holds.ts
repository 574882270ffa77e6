/** The holds of the second ledger: what they reserve and announce, and what became of them. */
import assert from 'node:assert/strict'
import type { CaptureHold, Makes, ReleaseHold } from '#core/command.ts'
import type { Hold } from '#core/hold.ts'
import type { HoldId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Posting } from '#core/transfer.ts'
import type { Books } from './second-book.ts'
import { checkAlone, checkBounds, checkLimits, checkOpen, feesFor, tallyOf } from './second-rules.ts'

/** Keeps them; `note` is told when something interesting happened. */
export function createSecondHolds(books: Books, note: (what: string) => void) {
  const holds = new Map<HoldId, Hold>()

  /** Puts the hold in place of what it was, which must have been open; only what may change has changed. */
  function change(hold: Hold, at: Instant): Hold {
    const before = holds.get(hold.id)
    assert.ok(before?.status === 'open', 'what has ended stays as it is')
    const { status, captured } = hold
    assert.deepEqual(hold, { ...before, status, captured, updatedAt: at })
    reserve(before, -1n)
    holds.set(hold.id, hold)
    if (status === 'open') reserve(hold, 1n)
    return before
  }

  function reserve(hold: Hold, sign: 1n | -1n): void {
    const source = tallyOf(books, hold.source)
    const left = hold.amount - hold.captured
    source.held += sign * (left + (hold.fee?.amount ?? 0n) - feeShare(hold))
    source.openHolds += Number(sign)
    tallyOf(books, hold.destination).incoming += sign * left
    books.touched.accounts.add(hold.source).add(hold.destination)
    books.touched.holds.add(hold.id)
  }

  return {
    holds,
    takeHold(hold: Hold): void {
      const { source, destination, amount, currency, scale, createdAt, expiresAt } = hold
      assert.deepEqual([hold.status, hold.captured], ['open', 0n])
      assert.ok(expiresAt === null || expiresAt > createdAt, 'a hold has some time')
      const asked: Posting = { source, destination, amount, currency, scale, role: null }
      const [fee] = feesFor(books, [asked])
      assert.deepEqual(hold.fee, fee === undefined ? null : { account: fee.destination, amount: fee.amount })
      if (fee !== undefined) note('a hold with a fee')
      const postings: Posting[] =
        fee === undefined ? [asked] : [asked, { ...asked, ...fee, role: { kind: 'fee' } }]
      checkOpen(books, postings)
      checkAlone(books, postings)
      const before = books.snapshot(postings)
      holds.set(hold.id, hold)
      reserve(hold, 1n)
      checkLimits(books, [asked], createdAt)
      checkBounds(books, before, true)
    },
    takeCapture(command: CaptureHold, { hold, transfer }: Makes['capture']): void {
      assert.equal(transfer.id, command.transferId)
      const before = change(hold, transfer.createdAt)
      assert.ok(before.expiresAt === null || transfer.createdAt < before.expiresAt, 'a capture is in time')
      const amount = command.amount ?? before.amount - before.captured
      assert.equal(hold.captured, before.captured + amount)
      const ended = command.releaseRest || hold.captured === hold.amount
      assert.equal(hold.status, ended ? 'captured' : 'open')
      if (!ended) note('captured in part')
      if (ended && hold.captured < hold.amount) note('the rest of a capture is released')
      const fee = feeShare(hold) - feeShare(before)
      if (fee > 0n) note('a hold’s fee is taken')
      const { reference, metadata, source } = hold
      assert.deepEqual([transfer.reference, transfer.metadata], [reference, metadata])
      assert.deepEqual(
        transfer.postings.map((posting) => [posting.source, posting.destination, posting.amount]),
        [[source, hold.destination, amount], ...(fee > 0n ? [[source, hold.fee?.account, fee]] : [])],
      )
      books.settle(transfer, { limits: false, bounds: false, approved: true })
    },
    takeRelease({ due }: ReleaseHold, hold: Hold): void {
      const before = change(hold, hold.updatedAt)
      const over = before.expiresAt !== null && hold.updatedAt >= before.expiresAt
      assert.equal(hold.status, over ? 'expired' : 'released')
      assert.ok(over || !due, 'what is swept is due')
      if (before.captured > 0n) note('captured in part, then released')
      if (over) note('expired')
    },
  }
}

/** The fee goes with what is captured, to the unit below; all of it with the last. */
function feeShare({ fee, captured, amount }: Hold): bigint {
  return fee === null ? 0n : (fee.amount * captured) / amount
}
