import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createBareLedger } from '#test/bare-ledger.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { randomBatches } from '#test/random-commands.ts'
import { testSeed } from '#test/seed.ts'
import { toCommand } from '#test/shorthand.ts'
import type { Command } from './command.ts'
import { decideBatch } from './decide-batch.ts'
import type { Changes } from './draft.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'
import { emptyWorkingSet } from './working-set.ts'

const NOON = '2026-01-01T12:00:00.000000Z' as Instant
const EARLIER = '2026-01-01T11:59:59.999999Z' as Instant

function ledger(...lines: string[]) {
  const ids = createTestIds()
  const state = emptyWorkingSet()
  const post = (now: Instant, ...more: string[]) =>
    decideBatch(
      state,
      more.map((line) => toCommand(line, ids)),
      now,
    )
  post(NOON, ...lines)
  return { state, post, ids }
}

const sizes = (changes: Changes) =>
  Object.fromEntries(
    Object.entries(changes)
      .flatMap(([name, value]: [string, unknown]) => {
        if (Array.isArray(value)) return [[name, value.length]]
        return value instanceof Map || value instanceof Set ? [[name, value.size]] : []
      })
      .filter(([, size]) => size !== 0),
  )

test('repeats and reused keys change nothing at all', () => {
  const { post } = ledger('open 1 EUR 5.00', 'open 2 EUR', 'pay 1>2 1.00 EUR id=t key=k')
  const { changes } = post(
    NOON,
    'pay 1>2 1.00 EUR id=t key=k',
    'pay 1>2 1.00 EUR id=t',
    'pay 2>1 1.00 EUR key=k',
    'pay 1>2 9.00 EUR id=t',
  )
  assert.deepEqual(sizes(changes), {})
})

test('a refusal without a key is forgotten, unless it is a transfer’s', () => {
  const { post } = ledger('open 1 EUR 5.00')
  assert.deepEqual(
    sizes(post(NOON, 'open 1 EUR', 'set 9 limit=1', 'edit ann name=A', 'currency EUR 2').changes),
    {},
  )
  assert.deepEqual(sizes(post(NOON, 'open 1 EUR key=k').changes), { idempotency: 1 })
  assert.deepEqual(sizes(post(NOON, 'pay 1>9 1.00 EUR').changes), { transfers: 1, facts: 1, origins: 1 })
})

test('each row that a batch changes is written once, as the batch leaves it', () => {
  const { post } = ledger('open 1 EUR 5.00', 'open 2 EUR')
  const { changes } = post(
    NOON,
    'pay 1>2 1.00 EUR',
    'pay 1>2 1.00 EUR',
    'set 1 limit=1',
    'pay 1>2 1.00 EUR',
    'user ann',
    'edit ann name=A',
  )
  assert.deepEqual(
    [...changes.accounts.values()].map(({ id, posted, lastEntry }) => [id, posted, lastEntry]),
    [['1', 200n, 4n]],
  )
  assert.deepEqual(
    [...changes.balances.values()].map(({ id, posted, lastEntry }) => [id, posted, lastEntry]),
    [['2', 300n, 3n]],
  )
  assert.deepEqual(
    [...changes.users.values()].map(({ version }) => version),
    [2],
  )
})

test('what is new is told from what changed', () => {
  const { post, state } = ledger('currency EUR 2', 'open 1 EUR')
  const { changes } = post(NOON, 'open 2 EUR 1.00', 'set 1 limit=1', 'set 2 limit=1')
  const external = state.currencies.get('EUR' as never)?.externalAccountId
  assert.deepEqual(changes.created, new Set(['2', external]))
  assert.deepEqual(new Set(changes.accounts.keys()), new Set(['1', '2', external]))
})

test('no account’s history goes backwards when a clock does', () => {
  const { post } = ledger('open 1 EUR 5.00', 'open 2 EUR')
  assert.equal(post(EARLIER, 'pay 1>2 1.00 EUR').changes.at, NOON)
  const untouched = emptyWorkingSet()
  assert.equal(decideBatch(untouched, [], EARLIER).changes.at, EARLIER)
})

test('an id that Florin allots is never that of an account which is there', () => {
  const { post, ids, state } = ledger('open 1 EUR 5.00', 'currency USD 2')
  const open = toCommand('open 3 USD 1.00', ids)
  const clashing = { ...open, externalAccountId: '1' as AccountId } as Command
  assert.throws(() => decideBatch(state, [clashing], NOON), /assertion failed/)
  const own = { ...open, id: '7' as AccountId, externalAccountId: '7' as AccountId } as Command
  assert.throws(() => decideBatch(state, [own], NOON), /assertion failed/)
  assert.equal(post(NOON, 'pay 1>1 1.00 EUR').outcomes[0]?.kind, 'rejected')
})

test('whatever is refused changes nothing but the record of it, and what is simulated not even that', () => {
  fc.assert(
    fc.property(randomBatches, (batches) => {
      const clock = createTestClock()
      const { state, commits, post } = createBareLedger(clock)
      for (const { at, commands } of batches) {
        clock.turnTo(at)
        for (const command of commands) {
          const before = structuredClone(state)
          const [outcome] = post([command])
          if (outcome?.kind === 'accepted' && command.kind !== 'simulate_transfer') continue
          const refused = outcome?.kind === 'rejected' ? outcome.transfer : null
          const recorded = refused !== null && !before.transfers.has(refused.id)
          if (recorded) before.transfers.set(refused.id, refused)
          const { idempotency, spending } = state
          assert.deepEqual(state, { ...before, idempotency, spending })
          const { facts, transfers, origins, idempotency: keys, ...others } = sizes(commits.at(-1) as Changes)
          assert.deepEqual(others, {})
          assert.equal(facts ?? 0, recorded ? 1 : 0)
          assert.equal(transfers, facts)
          assert.equal(origins, facts)
          assert.ok(keys === undefined || keys === 1)
        }
      }
    }),
    { seed: testSeed(), numRuns: 100 },
  )
})
