import assert from 'node:assert/strict'
import test from 'node:test'
import { decideLines } from '#test/lines.ts'
import { transferOf } from '#test/shorthand-words.ts'

const GIVEN = ['open 1 EUR 100.00', 'open 2 EUR', 'open 3 EUR']

test('a group answers with its transfers in order', () => {
  const { outcome, changes } = decideLines(...GIVEN, 'group | pay 1>2 5.00 EUR id=a | pay 2>3 5.00 EUR id=b')
  assert.ok(outcome.kind === 'accepted' && outcome.made === 'transfers')
  assert.deepEqual(
    outcome.result.map(({ id }) => id),
    [transferOf('a'), transferOf('b')],
  )
  assert.deepEqual(changes.transfers, outcome.result)
})

test('a refused group leaves the record of the first item that was refused, and nothing else', () => {
  const { outcome, changes, state } = decideLines(
    ...GIVEN,
    'group key=g | pay 1>2 5.00 EUR id=a key=k | pay 2>3 9.00 EUR id=b key=l | pay 9>3 1.00 EUR id=c',
  )
  assert.ok(outcome.kind === 'rejected')
  assert.equal(outcome.refusal.field, 'items[1].postings[0].source')
  assert.deepEqual(changes.transfers, [outcome.transfer])
  assert.equal(outcome.transfer?.id, transferOf('b'))
  assert.equal(outcome.transfer?.refusal.field, 'postings[0].source')
  assert.deepEqual(
    changes.idempotency.map(({ key }) => key),
    ['g'],
  )
  assert.deepEqual([changes.entries.length, changes.balances.size, changes.facts.length], [0, 0, 1])
  assert.equal(state.accounts.get('2' as never)?.posted, 0n)
  assert.equal(state.transfers.get(transferOf('a')), undefined)
})
