import assert from 'node:assert/strict'
import test from 'node:test'
import { createBareLedger } from '#test/bare-ledger.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { toMoment } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import type { FactType } from './facts.ts'
import { toLine } from './journal-page.ts'
import { readFact, type RecordedFact } from './recorded-fact.ts'
import { replayFact } from './replay-money.ts'
import { emptyReplay } from './replay.ts'

/** The facts that these lines tell. */
function factsOf(lines: readonly string[]): RecordedFact[] {
  const ids = createTestIds()
  const clock = createTestClock()
  const { post, commits } = createBareLedger(clock)
  for (const line of lines) {
    if (line.startsWith('at ')) clock.turnTo(toMoment(line.slice('at '.length)))
    else post([toCommand(line, ids)])
  }
  return commits
    .flatMap(({ facts }) => facts)
    .map((fact) => {
      const read = readFact(toLine(fact))
      assert.ok(read.ok)
      return read.value
    })
}

/** What is told when the last fact of a type says something else, and nothing else is wrong. */
function toldOf(lines: readonly string[], type: FactType, lie: (fact: never) => object): string {
  const facts = factsOf(lines)
  const at = facts.findLastIndex((fact) => fact.type === type)
  assert.ok(at >= 0, `${type} in ${lines.join('; ')}`)
  const honest = emptyReplay()
  for (const fact of facts) assert.deepEqual(replayFact(honest, fact).contradictions, [])
  const replay = emptyReplay()
  for (const fact of facts.slice(0, at)) replayFact(replay, fact)
  const lied = { ...facts[at], ...lie(facts[at] as never) } as RecordedFact
  return replayFact(replay, lied)
    .contradictions.map(({ expected, found }) => `${expected} / ${found}`)
    .join('; ')
}

const GIVEN = ['open 1 EUR 100.00', 'open 2 EUR', 'open 9 EUR']
const HELD = [...GIVEN, 'hold h 1>2 30.00 EUR expires=01:00']
const EXCHANGE = [
  ...GIVEN,
  'open 3 USD 50.00',
  'open 4 USD',
  'quote q 10.00 EUR 11.00 USD via=2>3 expires=01:00',
]

const holdWith = (change: object) => (fact: { hold: object }) => ({ hold: { ...fact.hold, ...change } })
const transferWith = (change: object) => (fact: { transfer: object }) => ({
  transfer: { ...fact.transfer, ...change },
})
const policyWith = (change: object) => (fact: { policy: object }) => ({
  policy: { ...fact.policy, ...change },
})

interface Posted {
  readonly transfer: { readonly postings: readonly object[] }
}
type Case = [name: string, lines: string[], type: FactType, lie: (fact: never) => object, told: RegExp]

/** The same transfer of another amount, which leaves the first account with `left`. */
function moved({ transfer }: Posted, amount: bigint, left: bigint) {
  const legs = {
    sourceLeg: { entry: 2n, balanceAfter: left },
    destinationLeg: { entry: 1n, balanceAfter: amount },
  }
  return { transfer: { ...transfer, postings: [{ ...transfer.postings[0], amount, ...legs }] } }
}

const LATE = '2026-01-01T01:00:00.000000Z'

test('a fact that does not follow from those before it is told', () => {
  const cases: Case[] = [
    ['a hold that begins captured', HELD, 'hold.created', holdWith({ captured: 1n }), /captured 0/],
    ['a hold of more than there is', HELD, 'hold.created', holdWith({ amount: 10_001n }), /floor/],
    ['a hold of nothing', HELD, 'hold.created', holdWith({ amount: 0n }), /above 0/],
    ['a hold for nobody', HELD, 'hold.created', holdWith({ destination: '77' }), /77/],
    [
      'a capture of another amount than its transfer',
      [...HELD, 'capture h 10.00 EUR'],
      'hold.captured',
      (fact: { change: object }) => ({ change: { ...fact.change, captured: 1001n } }),
      /captured 1000/,
    ],
    [
      'a capture of more than the hold has',
      [...HELD, 'capture h'],
      'transfer.posted',
      (fact: Posted) => moved(fact, 3001n, 6999n),
      /at most 3000 captured/,
    ],
    [
      'an end before its time',
      [...HELD, 'release h'],
      'hold.released',
      () => ({ type: 'hold.expired' }),
      /expired/,
    ],
    [
      'an end after its time',
      [...HELD, 'at 01:00', 'expire h'],
      'hold.expired',
      () => ({ type: 'hold.released' }),
      /expired/,
    ],
    [
      'a capture after its time',
      [...HELD, 'capture h 10.00 EUR'],
      'transfer.posted',
      transferWith({ createdAt: LATE, effectiveAt: LATE }),
      /captured before/,
    ],
    [
      'a capture of a hold that is not open',
      [...HELD, 'capture h 10.00 EUR'],
      'transfer.posted',
      transferWith({ origin: { kind: 'capture', holdId: 'x' } }),
      /hold x open/,
    ],
    [
      'money that is held, spent',
      [...HELD, 'pay 1>2 70.00 EUR'],
      'transfer.posted',
      (fact: Posted) => moved(fact, 7001n, 2999n),
      /floor/,
    ],
    [
      'a conversion of another quote',
      [...EXCHANGE, 'convert q 1>4'],
      'transfer.posted',
      transferWith({ origin: { kind: 'conversion', quoteId: 'x' } }),
      /quote x/,
    ],
    [
      'a conversion too late',
      [...EXCHANGE, 'convert q 1>4'],
      'transfer.posted',
      transferWith({ createdAt: LATE, effectiveAt: LATE }),
      /converted before/,
    ],
    [
      'an effect in the future',
      [...GIVEN, 'pay 1>2 1.00 EUR'],
      'transfer.posted',
      transferWith({ effectiveAt: LATE }),
      /effective_at at or before/,
    ],
    [
      'an effect in closed books',
      [...GIVEN, 'at 02:00', 'books 01:00', 'pay 1>2 1.00 EUR'],
      'transfer.posted',
      transferWith({ effectiveAt: LATE }),
      /effective_at after/,
    ],
    [
      'a policy that skips a version',
      [...GIVEN, 'policy p EUR on=1 max=1.00', 'repolicy p EUR max=2.00'],
      'policy.updated',
      policyWith({ version: 3 }),
      /version 2/,
    ],
    [
      'another policy than the one in force',
      [...GIVEN, 'policy p EUR on=1 max=1.00', 'unpolicy p'],
      'policy.removed',
      policyWith({ id: 'x' }),
      /policy/,
    ],
    [
      'books closed backwards',
      ['at 03:00', 'books 01:00', 'books 02:00'],
      'period.closed',
      () => ({ through: '2026-01-01T00:30:00.000000Z' }),
      /a time after/,
    ],
    [
      'an account closed with money on it',
      [...GIVEN, 'close 2'],
      'account.closed',
      (fact: { account: object }) => ({ account: { ...fact.account, id: '1' } }),
      /open and empty/,
    ],
  ]
  for (const [name, lines, type, lie, told] of cases) assert.match(toldOf(lines, type, lie), told, name)
})

test('a reversal adds up with those before it', () => {
  const lines = [...GIVEN, 'pay 1>2 10.00 EUR id=t', 'reverse t 3.00 EUR', 'reverse t 3.00 EUR']
  const told = toldOf(lines, 'transfer.posted', (fact: { transfer: { postings: { role: object }[] } }) => ({
    transfer: {
      ...fact.transfer,
      postings: fact.transfer.postings.map((posting) => ({
        ...posting,
        role: { ...posting.role, reversedAfter: 500n },
      })),
    },
  }))
  assert.match(told, /reversed of postings\[0\] 600/)
})

test('what ended stays ended', () => {
  const facts = factsOf([...HELD, 'release h'])
  const replay = emptyReplay()
  for (const fact of facts) replayFact(replay, fact)
  const again = replayFact(replay, facts.at(-1) as RecordedFact)
  assert.match(again.contradictions[0]?.expected ?? '', /hold .* open/)
})
