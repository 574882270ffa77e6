/** Batches so large that a store may write their beginning while their end is decided. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import type { Command } from '#core/command.ts'
import type { AccountId } from '#core/ids.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { dumpLedger } from '../ledger-dump.ts'
import { toCommand } from '../shorthand.ts'
import { STORES } from '../stores.ts'
import { runCase, runOnStore } from './ledger-case-run.ts'

const OPENED = ['open 1 EUR 100.00', 'open 2 EUR', 'open 3 EUR']

/** A thousand commands; what comes late is about what came early. */
const MIXED = [
  'pay 1>2 10.00 EUR id=first key=first',
  ...repeated(300, ['pay 1>2 0.01 EUR', 'pay 2>3 900.00 EUR']),
  'reverse first 4.00 EUR',
  'hold held 1>3 5.00 EUR',
  ...repeated(150, ['pay 2>3 0.02 EUR', 'group | pay 3>2 0.01 EUR | pay 1>2 900.00 EUR']),
  'capture held 2.00 EUR',
  'pay 1>2 10.00 EUR id=first key=first',
  'pay 1>2 11.00 EUR id=first',
  'open 4 EUR 7.00',
  ...repeated(48, ['pay 4>1 0.01 EUR', 'pay 1>4 0.01 EUR']),
]

function repeated(times: number, lines: readonly string[]): string[] {
  return Array.from({ length: times }, () => lines).flat()
}

for (const underTest of STORES) {
  after(() => underTest.stop())

  test(
    `${underTest.name}: a thousand commands come to what they come to in the model`,
    { skip: underTest.skip },
    async () => {
      const expectNothing = (line: string) => `${line} -> not looked at`
      const run = runCase({ name: 'large', given: OPENED, when: [MIXED.map(expectNothing)] })
      const clock = createTestClock()
      const model = createMemoryStore({ clock, sha256 })
      await runOnStore(model, clock, run.batches)
      const ledger = await underTest.open(clock)
      try {
        assert.deepEqual(await runOnStore(ledger.store, clock, run.batches), run.outcomes)
        assert.deepEqual(await dumpLedger(ledger.store), await dumpLedger(model))
      } finally {
        await ledger.close()
      }
    },
  )

  test(
    `${underTest.name}: nothing is left of a batch of which the last command is a bug`,
    { skip: underTest.skip },
    async () => {
      const ids = createTestIds()
      const commands = (...lines: readonly string[]): Command[] => lines.map((line) => toCommand(line, ids))
      const ledger = await underTest.open(createTestClock())
      const { store } = ledger
      try {
        await store.post(commands(...OPENED, 'currency USD 2'))
        const before = await dumpLedger(store)
        const [open] = commands('open 9 USD 1.00')
        const bug = { ...open, externalAccountId: '1' as AccountId } as Command
        const paying = commands(...repeated(700, ['pay 1>2 0.01 EUR']))
        await assert.rejects(async () => await store.post([...paying, bug]), /assertion failed/)
        assert.deepEqual(await dumpLedger(store), before)

        const outcomes = await store.post(paying)
        assert.ok(outcomes.every(({ kind }) => kind === 'accepted'))
      } finally {
        await ledger.close()
      }
    },
  )
}
