import assert from 'node:assert/strict'
import test from 'node:test'
import { createBareLedger } from '#test/bare-ledger.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { toMoment, transferOf, userOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import { canonicalJson } from './canonical-json.ts'
import { factTypes, type Fact } from './facts.ts'
import type { Instant } from './instant.ts'
import { toLine } from './journal-page.ts'
import { readFact, recordedLine } from './recorded-fact.ts'

const AT = '2026-01-01T00:00:00.000000Z' as Instant

/** The facts of these lines, all told at one moment unless `at 01:00` turns the clock. */
function factsOf(...lines: string[]): readonly Fact[] {
  const ids = createTestIds()
  const clock = createTestClock()
  const ledger = createBareLedger(clock)
  for (const line of lines) {
    if (line.startsWith('at ')) clock.turnTo(toMoment(line.slice('at '.length)))
    else ledger.post([toCommand(line, ids)])
  }
  return ledger.commits.flatMap(({ facts }) => facts)
}

const EVERYTHING = [
  'currency GEM 3 by=root',
  'user ann name=Ann email=ann@x.org m:b=2 m:a=1',
  'edit ann name=Anna',
  'open 1 EUR 100.00 limit=5 owner=ann m:k=v',
  'open 2 EUR',
  'set 1 limit=7',
  'pay 1>2 30.00 EUR id=t ref=rent m:z=1 m:a=2',
  'pay 2>1 99.00 EUR id=u',
]

/** Commands that tell the other types. */
const WHOLE_LEDGER = [
  'open 1 EUR 100.00',
  'open 2 EUR',
  'open 3 USD 100.00',
  'open 4 USD',
  'hold h1 1>2 10.00 EUR',
  'capture h1 4.00 EUR',
  'release h1',
  'policy p1 EUR on=1 floor=1.00 credit=2.00 ceiling=900.00 min=0.01 max=500.00 day=400.00/50 to=2,3',
  'repolicy p1 EUR fee=2:0.10+50bp:0.20..5.00 freeze=credits',
  'pay 1>2 max:500.00 EUR id=t',
  'unpolicy p1',
  'reverse t',
  'quote q1 10.00 EUR 11.00 USD via=2>3 rate=11/10 expires=01:00',
  'convert q1 1>4',
  'hold h2 1>2 1.00 EUR expires=01:00 ref=rent m:k=v',
  'at 02:00',
  'expire h2',
  'pay 1>2 1.00 EUR eff=01:30',
  'books 01:30',
  'close 2 to=1',
  'open 5 EUR',
  'policy p2 EUR on=1 second=1.00',
  'pay 1>5 2.00 EUR, 1>5 max:3.00 EUR id=w1 wait=60 ref=rent m:k=v',
  'approve w1 by=bob',
  'pay 1>5 2.00 EUR id=w2 wait=60',
  'reject w2',
  'pay 1>5 2.00 EUR id=w3 wait=60',
  'at 03:00',
  'lapse w3',
  'user bob',
  'roles bob operator',
  'password bob p',
  'login bob s p',
  'refresh bob s 1',
  'nopassword bob',
  'apikey k accounts:read',
  'rotate k overlap=60',
  'unkey k',
  'user ann name=Ann',
  'erase ann',
  'attempt scope_missing 2 by=key:1 op=createUser target=user:1',
]

test('every type of fact is told, in the order decided', () => {
  const types = factsOf(...EVERYTHING).map(({ type }) => type)
  assert.deepEqual(
    types,
    [
      [
        'currency.created',
        'user.created',
        'user.updated',
        'currency.created',
        'account.created',
        'account.created',
      ],
      ['transfer.posted', 'account.created', 'account.updated', 'transfer.posted', 'transfer.failed'],
    ].flat(),
  )
  const others = factsOf(...WHOLE_LEDGER).map(({ type }) => type)
  assert.deepEqual([...new Set([...types, ...others])].sort(), [...factTypes])
})

test('every fact is read back as what it was made from', () => {
  for (const fact of factsOf(...EVERYTHING).concat(factsOf(...WHOLE_LEDGER))) {
    const read = readFact(toLine(fact))
    assert.ok(read.ok, `${fact.type}: ${read.ok ? '' : read.problem}`)
    assert.equal(recordedLine(read.value), toLine(fact))
  }
})

test('facts are made with their keys in canonical order, so that writing them is fast', () => {
  // Metadata is the caller's own, in the caller's order.
  for (const fact of factsOf(...EVERYTHING.map((line) => line.replace(/ m:.*/, '')))) {
    const { type, principal, data } = fact
    assert.equal(JSON.stringify({ data, principal, type }), toLine(fact), type)
  }
})

test('a posted transfer tells what moved, and how it left both accounts', () => {
  const fact = factsOf(...EVERYTHING).find(({ data }) => data.id === transferOf('t'))
  assert.deepEqual(fact, {
    type: 'transfer.posted',
    principal: 'tester',
    data: {
      id: transferOf('t'),
      status: 'posted',
      reference: 'rent',
      metadata: { a: '2', z: '1' },
      created_at: AT,
      postings: [
        {
          source: '1',
          destination: '2',
          amount: '30.00',
          currency: 'EUR',
          source_entry: '2',
          source_balance_after: '70.00',
          destination_entry: '1',
          destination_balance_after: '30.00',
        },
      ],
    },
  })
})

test('a refused transfer tells why', () => {
  const fact = factsOf(...EVERYTHING).find(({ data }) => data.id === transferOf('u'))
  assert.deepEqual(fact?.data, {
    id: transferOf('u'),
    status: 'failed',
    reference: null,
    metadata: {},
    created_at: AT,
    failure: {
      code: 'insufficient_funds',
      explanation: {
        account: '2',
        passes: { amount_max: '30.00', top_up: '69.00' },
        policy: null,
        rule: 'available',
        saw: { asked: '99.00', available: '30.00', held: '0.00', posted: '30.00' },
      },
      field: 'postings[0].source',
      message: 'account 2 has 30.00 EUR available, and this takes 99.00 EUR',
    },
    postings: [{ source: '2', destination: '1', amount: '99.00', currency: 'EUR' }],
  })
})

test('no name and no e-mail address is in the journal, because it is for ever', () => {
  const text = factsOf(...EVERYTHING)
    .map(toLine)
    .join('\n')
  assert.ok(!/Ann|ann@x/.test(text))
  assert.ok(text.includes(userOf('ann')))
})

test('an account’s facts tell its settings; transfers tell its balance', () => {
  const [, account] = factsOf('open 1 EUR 100.00 limit=5 owner=ann', 'open 2 EUR 100.00 limit=5')
  assert.equal(
    canonicalJson(account?.data ?? null),
    canonicalJson({
      created_at: AT,
      credit_limit: '5.00',
      currency: 'EUR',
      id: '2',
      kind: 'standard',
      metadata: {},
      scale: 2,
      updated_at: AT,
      user_id: null,
      version: 1,
    }),
  )
})
