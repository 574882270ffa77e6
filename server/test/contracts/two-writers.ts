/** Two stores on one ledger, as two processes have it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Command, Outcome } from '#core/command.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { run } from '../postgres-databases.ts'
import { assertProven } from '../proven.ts'
import { createRandom, testSeed } from '../seed.ts'
import { toCommand } from '../shorthand.ts'
import type { Ledger, StoreUnderTest } from '../stores.ts'
import { inWords } from './ledger-case-run.ts'

/** What a test has. */
export interface Two {
  readonly a: Ledger
  readonly b: Ledger
  readonly url: string
  /** Posts both batches at the same time; the answers in words. */
  readonly both: (a: readonly string[], b: readonly string[]) => Promise<[string[], string[]]>
  readonly post: (...lines: string[]) => Promise<readonly Outcome[]>
  readonly commands: (lines: readonly string[]) => Command[]
  readonly random: () => number
  readonly clock: TestClock
}

const seed = testSeed()

/** Registers a test with two stores on one fresh ledger; afterwards the ledger must be proven, and nobody have waited in a circle. */
export function withTwo(underTest: StoreUnderTest, name: string, body: (two: Two) => Promise<void>): void {
  test(`${underTest.name}, two writers: ${name}`, { skip: underTest.skip }, async () => {
    const clock = createTestClock()
    const opened = await underTest.open(clock)
    assert.ok(opened.openAnother !== undefined && opened.url !== undefined)
    const before = await deadlocks(opened.url)
    try {
      const a = opened.store
      const b = await opened.openAnother(clock)
      const ids = createTestIds()
      const commands = (lines: readonly string[]): Command[] => lines.map((line) => toCommand(line, ids))
      await body({
        a,
        b,
        url: opened.url,
        commands,
        random: createRandom(seed),
        clock,
        post: (...lines) => a.post(commands(lines)),
        async both(linesOfA, linesOfB) {
          const [outcomesOfA, outcomesOfB] = await Promise.all([
            a.post(commands(linesOfA)),
            b.post(commands(linesOfB)),
          ])
          return [outcomesOfA.map(inWords), outcomesOfB.map(inWords)]
        },
      })
      await assertProven(opened.url)
      assert.equal(await deadlocks(opened.url), before, 'nobody waited in a circle')
    } finally {
      await opened.close()
    }
  })
}

async function deadlocks(url: string): Promise<unknown> {
  await run(url, 'select pg_stat_clear_snapshot()')
  const rows = await run(url, 'select deadlocks from pg_stat_database where datname = current_database()')
  return rows[0]?.deadlocks
}

/** The list in another order. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, at: random() }))
    .sort((x, y) => x.at - y.at)
    .map(({ value }) => value)
}
