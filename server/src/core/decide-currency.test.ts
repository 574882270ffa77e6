import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestIds } from '#test/ids.ts'
import { toCommand } from '#test/shorthand.ts'
import type { CreateCurrency } from './command.ts'
import { decideCreateCurrency } from './decide-currency.ts'
import { startDraft } from './draft.ts'
import type { Instant } from './instant.ts'
import { emptyWorkingSet } from './working-set.ts'

test('a currency is created once, without an external account', () => {
  const draft = startDraft(emptyWorkingSet(), '2026-01-01T00:00:00.000000Z' as Instant)
  const create = (line: string) =>
    decideCreateCurrency(draft, toCommand(line, createTestIds()) as CreateCurrency)
  const result = { code: 'GEM', scale: 3, name: 'GEM', externalAccountId: null }
  assert.deepEqual(create('currency GEM 3'), { kind: 'accepted', replayed: false, made: 'currency', result })
  const again = create('currency GEM 3')
  assert.ok(again.kind === 'rejected')
  assert.equal(again.refusal.code, 'currency_exists')
  assert.equal(draft.changes.facts.length, 1)
})
