/** Lines decided one after the other, as unit tests of the core want them. */
import assert from 'node:assert/strict'
import type { Outcome } from '#core/command.ts'
import type { Changes } from '#core/draft.ts'
import type { WorkingSet } from '#core/working-set.ts'
import { createBareLedger } from './bare-ledger.ts'
import { createTestClock } from './clock.ts'
import { createTestIds } from './ids.ts'
import { toMoment } from './shorthand-words.ts'
import { toCommand } from './shorthand.ts'

/** What the last of the lines came to. */
export interface DecidedLine {
  readonly outcome: Outcome
  /** What its commit writes. */
  readonly changes: Changes
  /** The ledger afterwards. */
  readonly state: WorkingSet
}

/** Decides the lines, each a batch of its own; all but the last must be accepted. `at 01:00` turns the clock. */
export function decideLines(...lines: readonly string[]): DecidedLine {
  const ids = createTestIds()
  const clock = createTestClock()
  const { post, commits, state } = createBareLedger(clock)
  let last: Outcome | undefined
  for (const line of lines) {
    if (line.startsWith('at ')) {
      clock.turnTo(toMoment(line.slice('at '.length)))
      continue
    }
    assert.notEqual(last?.kind, 'rejected', `before ${line}`)
    last = post([toCommand(line, ids)])[0]
  }
  return { outcome: last as Outcome, changes: commits.at(-1) as Changes, state }
}
