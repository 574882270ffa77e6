import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestIds } from '#test/ids.ts'
import { transferOf, userOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import type { Principal } from './command-fields.ts'
import { idempotencyId, needsOf, type Needs } from './working-set.ts'

/** What a line needs, without what is empty. */
function needs(...lines: string[]): Partial<Record<keyof Needs, unknown[]>> {
  const ids = createTestIds()
  const all = needsOf(lines.map((line) => toCommand(line, ids)))
  const { idempotency, ...others } = all
  const found = Object.entries(others).map(([name, needed]): [string, unknown[]] => {
    if (typeof needed === 'boolean') return [name, needed ? [true] : []]
    return [name, [...needed]]
  })
  found.push(['idempotency', [...idempotency.values()].map(({ principal, key }) => `${principal}/${key}`)])
  return Object.fromEntries(found.filter(([, values]) => values.length > 0))
}

test('a transfer needs the accounts it names, and its id only if the client chose it', () => {
  assert.deepEqual(needs('pay 1>2 1.00 EUR, 2>3 1.00 EUR'), { accounts: ['1', '2', '3'], moving: ['EUR'] })
  assert.deepEqual(needs('pay 1>2 1.00 EUR id=t key=k by=ann'), {
    accounts: ['1', '2'],
    moving: ['EUR'],
    transfers: [transferOf('t')],
    approvals: [transferOf('t')],
    idempotency: ['ann/k'],
  })
})

test('an account to open needs itself, its owner, its currency and the external account it may make', () => {
  assert.deepEqual(needs('open 1 EUR owner=ann'), {
    accounts: ['1', (2n ** 52n + 1n).toString()],
    currencies: ['EUR'],
    moving: ['EUR'],
    users: [userOf('ann')],
  })
})

test('settings are needed only where they change', () => {
  assert.deepEqual(needs('set 1 limit=1'), { accounts: ['1'], settings: ['1'] })
})

test('a user needs the holder of the address too, in the form in which addresses are the same', () => {
  assert.deepEqual(needs('user ann email=Ann@X.org'), { users: [userOf('ann')], emails: ['ann@x.org'] })
  assert.deepEqual(needs('edit ann email=ANN@x.org'), { users: [userOf('ann')], emails: ['ann@x.org'] })
  assert.deepEqual(needs('edit ann email=- name=A'), { users: [userOf('ann')] })
  assert.deepEqual(needs('currency GEM 3'), { currencies: ['GEM'] })
})

test('a batch needs each thing once', () => {
  assert.deepEqual(
    needs('pay 1>2 1.00 EUR key=k', 'pay 2>1 1.00 EUR key=k', 'pay 2>1 1.00 EUR key=k by=ann'),
    {
      accounts: ['1', '2'],
      moving: ['EUR'],
      idempotency: ['tester/k', 'ann/k'],
    },
  )
})

test('keys of two principals never meet', () => {
  assert.notEqual(idempotencyId('a' as Principal, 'b/c'), idempotencyId('a/b' as Principal, 'c'))
})
