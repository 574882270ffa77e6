import assert from 'node:assert/strict'
import test from 'node:test'
import { decideLines } from '#test/lines.ts'
import { policyOf } from '#test/shorthand-words.ts'
import type { Outcome } from './command.ts'
import type { Explanation } from './codes.ts'

function outcomeOf(...lines: string[]): Outcome {
  return decideLines(...lines).outcome
}

function explained(...lines: string[]): Explanation {
  const outcome = outcomeOf(...lines)
  assert.ok(outcome.kind === 'rejected', lines.at(-1))
  assert.ok(outcome.refusal.explanation !== null, outcome.refusal.code)
  return outcome.refusal.explanation
}

const GIVEN = ['open 1 EUR 100.00 limit=20', 'open 2 EUR 30.00', 'open 9 EUR', 'hold h 1>2 10.00 EUR']

/** Rules that a payment of 500.00 from 1 to 2 breaks, each with a fee or without. */
const RULES = ['', 'floor=15.00', 'credit=5.00', 'max=60.00', 'day=70.00', 'ceiling=90.00']
const FEES = ['', 'fee=9:1.00', 'fee=9:0.10+150bp:0.50..2.00']

const cents = (text: string): bigint => BigInt(text.replace('.', ''))
const text = (amount: bigint): string => `${amount / 100n}.${(amount % 100n).toString().padStart(2, '0')}`

/** The lines that make two policies of one or two rules and a fee. */
function ruled(some: string, other: string, fee: string): string[] {
  const [first, second] = [`${some} ${fee}`, other].map((rules) => rules.trim())
  const ceilings = [some, other].filter((rule) => rule.startsWith('ceiling'))
  return [
    ...GIVEN,
    `policy p EUR on=1 ${first}`,
    `policy q EUR ${second}`,
    ...(ceilings.length > 0 ? [`policy r EUR on=2 ${ceilings[0]}`] : []),
  ]
}

test('the amount that would pass passes, and a cent more does not, whatever rules there are besides', () => {
  for (const some of RULES) {
    for (const other of RULES) {
      for (const fee of FEES) {
        const given = ruled(some, other, fee)
        const most = cents(explained(...given, 'pay 1>2 500.00 EUR').passes['amount_max'] ?? '')
        const where = `${some} ${other} ${fee}`
        assert.equal(outcomeOf(...given, `pay 1>2 ${text(most)} EUR`).kind, 'accepted', where)
        assert.equal(outcomeOf(...given, `pay 1>2 ${text(most + 1n)} EUR`).kind, 'rejected', where)
      }
    }
  }
})

test('what to add to the account suffices, and a cent less does not', () => {
  for (const rule of ['', 'floor=15.00', 'credit=5.00']) {
    for (const fee of FEES) {
      const given = [...GIVEN, `policy p EUR on=1 ${rule} ${fee}`.trim()]
      const topUp = cents(explained(...given, 'pay 1>2 500.00 EUR').passes['top_up'] ?? '')
      const paid = (amount: bigint) =>
        outcomeOf(...given, `pay @EUR>1 ${text(amount)} EUR`.replace('@EUR', EXTERNAL), 'pay 1>2 500.00 EUR')
      assert.equal(paid(topUp).kind, 'accepted', `${rule} ${fee}`)
      assert.equal(paid(topUp - 1n).kind, 'rejected', `${rule} ${fee}`)
    }
  }
})

/** The first id that the test's id source gives. */
const EXTERNAL = (2n ** 52n + 1n).toString()

test('bounds of one transfer and ceilings say what would do', () => {
  const minimum = explained(...GIVEN, 'policy p EUR on=1 min=5.00', 'pay 1>2 1.00 EUR')
  assert.deepEqual(minimum.passes, { amount_min: '5.00' })
  const ceiling = [...GIVEN, 'policy p EUR on=2 ceiling=60.00']
  // 30.00 are there and 10.00 announced.
  assert.deepEqual(explained(...ceiling, 'pay 1>2 20.01 EUR').passes, { amount_max: '20.00' })
  assert.equal(outcomeOf(...ceiling, 'pay 1>2 20.00 EUR').kind, 'accepted')
})

test('nothing would do where only another rule helps', () => {
  const frozen = explained(...GIVEN, 'policy p EUR on=1 freeze=debits', 'pay 1>2 1.00 EUR')
  const often = explained(...GIVEN, 'policy p EUR on=1 day=/1', 'pay 1>2 1.00 EUR')
  const full = explained(...GIVEN, 'policy p EUR on=2 ceiling=40.00', 'pay 1>2 0.01 EUR')
  const spent = explained(...GIVEN, 'policy p EUR on=1 day=10.00', 'pay 1>2 0.01 EUR')
  const narrow = explained(...GIVEN, 'policy p EUR on=1 min=5.00 max=4.00', 'pay 1>2 5.00 EUR')
  const counted = explained(...GIVEN, 'policy p EUR on=1 max=5.00 day=/1', 'pay 1>2 6.00 EUR')
  for (const { passes } of [frozen, often, full, spent, narrow, counted]) assert.deepEqual(passes, {})
})

test('an explanation names the rule, the account, the policy and its version, and what it saw', () => {
  const given = [...GIVEN, 'policy p EUR on=1 day=70.00', 'repolicy p EUR day=60.00/2']
  const policy = { id: policyOf('p'), version: 2 }
  assert.deepEqual(explained(...given, 'pay 1>2 50.01 EUR'), {
    rule: 'velocity.day.amount',
    account: '1',
    policy,
    saw: { asked: '50.01', sent: '0.00', held: '10.00', limit: '60.00' },
    passes: { amount_max: '50.00' },
  })
  assert.deepEqual(explained(...given, 'pay 1>2 5.00 EUR', 'pay 1>2 5.00 EUR'), {
    rule: 'velocity.day.count',
    account: '1',
    policy,
    saw: { sent: '1', open_holds: '1', limit: '2' },
    passes: {},
  })
  assert.deepEqual(explained(...GIVEN, 'pay 1>2 200.00 EUR'), {
    rule: 'available',
    account: '1',
    policy: null,
    saw: { posted: '100.00', held: '10.00', available: '110.00', asked: '200.00' },
    passes: { top_up: '90.00', amount_max: '110.00' },
  })
})
