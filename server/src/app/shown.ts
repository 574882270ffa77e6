// Transfers as their callers may see them: a user is not shown the balances of accounts that are not theirs.
import type { Approved } from '#core/approval-commands.ts'
import type {
  Accepted,
  Capture,
  Command,
  Makes,
  OutcomeOf,
  PostTransfer,
  Rejected,
  Simulation,
} from '#core/command.ts'
import type { FailedTransfer, Leg, PostedTransfer, SettledPosting } from '#core/transfer.ts'

/** A posting that happened; the side of an account that the caller may not see is null. */
export interface ShownPosting extends Omit<SettledPosting, 'sourceLeg' | 'destinationLeg'> {
  readonly sourceLeg: Leg | null
  readonly destinationLeg: Leg | null
}

/** A posted transfer as the caller may see it. */
export interface ShownPosted extends Omit<PostedTransfer, 'postings'> {
  readonly postings: readonly ShownPosting[]
}

/** A transfer as the caller may see it. */
export type ShownTransfer = ShownPosted | FailedTransfer

/** What a transfer would come to, as the caller may see it. */
export interface ShownSimulation extends Omit<Simulation, 'outcome'> {
  readonly outcome: ShownOutcomeOf<PostTransfer>
}

interface ShownMakes extends Omit<Makes, 'transfer' | 'transfers' | 'capture' | 'simulation' | 'approved'> {
  readonly transfer: ShownPosted
  readonly transfers: readonly ShownPosted[]
  readonly capture: Omit<Capture, 'transfer'> & { readonly transfer: ShownPosted }
  readonly simulation: ShownSimulation
  readonly approved: Omit<Approved, 'transfer'> & { readonly transfer: ShownPosted }
}

type Shown<Made extends keyof Makes> =
  { [One in Made]: Omit<Accepted<One>, 'result'> & { readonly result: ShownMakes[One] } }[Made] | Rejected

/** The outcome of a transfer that does not wait for approval, as the caller may see it. */
export type ShownTransferOutcome = Shown<'transfer'>

/** The outcome of a command of kind C as the caller may see it. */
export type ShownOutcomeOf<C extends Command> = Shown<MadeOf<OutcomeOf<C>>>

type MadeOf<O> = O extends Accepted<infer Made> ? Made : never
