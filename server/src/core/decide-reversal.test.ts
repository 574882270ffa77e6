import assert from 'node:assert/strict'
import test from 'node:test'
import { decideLines } from '#test/lines.ts'
import { transferOf } from '#test/shorthand-words.ts'

const GIVEN = [
  'open 1 EUR 100.00',
  'open 2 EUR',
  'open 3 EUR',
  'pay 1>2 10.00 EUR, 1>3 20.00 EUR id=t ref=rent m:k=v',
]

test('a reversal is a transfer back, which says of what, and how much of it is undone', () => {
  const { outcome, state } = decideLines(...GIVEN, 'reverse t 5.00 EUR posting=1', 'reverse t id=r m:why=x')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'transfer')
  const { id, origin, reference, metadata, postings } = outcome.result
  assert.deepEqual([id, origin], [transferOf('r'), { kind: 'reversal', of: transferOf('t') }])
  assert.deepEqual([reference, metadata], ['rent', { why: 'x' }])
  assert.deepEqual(
    postings.map(({ source, destination, amount, role }) => ({ source, destination, amount, role })),
    [
      {
        source: '2',
        destination: '1',
        amount: 1000n,
        role: { kind: 'reversal', reverses: 0, reversedAfter: 1000n },
      },
      {
        source: '3',
        destination: '1',
        amount: 1500n,
        role: { kind: 'reversal', reverses: 1, reversedAfter: 2000n },
      },
    ],
  )
  const original = state.transfers.get(transferOf('t'))
  assert.ok(original?.status === 'posted')
  assert.deepEqual(
    original.postings.map(({ reversed }) => reversed),
    [1000n, 2000n],
  )
})

test('its own reference goes before the original’s', () => {
  const { outcome } = decideLines(...GIVEN, 'reverse t ref=mistake')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'transfer')
  assert.equal(outcome.result.reference, 'mistake')
})

test('a refusal about money is recorded as a transfer, one about the original is not', () => {
  const short = decideLines(...GIVEN, 'pay 2>3 1.00 EUR', 'reverse t')
  assert.ok(short.outcome.kind === 'rejected')
  assert.deepEqual(short.outcome.transfer?.origin, { kind: 'reversal', of: transferOf('t') })
  assert.equal(short.changes.transfers.length, 1)
  assert.equal(short.changes.reversed.size, 0)
  const exceeding = decideLines(...GIVEN, 'reverse t 10.01 EUR posting=0')
  assert.ok(exceeding.outcome.kind === 'rejected')
  assert.deepEqual([exceeding.outcome.transfer, exceeding.changes.transfers], [null, []])
  assert.match(exceeding.outcome.refusal.message, /has 10\.00 EUR left/)
})

test('of a transfer with a fee an amount is that of its one other posting', () => {
  const given = ['open 1 EUR 100.00', 'open 2 EUR', 'policy p EUR on=1 fee=2:1.00', 'pay 1>2 10.00 EUR id=t']
  const { outcome } = decideLines(...given, 'reverse t 4.00 EUR')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'transfer')
  assert.deepEqual(
    outcome.result.postings.map(({ amount, role }) => [amount, role?.kind === 'reversal' && role.reverses]),
    [[400n, 0]],
  )
})
