// Linked transfers: all of them, or none.
import type { Command, Outcome, OutcomeOf, PostGroup, PostTransfer } from './command.ts'
import { recordRefusal } from './decide-transfer.ts'
import { attempt, type Draft } from './draft.ts'
import { accepted, atOnce, rejectedFor } from './outcome.ts'
import type { PostedTransfer } from './transfer.ts'

/**
 * Posts the items in order, each seeing what the ones before it did, or refuses all of them for the reason of the first
 * that is refused: `items[3].` stands before its field, and it alone is recorded as failed.
 */
export function decideGroup(
  draft: Draft,
  { items, principal }: PostGroup,
  decideOnce: (draft: Draft, command: Command) => Outcome,
): OutcomeOf<PostGroup> {
  const outcome = attempt(
    draft,
    () => postAll(draft, items, decideOnce),
    ({ kind }) => kind === 'accepted',
  )
  if (outcome.kind === 'accepted') return outcome
  // A refusal that was given before has been recorded.
  return outcome.replayed ? { ...outcome, replayed: false } : recordRefusal(draft, principal, outcome)
}

function postAll(
  draft: Draft,
  items: readonly PostTransfer[],
  decideOnce: (draft: Draft, command: Command) => Outcome,
): OutcomeOf<PostGroup> {
  const posted: PostedTransfer[] = []
  for (const [i, item] of items.entries()) {
    const outcome = atOnce(decideOnce(draft, item) as OutcomeOf<PostTransfer>)
    if (outcome.kind === 'rejected') {
      const { refusal, transfer, replayed } = outcome
      const field = refusal.field === null ? `items[${i}]` : `items[${i}].${refusal.field}`
      return { ...rejectedFor({ ...refusal, field }, transfer), replayed }
    }
    posted.push(outcome.result)
  }
  return accepted('transfers', posted)
}
