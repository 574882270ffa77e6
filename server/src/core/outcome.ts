// Making outcomes.
import type { Accepted, Makes, OutcomeOf, PostTransfer, Rejected, TransferOutcome } from './command.ts'
import type { Refusal, RefusalCode } from './codes.ts'
import type { FailedTransfer } from './transfer.ts'

/** A command that was carried out, now. */
export function accepted<Made extends keyof Makes>(
  made: Made,
  result: Accepted<Made>['result'],
): Accepted<Made> {
  return { kind: 'accepted', replayed: false, made, result }
}

/** A command that was refused and changed nothing. `field` is a path in the command, null for the whole. */
export function rejected(code: RefusalCode, field: string | null, message: string): Rejected {
  return rejectedFor({ code, field, message, explanation: null })
}

/** A command that was refused for the reason given; `transfer` records it. */
export function rejectedFor(refusal: Refusal, transfer: FailedTransfer | null = null): Rejected {
  return { kind: 'rejected', replayed: false, refusal, transfer }
}

/** The outcome where a transfer that waits cannot be told of: to whoever asks so, it is refused for that. */
export function atOnce(outcome: OutcomeOf<PostTransfer>): TransferOutcome {
  if (outcome.kind === 'rejected' || outcome.made === 'transfer') return outcome
  const { id, status } = outcome.result
  const message = `transfer ${id} needs a second principal’s approval, which is ${status}`
  return { ...rejected('approval_required', null, message), replayed: outcome.replayed }
}
