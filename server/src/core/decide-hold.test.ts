import assert from 'node:assert/strict'
import test from 'node:test'
import { decideLines } from '#test/lines.ts'
import { holdOf, transferOf } from '#test/shorthand-words.ts'
import type { Instant } from './instant.ts'

const GIVEN = [
  'open 1 EUR 100.00',
  'open 2 EUR',
  'open 9 EUR',
  'policy p EUR on=1 fee=9:1.00',
  'hold h 1>2 30.00 EUR expires=01:00 ref=rent m:k=v',
]
const AT = '2026-01-01T00:00:00.000000Z' as Instant

test('a hold begins open, with the fee that a transfer would cost', () => {
  const { outcome, changes } = decideLines(...GIVEN)
  const hold = {
    id: holdOf('h'),
    status: 'open',
    source: '1',
    destination: '2',
    amount: 3000n,
    currency: 'EUR',
    scale: 2,
    captured: 0n,
    fee: { account: '9', amount: 100n },
    expiresAt: '2026-01-01T01:00:00.000000Z',
    reference: 'rent',
    metadata: { k: 'v' },
    createdAt: AT,
    updatedAt: AT,
  }
  assert.deepEqual(outcome, { kind: 'accepted', replayed: false, made: 'hold', result: hold })
  assert.deepEqual([...changes.created], [holdOf('h')])
  assert.deepEqual(
    [...changes.balances.values()].map(({ id, held, incoming, openHolds }) => [
      id,
      held,
      incoming,
      openHolds,
    ]),
    [
      ['1', 3100n, 0n, 1],
      ['2', 0n, 3000n, 0],
    ],
  )
})

test('a capture is a transfer that says where it comes from, and then the hold as it is', () => {
  const { outcome, changes, state } = decideLines(...GIVEN, 'at 00:30', 'capture h 10.00 EUR id=c')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'capture')
  const { transfer, hold } = outcome.result
  assert.equal(transfer.id, transferOf('c'))
  assert.deepEqual(transfer.origin, { kind: 'capture', holdId: holdOf('h') })
  assert.deepEqual([transfer.reference, transfer.metadata], ['rent', { k: 'v' }])
  assert.deepEqual(
    transfer.postings.map(({ destination, amount, role }) => [destination, amount, role]),
    [
      ['2', 1000n, null],
      ['9', 33n, { kind: 'fee' }],
    ],
  )
  assert.deepEqual([hold.status, hold.captured, hold.updatedAt], ['open', 1000n, transfer.createdAt])
  assert.deepEqual(
    changes.facts.map(({ type }) => type),
    ['transfer.posted', 'hold.captured'],
  )
  assert.equal(state.accounts.get('1' as never)?.held, 2067n)
})

test('a refused capture is recorded as the transfer it would have been, and the hold stays', () => {
  const { outcome, changes, state } = decideLines(...GIVEN, 'repolicy p EUR freeze=debits', 'capture h id=c')
  assert.ok(outcome.kind === 'rejected')
  assert.equal(outcome.refusal.code, 'account_frozen')
  assert.deepEqual(outcome.transfer?.origin, { kind: 'capture', holdId: holdOf('h') })
  assert.deepEqual(changes.transfers, [outcome.transfer])
  assert.deepEqual([changes.holds.size, changes.balances.size, changes.entries.length], [0, 0, 0])
  assert.equal(state.holds.get(holdOf('h'))?.captured, 0n)
  assert.equal(state.accounts.get('1' as never)?.held, 3100n)
})

test('what the hold itself refuses is no transfer', () => {
  for (const line of ['capture h 30.01 EUR', 'capture x']) {
    const { outcome, changes } = decideLines(...GIVEN, line)
    assert.ok(outcome.kind === 'rejected')
    assert.deepEqual([outcome.transfer, changes.transfers, changes.facts], [null, [], []])
  }
})

test('an end is told by its name', () => {
  const told = (...lines: string[]) => decideLines(...GIVEN, ...lines).changes.facts.map(({ type }) => type)
  assert.deepEqual(told('release h'), ['hold.released'])
  assert.deepEqual(told('at 01:00', 'release h'), ['hold.expired'])
  assert.deepEqual(told('at 01:00', 'expire h'), ['hold.expired'])
})
