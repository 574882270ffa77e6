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

/** What came with holds, reversals, policies, quotes and books; after the lines above. */
const MORE = [
  'policy p EUR on=1 floor=1.00 credit=2.00 ceiling=900.00 min=0.01 max=500.00 day=400.00/50 to=2,3 fee=3:0.10+50bp:0.20..5.00',
  'repolicy p EUR to=2,3 fee=3:0.10+50bp:0.20..5.00 freeze=credits',
  'hold h 1>2 5.00 EUR expires=01:00 ref=rent m:k=v',
  'capture h 2.00 EUR id=c',
  'release h',
  'hold i 1>2 5.00 EUR expires=01:00',
  'unpolicy p',
  'reverse c 1.00 EUR posting=0',
  'open 4 USD 10.00',
  'open 5 USD',
  'quote q 1.00 EUR 1.10 USD via=2>4 rate=11/10 expires=01:00',
  'convert q 1>5 id=x',
  'at 02:00',
  'expire i',
  'pay 1>2 1.00 EUR eff=01:30',
  'pay 1>2 max:1.00 EUR',
  'books 01:00',
  'close 3 to=2',
]

test('every type of fact is told, in the order decided', () => {
  const told = factsOf(...EVERYTHING).map(({ type }) => type)
  assert.deepEqual(
    told,
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
  const more = factsOf(...EVERYTHING, 'open 3 EUR', ...MORE).map(({ type }) => type)
  assert.deepEqual([...new Set(more)].sort(), [...factTypes])
})

test('facts are made with their keys in canonical order, so that writing them is fast', () => {
  // Metadata is the caller's own, in the caller's order. Fees, captures, refusals… are told with what is theirs first.
  const lines = [...EVERYTHING, 'open 3 EUR', ...MORE].map((line) => line.replace(/ m:.*/, ''))
  for (const fact of factsOf(...lines)) {
    const { type, principal, data } = fact
    if (type.startsWith('transfer.') && data.id !== transferOf('t')) continue
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
