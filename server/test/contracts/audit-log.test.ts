/** The audit log of every store is the model's, whatever the filter and the page; and it leaves nothing out. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { isAsked, type AuditEntry, type AuditFilter } from '#core/audit.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { wholeAudit } from '../ledger-dump.ts'
import { createRandom, testSeed } from '../seed.ts'
import { STORES } from '../stores.ts'
import { createTraffic } from '../traffic/traffic.ts'

const BATCHES = 60
const BATCH = 20
const QUERIES = 60

const seed = testSeed()

for (const underTest of STORES) {
  after(() => underTest.stop())

  test(`${underTest.name}: the audit log is the model’s`, { skip: underTest.skip }, async () => {
    const clock = createTestClock()
    const opened = await underTest.open(clock)
    const model = createMemoryStore({ clock, sha256 })
    const random = createRandom(seed)
    const traffic = createTraffic({ random, ids: createTestIds(), view: model.tables, clock })
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    try {
      for (let i = 0; i < BATCHES; i++) {
        // Some batches share a time with the one before, and one machine's clock may be behind.
        const draw = random()
        clock.turn(draw < 0.2 ? 0 : draw < 0.3 ? -3_000 : 1_000)
        const commands = Array.from({ length: BATCH }, () => traffic.next()).flat()
        await opened.store.post(commands)
        await model.post(commands)
      }
      const all = await wholeAudit(model, 1000)
      const events = await opened.store.read({ after: { page: 0, position: 0 }, limit: 100_000 })
      assert.equal(all.length, events.length, 'every fact is in it')

      for (let i = 0; i < QUERIES; i++) {
        const filter = drawFilter(oneOf(all), random)
        const limit = 5 + Math.floor(random() * random() * 60)
        const expected = all.filter((entry) => isAsked(entry, filter))
        assert.deepEqual(await wholeAudit(opened.store, limit, filter), expected, JSON.stringify(filter))
      }
    } finally {
      await opened.close()
    }
  })
}

/** Filters that a known entry passes, mostly. */
function drawFilter(entry: AuditEntry, random: () => number): AuditFilter {
  const { principal, operation, type, target, outcome, at } = entry
  const some = (chance: number): boolean => random() < chance
  return {
    ...(some(0.3) ? { principal } : {}),
    ...(some(0.3) && operation !== null ? { operation } : {}),
    ...(some(0.3) ? { type } : {}),
    ...(some(0.3) && target !== null ? { target } : {}),
    ...(some(0.3) ? { outcome: some(0.8) ? outcome : 'refused' } : {}),
    ...(some(0.2) ? { from: at } : {}),
    ...(some(0.2) ? { to: at } : {}),
  }
}
