/** What every store of the ledger promises: the table, answers as decided, and readings equal to the model's. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { createTestClock } from '../clock.ts'
import { dumpLedger } from '../ledger-dump.ts'
import type { StoreUnderTest } from '../stores.ts'
import { accountOf, balanceLine, expectedLines, runCase, runOnStore, toLines } from './ledger-case-run.ts'
import { LEDGER_CASES } from './ledger-cases.ts'
import type { LedgerCase } from './ledger-cases/ledger-case.ts'

/** Registers the contract's tests for a store. */
export function ledgerStoreContract(underTest: StoreUnderTest): void {
  test(`${underTest.name}: the table of cases`, { skip: underTest.skip }, async (t) => {
    for (const row of LEDGER_CASES) await t.test(row.name, () => checkCase(underTest, row))
  })
}

async function checkCase(underTest: StoreUnderTest, row: LedgerCase): Promise<void> {
  const run = runCase(row)
  const clock = createTestClock()
  const model = createMemoryStore({ clock, sha256 })
  await runOnStore(model, clock, run.batches)
  const ledger = await underTest.open(clock)
  const { store } = ledger
  try {
    const outcomes = await runOnStore(store, clock, run.batches)
    assert.deepEqual(toLines(run.batches, outcomes), expectedLines(run.batches))
    for (const line of row.balances ?? []) {
      assert.equal(balanceLine(line, await store.findAccount(accountOf(run, line))), line)
    }
    assert.deepEqual(outcomes, run.outcomes, 'outcomes are as decided, to the last field')
    assert.deepEqual(await dumpLedger(store), await dumpLedger(model), 'readers show what the model’s show')
  } finally {
    await ledger.close()
  }
}
