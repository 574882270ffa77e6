import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { commandBatches } from '#test/random-commands.ts'
import type { Instant } from './instant.ts'
import { readFact, recordedLine, type RecordedFact } from './recorded-fact.ts'
import { emptyReplay, replayFact } from './replay.ts'

const at = '2026-11-21T11:35:00.000000Z' as Instant

test('the facts of any batches, replayed, are the ledger that the batches left', async () => {
  await fc.assert(
    fc.asyncProperty(commandBatches, async (batches) => {
      const store = createMemoryStore({ clock: { now: () => at }, sha256 })
      for (const batch of batches) await store.post(batch)
      const { tables } = store
      const replay = emptyReplay()
      for (const line of tables.pages.flatMap(({ lines }) => lines)) {
        assert.deepEqual(replayFact(replay, read(line)), [], line)
      }
      assert.deepEqual(replay.accounts, tables.accounts)
      assert.deepEqual(replay.currencies, tables.currencies)
      const users = [...replay.users.values()].map((user) => ({ ...tables.users.get(user.id), ...user }))
      assert.deepEqual(users, [...tables.users.values()])
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
    ['a balance that does not follow', { balanceAfter: 1001n }, /balance after of account 2 10\.00/],
    ['an account that is not there', { destination: '9' }, /account 9/],
    ['a floor gone through', { amount: 9000n, balanceAfter: 9000n, sourceAfter: -4000n }, /floor/],
    ['another currency', { currency: 'USD' }, /currency of account/],
    ['a time that goes backwards', { createdAt: '2020-01-01T00:00:00.000000Z' }, /created_at/],
  ]
  assert.deepEqual(replayFact(world(), posted({}).fact), [])
  for (const [name, change, expected] of cases) {
    const found = replayFact(world(), posted(change).fact)
    assert.match(found.map((contradiction) => contradiction.expected).join('; '), expected, name)
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
    const balance = id === '1' ? { posted: 5000n, lastEntry: 1n } : { posted: 0n, lastEntry: 0n }
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
      createdAt: change.createdAt ?? at,
      postings: [
        {
          source: '1',
          destination: change.destination ?? '2',
          amount,
          currency: change.currency ?? 'EUR',
          scale: 2,
          sourceLeg: { entry: 2n, balanceAfter: sourceAfter },
          destinationLeg: { entry, balanceAfter },
        },
      ],
    },
  } as unknown as RecordedFact
  return { fact, line: recordedLine(fact) }
}
