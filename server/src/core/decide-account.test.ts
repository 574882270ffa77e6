import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestIds } from '#test/ids.ts'
import { userOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import { EMPTY_BALANCE } from './account.ts'
import type { CreateAccount, UpdateAccount } from './command.ts'
import { decideCreateAccount, decideUpdateAccount } from './decide-account.ts'
import { startDraft } from './draft.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'
import { emptyWorkingSet } from './working-set.ts'

const AT = '2026-01-01T00:00:00.000000Z' as Instant

function newLedger() {
  const draft = startDraft(emptyWorkingSet(), AT)
  const ids = createTestIds()
  return {
    draft,
    open: (line: string) => decideCreateAccount(draft, toCommand(`open ${line}`, ids) as CreateAccount),
    set: (line: string) => decideUpdateAccount(draft, toCommand(`set ${line}`, ids) as UpdateAccount),
  }
}

test('the initial balance is a transfer from the currency’s external account', () => {
  const { draft, open } = newLedger()
  const outcome = open('1 EUR 12.50 limit=3 m:a=b')
  assert.deepEqual(outcome, {
    kind: 'accepted',
    replayed: false,
    made: 'account',
    result: {
      ...EMPTY_BALANCE,
      id: '1',
      kind: 'standard',
      userId: null,
      currency: 'EUR',
      scale: 2,
      posted: 1250n,
      creditLimit: 300n,
      lastEntry: 1n,
      version: 1,
      metadata: { a: 'b' },
      createdAt: AT,
      updatedAt: AT,
    },
  })
  const external = draft.state.accounts.get(
    draft.state.currencies.get('EUR' as never)?.externalAccountId as AccountId,
  )
  assert.equal(external?.posted, -1250n)
  assert.equal(external?.creditLimit, null)
  assert.deepEqual(
    draft.changes.entries.map(({ accountId, amount, balanceAfter }) => [accountId, amount, balanceAfter]),
    [
      [external?.id, -1250n, -1250n],
      ['1', 1250n, 1250n],
    ],
  )
})

test('a currency has one external account, made with its first initial balance', () => {
  const { draft, open } = newLedger()
  open('1 EUR')
  assert.equal(draft.state.currencies.get('EUR' as never)?.externalAccountId, null)
  open('2 EUR 1.00')
  open('3 EUR 2.00')
  open('4 USD 2.00')
  const externals = [...draft.changes.accounts.values()].filter(({ kind }) => kind === 'external')
  assert.deepEqual(
    externals.map(({ currency, posted }) => [currency, posted]),
    [
      ['EUR', -300n],
      ['USD', -200n],
    ],
  )
})

test('settings change, the balance stays, the version counts', () => {
  const { open, set } = newLedger()
  open('1 EUR 5.00 m:a=b')
  const outcome = set('1 limit=7')
  assert.ok(outcome.kind === 'accepted')
  const { posted, creditLimit, version, metadata, lastEntry } = outcome.result
  assert.deepEqual([posted, creditLimit, version, metadata, lastEntry], [500n, 700n, 2, { a: 'b' }, 1n])
})

test('a refused command leaves the draft as it was', () => {
  const { draft, open, set } = newLedger()
  open('1 EUR 5.00')
  const before = structuredClone({ state: draft.state, changes: draft.changes })
  for (const outcome of [
    open('1 EUR'),
    open('2 EUR/4 1.00'),
    open('2 USD owner=ann'),
    set('2 limit=1'),
    set('1 if=9 limit=1'),
  ]) {
    assert.equal(outcome.kind, 'rejected')
  }
  assert.deepEqual({ state: draft.state, changes: draft.changes }, before)
  assert.equal(draft.state.users.has(userOf('ann')), false)
})
