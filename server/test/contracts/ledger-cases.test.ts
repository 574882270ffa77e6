/** The table against the bare decide functions, and against the list of codes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { RefusalCode } from '#core/codes.ts'
import { refusalCodes } from '#core/codes.ts'
import { decideBatch } from '#core/decide-batch.ts'
import { emptyWorkingSet } from '#core/working-set.ts'
import { createTestClock } from '../clock.ts'
import { inWords, runOnModel, runOnStore } from './ledger-case-run.ts'
import { LEDGER_CASES } from './ledger-cases.ts'

test('every code has a case, and every case names codes that exist', () => {
  const outcomes = LEDGER_CASES.flatMap(({ when }) => when.flat()).map((line) => line.split(' -> ')[1] ?? '')
  const named = new Set(outcomes.map((outcome) => outcome.split(' ')[0] ?? ''))
  named.delete('ok')
  named.delete('again')
  assert.deepEqual([...named].sort(), Object.keys(refusalCodes).sort())
})

test('codes stand in the order of their numbers, which are all different', () => {
  const numbers = Object.values(refusalCodes)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  )
})

test('a field is told exactly where a code is about one', () => {
  const whole: RefusalCode[] = ['idempotency_key_reused']
  for (const line of LEDGER_CASES.flatMap(({ when }) => when.flat())) {
    const [code = '', field] = (line.split(' -> ')[1] ?? '').split(' ')
    if (code in refusalCodes) assert.equal(field === undefined, whole.includes(code as RefusalCode), line)
  }
})

test('no two cases have one name', () => {
  const names = LEDGER_CASES.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
})

test('decide: the table of cases', async (t) => {
  for (const row of LEDGER_CASES) {
    await t.test(row.name, async () => {
      const { batches, outcomes: modelOutcomes } = await runOnModel(row)
      const clock = createTestClock()
      // A working set that has everything: what one batch left is what the next is decided over.
      const state = emptyWorkingSet()
      const post: Parameters<typeof runOnStore>[0]['post'] = async (commands) =>
        decideBatch(state, commands, clock.now()).outcomes
      const outcomes = await runOnStore({ post }, clock, batches)
      const came = outcomes.map((batch) => batch.map(inWords))
      assert.deepEqual(
        came,
        batches.map(({ expected }) => expected),
      )
      assert.deepEqual(outcomes, modelOutcomes)
    })
  }
})
