// Attempts that were refused change nothing: they become facts.
import { accessRefused } from './attempt.ts'
import type { RecordAttempts } from './access-commands.ts'
import type { OutcomeOf } from './command.ts'
import type { Draft } from './draft.ts'
import { accepted } from './outcome.ts'

/** Records them. */
export function decideAttempts({ changes }: Draft, { attempts }: RecordAttempts): OutcomeOf<RecordAttempts> {
  changes.facts.push(...attempts.map(accessRefused))
  return accepted('attempts', { recorded: attempts.length })
}
