/** What every store of the ledger promises: the table, answers and readings equal to the model's, repeats, sweeping. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestClock } from '../clock.ts'
import { dumpLedger } from '../ledger-dump.ts'
import type { StoreUnderTest } from '../stores.ts'
import { balanceLine, inWords, runOnModel, runOnStore } from './ledger-case-run.ts'
import { LEDGER_CASES, type LedgerCase } from './ledger-cases.ts'

/** Registers the contract's tests for a store. */
export function ledgerStoreContract(underTest: StoreUnderTest): void {
  test(`${underTest.name}: the table of cases`, { skip: underTest.skip }, async (t) => {
    for (const row of LEDGER_CASES) await t.test(row.name, () => checkCase(underTest, row))
  })
}

async function checkCase(underTest: StoreUnderTest, row: LedgerCase): Promise<void> {
  const { model, batches, outcomes: modelOutcomes } = await runOnModel(row)
  const clock = createTestClock()
  const ledger = await underTest.open(clock)
  const { store } = ledger
  try {
    const outcomes = await runOnStore(store, clock, batches)
    batches.forEach(({ lines, expected }, i) => {
      const came = (outcomes[i] ?? []).map(inWords)
      assert.deepEqual(
        lines.map((line, j) => `${line} -> ${came[j]}`),
        lines.map((line, j) => `${line} -> ${expected[j]}`),
      )
    })
    for (const line of row.balances ?? []) assert.equal(await balanceLine(store, line), line)
    assert.deepEqual(outcomes, modelOutcomes, 'outcomes are the model’s, to the last field')
    assert.deepEqual(await dumpLedger(store), await dumpLedger(model), 'readers show what the model’s show')
  } finally {
    await ledger.close()
  }
}
