/** The simulation is shown to bite: a store with one planted defect must be caught, whatever the seed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { Command, Outcome } from '#core/command.ts'
import type { Clock } from '#ports/clock.ts'
import { testSeed } from '../seed.ts'
import { decisionDefects, storeDefects, type Defect } from './defects.ts'
import { simulate } from './simulate.ts'

const COMMANDS = 3000
/** Some defects of deciding show only where a policy of one kind meets a transfer of one size: then the run ends. */
const COMMANDS_MAX = 100_000

const seed = testSeed()

function plant(defect: Defect | undefined, clock: Clock): MemoryStore {
  const store = createMemoryStore({ clock, sha256 })
  const { tables } = store
  let batch = 0
  const post = (commands: readonly Command[]): Promise<readonly Outcome[]> => {
    batch += 1
    return defect === undefined ? store.post(commands) : defect({ store, tables, clock, commands, batch })
  }
  return { ...store, post }
}

/** A store with the one defect, compared with a model that has the other. */
async function runWith(
  { store, model }: { readonly store?: Defect | undefined; readonly model?: Defect | undefined },
  commands: number,
): Promise<void> {
  await simulate({
    seed,
    commands,
    openStore: async (clock) => ({ store: plant(store, clock), close: async () => {} }),
    openModel: (clock) => plant(model, clock),
  })
}

test('a store without a defect passes', async () => {
  await runWith({}, COMMANDS)
})

for (const name of Object.keys(storeDefects())) {
  test(`a store that ${name} is caught`, async (t) => {
    await assertCaught(t, runWith({ store: storeDefects()[name] }, COMMANDS))
  })
}

for (const name of Object.keys(decisionDefects())) {
  test(`a ledger that ${name} is caught, though its model does, too`, async (t) => {
    const defects = { store: decisionDefects()[name], model: decisionDefects()[name] }
    await assertCaught(t, runWith(defects, COMMANDS_MAX))
  })
}

async function assertCaught(t: { diagnostic(message: string): void }, run: Promise<void>): Promise<void> {
  await assert.rejects(run, (error: unknown) => {
    assert.ok(error instanceof assert.AssertionError, String(error))
    t.diagnostic(error.message.split('\n')[0] ?? '')
    return true
  })
}
