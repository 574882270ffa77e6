/** Whether the postings of a transfer are what was asked for: amounts that balance, fees, what is given back. */
import assert from 'node:assert/strict'
import type { ReverseTransfer } from '#core/command.ts'
import type { PostedTransfer, Posting } from '#core/transfer.ts'
import type { SecondTransfer } from './second-book.ts'
import { feesFor, floorFor, tallyOf, type SecondBook } from './second-rules.ts'

/** Checks them before they are counted; tells what is interesting about them. */
export function checkAsked(book: SecondBook, asked: readonly Posting[], came: readonly Posting[]): string[] {
  const written = came.filter(({ role }) => role?.kind !== 'fee')
  const fees = came.filter(({ role }) => role?.kind === 'fee')
  assert.equal(written.length, asked.length)
  assert.deepEqual(came, [...written, ...fees].slice(0, came.length), 'fees come last')
  const interesting: string[] = fees.length > 0 ? ['a fee is paid'] : []
  for (const [i, posting] of written.entries()) {
    const { source, destination, amount, currency, role } = asked[i] as Posting
    assert.deepEqual(
      [posting.source, posting.destination, posting.currency, posting.role],
      [source, destination, currency, role],
    )
    if (role?.kind !== 'balancing') assert.equal(posting.amount, amount)
    else if (role.max !== null) assert.ok(posting.amount <= role.max, 'at most the maximum is moved')
    if (role?.kind === 'balancing' && posting.amount !== role.max)
      interesting.push('less than the maximum was there')
  }
  assert.deepEqual(
    fees.map(({ source, destination, amount }) => ({ source, destination, amount })),
    feesFor(book, written),
    'fees are those of the nearest policy',
  )
  const [only] = written
  if (written.length === 1 && only?.role?.kind === 'balancing' && only.amount !== only.role.max) {
    checkNothingLeft(book, only, fees)
  }
  return interesting
}

/** A balancing amount leaves nothing, but for a unit that amount and fee may step over. */
function checkNothingLeft(book: SecondBook, { source, amount }: Posting, fees: readonly Posting[]): void {
  const tally = tallyOf(book, source)
  const fee = fees.reduce((sum, one) => sum + one.amount, 0n)
  const left = tally.posted - tally.held - floorFor(book, tally) - amount - fee
  assert.ok(left === 0n || (fee > 0n && left === 1n), `account ${source} keeps nothing, and not ${left}`)
}

/** Checks a reversal before it is counted; true when it gave back what earlier ones had left. */
export function checkReversal(
  { posting, amount }: ReverseTransfer,
  { postings, origin }: PostedTransfer,
  { id, origin: from, postings: moved, reversed }: SecondTransfer,
): boolean {
  assert.notEqual(from?.kind, 'reversal', 'a reversal is not reversed')
  assert.deepEqual(origin, { kind: 'reversal', of: id })
  let rest = false
  const undone = new Set<number>()
  for (const { role, ...back } of postings) {
    assert.ok(role?.kind === 'reversal')
    const original = moved[role.reverses]
    const before = reversed[role.reverses] ?? 0n
    assert.ok(original !== undefined)
    assert.deepEqual([back.source, back.destination], [original.destination, original.source])
    assert.equal(role.reversedAfter, before + back.amount)
    assert.ok(role.reversedAfter <= original.amount, 'no more is reversed than was moved')
    assert.equal(back.amount, amount ?? original.amount - before)
    if (before > 0n && role.reversedAfter === original.amount) rest = true
    undone.add(role.reverses)
  }
  assert.equal(undone.size, postings.length)
  if (posting !== null) assert.deepEqual([...undone], [posting])
  if (posting === null && amount === null) {
    const left = moved.flatMap((one, i) => ((reversed[i] ?? 0n) < one.amount ? [i] : []))
    assert.deepEqual([...undone], left)
  }
  return rest
}
