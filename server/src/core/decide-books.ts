// Closing the books: what took effect by then is final.
import type { ClosePeriod, OutcomeOf } from './command.ts'
import { putBooks, type Draft } from './draft.ts'
import { periodClosed } from './facts.ts'
import { accepted, rejected } from './outcome.ts'

/** Closes the books through a time, or refuses: period_not_closable (it has not come yet, or was closed before). */
export function decideClosePeriod(draft: Draft, { through, principal }: ClosePeriod): OutcomeOf<ClosePeriod> {
  const { at } = draft.changes
  const { closedThrough } = draft.state.books
  if (through >= at) return rejected('period_not_closable', 'through', `it is ${at} now`)
  if (closedThrough !== null && through <= closedThrough) {
    return rejected('period_not_closable', 'through', `the books are closed through ${closedThrough} already`)
  }
  putBooks(draft, { closedThrough: through })
  draft.changes.facts.push(periodClosed(principal, through, at))
  return accepted('books', { closedThrough: through })
}
