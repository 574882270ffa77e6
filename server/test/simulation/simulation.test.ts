/**
 * Random traffic on every store, compared with the model. FLORIN_SIM_COMMANDS=200000 for the full run;
 * FLORIN_TEST_SEED=… for the same run again.
 */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { testSeed } from '../seed.ts'
import { STORES } from '../stores.ts'
import { notReached } from './reached.ts'
import { simulate } from './simulate.ts'

const COMMANDS = Number(process.env.FLORIN_SIM_COMMANDS ?? 20_000)
const seed = testSeed()

for (const store of STORES) {
  after(() => store.stop())
  // The embedded server runs the code of the PostgreSQL store on another PostgreSQL: a quarter is enough.
  const commands = store.name === 'embedded' ? COMMANDS / 4 : COMMANDS
  const name = `${store.name}: ${commands} random commands leave it equal to the model`
  test(name, { skip: store.skip }, async (t) => {
    const startedAt = performance.now()
    const reached = await simulate({ openStore: (clock) => store.open(clock), seed, commands })
    t.diagnostic(`${commands} commands in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    t.diagnostic([...reached].map(([what, times]) => `${what} ${times}`).join(', '))
    assert.deepEqual(notReached(reached, commands), [], 'every code and branch was reached')
  })
}
