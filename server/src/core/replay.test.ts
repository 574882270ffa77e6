import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { createTestClock } from '#test/clock.ts'
import { randomBatches } from '#test/random-commands.ts'
import { EMPTY_BALANCE } from './account.ts'
import type { Instant } from './instant.ts'
import { readFact, recordedLine, type RecordedFact } from './recorded-fact.ts'
import { replayFact } from './replay-money.ts'
import { emptyReplay } from './replay.ts'
import type { Entry } from './transfer.ts'

const at = '2026-11-21T11:35:00.000000Z' as Instant

test('the facts of any batches, replayed, are the ledger that the batches left', async () => {
  await fc.assert(
    fc.asyncProperty(randomBatches, async (batches) => {
      const clock = createTestClock()
      const { tables, ...store } = createMemoryStore({ clock, sha256 })
      for (const batch of batches) {
        clock.turnTo(batch.at)
        await store.post(batch.commands)
      }
      const replay = emptyReplay()
      const entries: Entry[] = []
      for (const line of tables.pages.flatMap(({ lines }) => lines)) {
        const replayed = replayFact(replay, read(line))
        assert.deepEqual(replayed.contradictions, [], line)
        entries.push(...replayed.entries)
      }
      assert.deepEqual(replay.accounts, tables.accounts)
      assert.deepEqual(replay.currencies, tables.currencies)
      const users = [...replay.users.values()].map((user) => ({ ...tables.users.get(user.id), ...user }))
      assert.deepEqual(users, [...tables.users.values()])
      const open = [...tables.holds].filter(([, { status }]) => status === 'open')
      assert.deepEqual(replay.openHolds, new Map(open))
      assert.deepEqual(replay.policies, tables.policies)
      assert.deepEqual(replay.quotes, tables.quotes)
      assert.deepEqual(replay.closedThrough, tables.books.closedThrough)
      for (const [id, rows] of tables.entries) {
        const own = entries.filter(({ accountId }) => accountId === id)
        assert.deepEqual(
          own.map((entry, i) => ({ ...entry, createdAt: rows[i]?.createdAt })),
          rows,
        )
      }
    }),
    { numRuns: 300 },
  )
})

test('a line that says anything more, less or otherwise than a fact is not read', () => {
  const line = posted({}).line
  assert.equal(readFact(line).ok, true)
  for (const wrong of [
    '',
    'null',
    '{}',
    ' ' + line,
    line.replace('"transfer.posted"', '"transfer.imagined"'),
    line.replace('"posted"', '"failed"'),
    line.replace('{"created_at"', '{"an_extra":1,"created_at"'),
    line.replace('"10.00"', '10.00'),
    line.replace('"10.00"', '"010.00"'),
    line.replace('"10.00"', '"1e3"'),
    line.replace('"source":"1"', '"source":"0"'),
  ]) {
    assert.notEqual(wrong, line)
    assert.equal(readFact(wrong).ok, false, wrong)
  }
})

test('what does not follow from the facts before is told', () => {
  const cases: [name: string, change: Parameters<typeof posted>[0], expected: RegExp][] = [
    ['a skipped entry number', { entry: 3n }, /entry of account 2 1/],
    ['a balance that does not follow', { balanceAfter: 1001n }, /balance after of account 2 1000/],
    ['an account that is not there', { destination: '9' }, /account 9/],
    ['a floor gone through', { amount: 9000n, balanceAfter: 9000n, sourceAfter: -4000n }, /floor/],
    ['another currency', { currency: 'USD' }, /currency of account/],
    ['a time that goes backwards', { createdAt: '2020-01-01T00:00:00.000000Z' }, /created_at/],
  ]
  assert.deepEqual(replayFact(world(), posted({}).fact).contradictions, [])
  for (const [name, change, expected] of cases) {
    const { contradictions } = replayFact(world(), posted(change).fact)
    assert.match(contradictions.map((contradiction) => contradiction.expected).join('; '), expected, name)
  }
})

function read(line: string): RecordedFact {
  const fact = readFact(line)
  assert.ok(fact.ok, fact.ok ? '' : `${fact.problem}: ${line}`)
  return fact.value
}

/** Accounts 1 (50.00 EUR, one entry) and 2 (empty), both with their floor at zero. */
function world() {
  const replay = emptyReplay()
  const currency = { code: 'EUR', scale: 2, name: 'Euro', externalAccountId: null } as never
  replay.currencies.set('EUR' as never, currency)
  for (const id of ['1', '2']) {
    const balance = id === '1' ? { ...EMPTY_BALANCE, posted: 5000n, lastEntry: 1n } : EMPTY_BALANCE
    const fields = {
      kind: 'standard',
      userId: null,
      currency: 'EUR',
      scale: 2,
      creditLimit: 0n,
      metadata: {},
    }
    const account = { id, ...fields, ...balance, version: 1, createdAt: at, updatedAt: at }
    replay.accounts.set(id as never, account as never)
  }
  return replay
}

interface PostedFields {
  amount?: bigint
  balanceAfter?: bigint
  sourceAfter?: bigint
  entry?: bigint
  destination?: string
  currency?: string
  createdAt?: string
}

/** A transfer of 10.00 EUR from account 1 to account 2 that follows from `world`, but for what is changed. */
function posted(change: PostedFields): { fact: RecordedFact; line: string } {
  const { amount = 1000n, balanceAfter = 1000n, sourceAfter = 4000n, entry = 1n } = change
  const fact = {
    type: 'transfer.posted',
    principal: 'alice',
    transfer: {
      id: '01900000-0000-7000-8000-000000000001',
      status: 'posted',
      reference: null,
      metadata: {},
      origin: null,
      createdAt: change.createdAt ?? at,
      effectiveAt: change.createdAt ?? at,
      postings: [
        {
          source: '1',
          destination: change.destination ?? '2',
          amount,
          currency: change.currency ?? 'EUR',
          scale: 2,
          role: null,
          reversed: 0n,
          sourceLeg: { entry: 2n, balanceAfter: sourceAfter },
          destinationLeg: { entry, balanceAfter },
        },
      ],
    },
  } as unknown as RecordedFact
  return { fact, line: recordedLine(fact) }
}
