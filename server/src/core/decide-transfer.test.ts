import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createTestIds } from '#test/ids.ts'
import { testSeed } from '#test/seed.ts'
import { toCommand } from '#test/shorthand.ts'
import { decideBatch } from './decide-batch.ts'
import { startDraft } from './draft.ts'
import { decideTransfer } from './decide-transfer.ts'
import type { PostTransfer } from './command.ts'
import type { Instant } from './instant.ts'
import { emptyWorkingSet, type WorkingSet } from './working-set.ts'

const AT = '2026-01-01T00:00:00.000000Z' as Instant

function ledgerOf(...lines: string[]): WorkingSet {
  const ids = createTestIds()
  const state = emptyWorkingSet()
  decideBatch(
    state,
    lines.map((line) => toCommand(line, ids)),
    AT,
  )
  return state
}

function balancesOf(state: WorkingSet): Record<string, bigint> {
  return Object.fromEntries([...state.accounts.values()].map(({ id, posted }) => [id, posted]))
}

const LEDGER = ['open 1 EUR 5.00', 'open 2 EUR 0 limit=3.00', 'open 3 EUR', 'open 4 USD 5.00', 'open 5 USD']

const leg = fc
  .record({
    from: fc.integer({ min: 1, max: 6 }),
    to: fc.integer({ min: 1, max: 6 }),
    cents: fc.integer({ min: 1, max: 700 }),
    currency: fc.constantFrom('EUR', 'EUR', 'USD'),
  })
  .map(({ from, to, cents, currency }) => `${from}>${to} ${(cents / 100).toFixed(2)} ${currency}`)

test('any transfer either moves all of its postings, or nothing but the record of its refusal', () => {
  const reached = new Set<string>()
  fc.assert(
    fc.property(fc.array(leg, { minLength: 1, maxLength: 4 }), (legs) => {
      const state = ledgerOf(...LEDGER)
      const before = balancesOf(state)
      const draft = startDraft(state, AT)
      const command = toCommand(`pay ${legs.join(', ')}`, createTestIds()) as PostTransfer
      const outcome = decideTransfer(draft, command)
      const after = balancesOf(state)
      const { changes } = draft
      assert.equal(changes.transfers.length, 1)
      if (outcome.kind === 'rejected') {
        reached.add(outcome.refusal.code)
        assert.deepEqual(after, before)
        assert.deepEqual(changes.entries, [])
        assert.equal(changes.balances.size, 0)
        assert.equal(changes.transfers[0]?.status, 'failed')
        return
      }
      reached.add('ok')
      const expected = { ...before }
      for (const { source, destination, amount } of command.postings) {
        expected[source] = (expected[source] ?? 0n) - amount
        expected[destination] = (expected[destination] ?? 0n) + amount
      }
      assert.deepEqual(after, expected)
      for (const { posted, creditLimit } of state.accounts.values()) {
        assert.ok(creditLimit === null || posted >= -creditLimit, 'floors are kept')
      }
      assert.equal(changes.entries.length, 2 * legs.length)
      assert.equal(
        changes.entries.reduce((sum, { amount }) => sum + amount, 0n),
        0n,
      )
      for (const [id, account] of changes.balances) {
        const own = changes.entries.filter(({ accountId }) => accountId === id)
        assert.equal(own.at(-1)?.number, account.lastEntry)
        assert.equal(own.at(-1)?.balanceAfter, account.posted)
      }
    }),
    { seed: testSeed(), numRuns: 2000 },
  )
  assert.deepEqual([...reached].sort(), [
    'account_not_found',
    'currency_mismatch',
    'insufficient_funds',
    'ok',
    'same_account',
  ])
})

test('a refusal says what there is and what would be taken', () => {
  const state = ledgerOf(...LEDGER)
  const outcome = decideTransfer(
    startDraft(state, AT),
    toCommand('pay 1>3 9.00 EUR, 3>1 1.00 EUR', createTestIds()) as PostTransfer,
  )
  assert.ok(outcome.kind === 'rejected')
  assert.equal(outcome.refusal.message, 'account 1 has 5.00 EUR available, and this takes 8.00 EUR')
})

test('an account below its floor may be paid, though not to above it, and pays nobody', () => {
  // Florin lets no account get there; a ledger brought in from elsewhere may have one.
  const state = ledgerOf(...LEDGER)
  const account = state.accounts.get('3' as never)
  assert.ok(account)
  state.accounts.set(account.id, { ...account, posted: -1000n })
  const pay = (line: string) =>
    decideTransfer(startDraft(state, AT), toCommand(line, createTestIds()) as PostTransfer).kind
  assert.equal(pay('pay 3>1 0.01 EUR'), 'rejected')
  assert.equal(pay('pay 1>3 1.00 EUR id=a'), 'accepted')
  assert.equal(pay('pay 1>3 1.00 EUR, 3>1 1.00 EUR id=b'), 'accepted')
  assert.equal(state.accounts.get(account.id)?.posted, -900n)
})
