/** The table against the bare decide functions, and against the list of codes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { approvalStatuses } from '#core/approval.ts'
import { refusalCodes } from '#core/codes.ts'
import { accountOf, balanceLine, expectedLines, runCase, toLines } from './ledger-case-run.ts'
import { LEDGER_CASES } from './ledger-cases.ts'

/** The outcomes of the table's rows, with their lines. */
const OUTCOMES = LEDGER_CASES.flatMap(({ name, when }) =>
  when
    .flat()
    .filter((line) => line.includes(' -> '))
    .map((line) => ({ name, line, words: (line.split(' -> ')[1] ?? '').replace(/^would /, '').split(' ') })),
)

test('every code has a case, and every case names codes that exist', () => {
  const named = new Set(OUTCOMES.map(({ words }) => words[0] ?? ''))
  for (const word of ['ok', 'again', ...approvalStatuses]) named.delete(word)
  assert.deepEqual([...named].sort(), Object.keys(refusalCodes).sort())
})

test('codes stand in the order of their numbers, which are all different', () => {
  const numbers = Object.values(refusalCodes)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  )
})

test('a field is told, but of a key, which is about the whole, and of a fee, which nobody wrote', () => {
  for (const { name, line, words } of OUTCOMES) {
    const [code = '', field = ''] = words
    if (!(code in refusalCodes)) continue
    if (code === 'idempotency_key_reused') assert.match(field, /^(items\[\d+\])?$/, line)
    else assert.ok(field !== '' || /\bfee\b/.test(name), line)
  }
})

test('no two cases have one name', () => {
  const names = LEDGER_CASES.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
})

test('decide: the table of cases', async (t) => {
  for (const row of LEDGER_CASES) {
    await t.test(row.name, () => {
      const run = runCase(row)
      assert.deepEqual(toLines(run.batches, run.outcomes), expectedLines(run.batches))
      for (const line of row.balances ?? []) {
        assert.equal(balanceLine(line, run.ledger.state.accounts.get(accountOf(run, line))), line)
      }
    })
  }
})
