// Commands: everything that can change the ledger. Each is decided by one decide function and recorded in one commit.
import type { Role } from './access.ts'
import type { AccessCommand, AccessMadeBy, AccessMakes } from './access-commands.ts'
import type { ApprovalCommand, ApprovalMadeBy, ApprovalMakes } from './approval-commands.ts'
import type { Account } from './account.ts'
import type { CommandFields, Principal } from './command-fields.ts'
import type { Refusal } from './codes.ts'
import type { Currency, LedgerCurrency } from './currency.ts'
import type { Hold } from './hold.ts'
import type { LoginCommand, LoginMadeBy, LoginMakes } from './login-commands.ts'
import type { AccountId, HoldId, PolicyId, QuoteId, TransferId, UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Metadata } from './metadata.ts'
import type { Policy, PolicyRules, PolicyTarget } from './policy.ts'
import type { Quote } from './quote.ts'
import type { Entry, FailedTransfer, PostedTransfer, TransferContent } from './transfer.ts'
import type { User } from './user.ts'

/** Makes a currency of your own. */
export interface CreateCurrency extends CommandFields {
  readonly kind: 'create_currency'
  readonly currency: Currency
}

/** Makes a user. */
export interface CreateUser extends CommandFields {
  readonly kind: 'create_user'
  readonly id: UserId
  readonly name: string | null
  readonly email: string | null
  readonly metadata: Metadata
}

/** Changes the given fields of a user; `ifVersion` null changes whatever version there is. */
export interface UpdateUser extends CommandFields {
  readonly kind: 'update_user'
  readonly id: UserId
  readonly ifVersion: number | null
  readonly changes: Partial<Pick<User, 'name' | 'email' | 'metadata'>>
}

/** Takes name and e-mail address from a user, for good. */
export interface EraseUser extends CommandFields {
  readonly kind: 'erase_user'
  readonly id: UserId
  /** Only a user who has these roles; null: whatever they are. */
  readonly ifRoles: readonly Role[] | null
}

/** Opens an account; an initial balance comes from the currency's external account, in the same commit. */
export interface CreateAccount extends CommandFields {
  readonly kind: 'create_account'
  readonly id: AccountId
  readonly userId: UserId | null
  readonly currency: Currency
  readonly creditLimit: bigint
  readonly initialBalance: bigint
  readonly metadata: Metadata
  /** The id which the currency's external account gets if there is none yet. */
  readonly externalAccountId: AccountId
  /** The id of the transfer that brings the initial balance. */
  readonly transferId: TransferId
}

/** Changes the given settings of an account; `ifVersion` null changes whatever version there is. */
export interface UpdateAccount extends CommandFields {
  readonly kind: 'update_account'
  readonly id: AccountId
  readonly ifVersion: number | null
  readonly changes: { readonly creditLimit?: bigint; readonly metadata?: Metadata }
}

/** Closes an account for good, when it is empty, or emptied in the same commit. */
export interface CloseAccount extends CommandFields {
  readonly kind: 'close_account'
  readonly id: AccountId
  readonly ifVersion: number | null
  /** Gets what is left; null: nothing may be left. */
  readonly sweepTo: AccountId | null
  /** The id of the transfer that sweeps. */
  readonly transferId: TransferId
}

/** Moves money: all postings or none. */
export interface PostTransfer extends CommandFields, TransferContent {
  readonly kind: 'post_transfer'
  readonly id: TransferId
  /** True when the client chose the id, so that it may have been used before. */
  readonly idChosen: boolean
  /** Business time may not lie before it; null where any will do. */
  readonly earliestEffectiveAt: Instant | null
  /** How long it may wait for approval where a policy demands one; null where it cannot wait: it is refused then. */
  readonly approvalSeconds: number | null
}

/** Transfers that happen together or not at all. */
export interface PostGroup extends CommandFields {
  readonly kind: 'post_group'
  readonly items: readonly PostTransfer[]
}

/** Undoes a transfer or a part of it. */
export interface ReverseTransfer extends CommandFields {
  readonly kind: 'reverse_transfer'
  /** The id of the reversal. */
  readonly id: TransferId
  readonly original: TransferId
  /** Which posting; null is all of them, fees included. */
  readonly posting: number | null
  /** Minor units, of the named posting or of the only one that is no fee; null is all that is left. */
  readonly amount: bigint | null
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Reserves money. */
export interface CreateHold
  extends
    CommandFields,
    Pick<
      Hold,
      | 'id'
      | 'source'
      | 'destination'
      | 'amount'
      | 'currency'
      | 'scale'
      | 'expiresAt'
      | 'reference'
      | 'metadata'
    > {
  readonly kind: 'create_hold'
}

/** Moves reserved money, whole or in part. */
export interface CaptureHold extends CommandFields {
  readonly kind: 'capture_hold'
  readonly holdId: HoldId
  /** Minor units; null is all that is left. */
  readonly amount: bigint | null
  /** Ends the hold even when something is left. */
  readonly releaseRest: boolean
  /** The id of the transfer that moves it. */
  readonly transferId: TransferId
}

/** Ends a hold. `due`: only when its time is over. */
export interface ReleaseHold extends CommandFields {
  readonly kind: 'release_hold'
  readonly holdId: HoldId
  readonly due: boolean
}

/** Makes the policy of a target. */
export interface CreatePolicy extends CommandFields {
  readonly kind: 'create_policy'
  readonly id: PolicyId
  readonly target: PolicyTarget
  readonly currency: Currency
  readonly rules: PolicyRules
}

/** Replaces the rules of a policy; null takes the policy away. */
export interface UpdatePolicy extends CommandFields {
  readonly kind: 'update_policy'
  readonly id: PolicyId
  readonly ifVersion: number | null
  readonly rules: PolicyRules | null
}

/** Offers an exchange. */
export interface CreateQuote extends CommandFields, Omit<Quote, 'transferId' | 'createdAt'> {
  readonly kind: 'create_quote'
}

/** Carries an exchange out, from an account of the sold currency to one of the bought. */
export interface ConvertQuote extends CommandFields {
  readonly kind: 'convert_quote'
  readonly quoteId: QuoteId
  readonly source: AccountId
  readonly destination: AccountId
  readonly transferId: TransferId
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Closes the books: from now on nothing takes effect at or before this time. */
export interface ClosePeriod extends CommandFields {
  readonly kind: 'close_period'
  readonly through: Instant
}

/** Decides a transfer and then forgets it: what it would come to. Its answer is never kept: the next may be another. */
export interface SimulateTransfer extends CommandFields {
  readonly kind: 'simulate_transfer'
  readonly idempotency: null
  readonly transfer: PostTransfer
}

/** Everything that can change the ledger, and what only looks at what would. */
export type Command =
  | CreateCurrency
  | CreateUser
  | UpdateUser
  | EraseUser
  | CreateAccount
  | UpdateAccount
  | CloseAccount
  | PostTransfer
  | PostGroup
  | ReverseTransfer
  | CreateHold
  | CaptureHold
  | ReleaseHold
  | CreatePolicy
  | UpdatePolicy
  | CreateQuote
  | ConvertQuote
  | ClosePeriod
  | SimulateTransfer
  | AccessCommand
  | ApprovalCommand
  | LoginCommand

/** A capture: the transfer, and the hold as it is then. */
export interface Capture {
  readonly hold: Hold
  readonly transfer: PostedTransfer
}

/** What a transfer would come to. */
export interface Simulation {
  readonly outcome: OutcomeOf<PostTransfer>
  /** The entries that it would make. */
  readonly entries: readonly Entry[]
}

/** Until when the books are closed. */
export interface Books {
  readonly closedThrough: Instant | null
}

/** What accepted commands make, by name. */
export interface Makes extends AccessMakes, ApprovalMakes, LoginMakes {
  readonly currency: LedgerCurrency
  readonly user: User
  readonly account: Account
  readonly transfer: PostedTransfer
  readonly transfers: readonly PostedTransfer[]
  readonly hold: Hold
  readonly capture: Capture
  readonly policy: Policy
  readonly quote: Quote
  readonly books: Books
  readonly simulation: Simulation
}

interface MadeBy extends AccessMadeBy, ApprovalMadeBy, LoginMadeBy {
  readonly create_currency: 'currency'
  readonly create_user: 'user'
  readonly update_user: 'user'
  readonly erase_user: 'user'
  readonly create_account: 'account'
  readonly update_account: 'account'
  readonly close_account: 'account'
  readonly post_transfer: 'transfer' | 'approval'
  readonly post_group: 'transfers'
  readonly reverse_transfer: 'transfer'
  readonly create_hold: 'hold'
  readonly capture_hold: 'capture'
  readonly release_hold: 'hold'
  readonly create_policy: 'policy'
  readonly update_policy: 'policy'
  readonly create_quote: 'quote'
  readonly convert_quote: 'transfer'
  readonly close_period: 'books'
  readonly simulate_transfer: 'simulation'
}

/** The command was carried out. `replayed`: it had been before, and this is the first answer again. */
export interface Accepted<Made extends keyof Makes> {
  readonly kind: 'accepted'
  readonly replayed: boolean
  readonly made: Made
  readonly result: Makes[Made]
}

/** The command was refused and changed nothing. A refused transfer is recorded as a failed one. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly replayed: boolean
  readonly refusal: Refusal
  readonly transfer: FailedTransfer | null
}

/** The outcome of a command of kind C. */
export type OutcomeOf<C extends Command> = AcceptedAny<MadeBy[C['kind']]> | Rejected

/** What comes of a transfer that does not wait for approval. */
export type TransferOutcome = Accepted<'transfer'> | Rejected

/** The outcome of any command. */
export type Outcome = AcceptedAny<keyof Makes> | Rejected

type AcceptedAny<Made extends keyof Makes> = { [One in Made]: Accepted<One> }[Made]

/** An outcome kept for replays under an idempotency key. Transfers in it are kept as themselves. */
export interface IdempotencyRecord {
  readonly principal: Principal
  readonly key: string
  readonly fingerprint: string
  readonly outcome: Outcome
}
