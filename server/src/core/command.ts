// Commands: everything that can change the ledger. Each is decided by one decide function and recorded in one commit.
import type { Account } from './account.ts'
import type { Refusal } from './codes.ts'
import type { Currency, LedgerCurrency } from './currency.ts'
import type { AccountId, TransferId, UserId } from './ids.ts'
import type { Metadata } from './metadata.ts'
import type { Posting, PostedTransfer, FailedTransfer } from './transfer.ts'
import type { User } from './user.ts'

/** Who is calling: the name under which idempotency keys are kept and facts are signed. */
export type Principal = string & { readonly __brand: 'Principal' }

/** What makes a retry safe: the caller's key, and what the request was. */
export interface Idempotency {
  readonly key: string
  /** Hex SHA-256 of the request as it was understood; another request under the same key is refused. */
  readonly fingerprint: string
}

interface CommandFields {
  readonly principal: Principal
  readonly idempotency: Idempotency | null
}

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

/** Moves money: all postings or none. */
export interface PostTransfer extends CommandFields {
  readonly kind: 'post_transfer'
  readonly id: TransferId
  /** True when the client chose the id, so that it may have been used before. */
  readonly idChosen: boolean
  readonly postings: readonly Posting[]
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Everything that can change the ledger. */
export type Command = CreateCurrency | CreateUser | UpdateUser | CreateAccount | UpdateAccount | PostTransfer

interface Results {
  readonly create_currency: LedgerCurrency
  readonly create_user: User
  readonly update_user: User
  readonly create_account: Account
  readonly update_account: Account
  readonly post_transfer: PostedTransfer
}

/** What a command of kind C makes when it is accepted. */
type ResultOf<C extends Command> = Results[C['kind']]

/** The command was carried out. `replayed`: it had been before, and this is the first answer again. */
export interface Accepted<Result> {
  readonly kind: 'accepted'
  readonly replayed: boolean
  readonly result: Result
}

/** The command was refused and changed nothing. A refused transfer is recorded as a failed one. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly replayed: boolean
  readonly refusal: Refusal
  readonly transfer: FailedTransfer | null
}

/** The outcome of a command of kind C. */
export type OutcomeOf<C extends Command> = Accepted<ResultOf<C>> | Rejected

/** The outcome of any command. */
export type Outcome = Accepted<Results[keyof Results]> | Rejected

/** An outcome kept for replays under an idempotency key. A transfer's is kept as the transfer itself. */
export interface IdempotencyRecord {
  readonly principal: Principal
  readonly key: string
  readonly fingerprint: string
  readonly outcome: Outcome
}
