// A batch being decided: the working set as it stands after the commands so far, and what has to be written.
import type { Account } from './account.ts'
import type { IdempotencyRecord } from './command.ts'
import type { LedgerCurrency } from './currency.ts'
import type { Fact } from './facts.ts'
import { laterOf, type Instant } from './instant.ts'
import { toEntries, type Entry, type PostedTransfer, type SettledPosting, type Transfer } from './transfer.ts'
import { emailKey, type User } from './user.ts'
import { idempotencyId, type WorkingSet } from './working-set.ts'
import { MINOR_MAX } from './money.ts'
import { assert, expectDefined } from './assert.ts'

/** What one commit writes. Maps hold each row once, as it is at the end of the batch. */
export interface Changes {
  /** The time of everything in the batch. */
  readonly at: Instant
  readonly currencies: Map<string, LedgerCurrency>
  readonly users: Map<string, User>
  /** Accounts opened in this batch, or whose settings changed; their balances are in `balances` too if they moved. */
  readonly accounts: Map<string, Account>
  /** Accounts whose balance moved. */
  readonly balances: Map<string, Account>
  readonly transfers: Transfer[]
  readonly entries: Entry[]
  readonly idempotency: IdempotencyRecord[]
  /** In the order decided; what the journal page holds. Empty: the batch changed nothing. */
  readonly facts: Fact[]
}

/** The working set and the changes so far, kept in step by the functions of this module. */
export interface Draft {
  readonly state: WorkingSet
  readonly changes: Changes
}

/**
 * Starts a batch. Its time is `now`, or later if an account in it was last touched later (two machines' clocks differ),
 * so that no account's history goes backwards.
 */
export function startDraft(state: WorkingSet, now: Instant): Draft {
  let at = now
  for (const account of state.accounts.values()) at = laterOf(at, account.updatedAt)
  return {
    state,
    changes: {
      at,
      currencies: new Map(),
      users: new Map(),
      accounts: new Map(),
      balances: new Map(),
      transfers: [],
      entries: [],
      idempotency: [],
      facts: [],
    },
  }
}

/** Adds or replaces a currency. */
export function putCurrency(draft: Draft, currency: LedgerCurrency): void {
  draft.state.currencies.set(currency.code, currency)
  draft.changes.currencies.set(currency.code, currency)
}

/** Adds or replaces a user; `before` is the user as it was. */
export function putUser(draft: Draft, user: User, before: User | null): void {
  if (typeof before?.email === 'string') draft.state.emails.delete(emailKey(before.email))
  if (user.email !== null) draft.state.emails.set(emailKey(user.email), user.id)
  draft.state.users.set(user.id, user)
  draft.changes.users.set(user.id, user)
}

/** Adds an account or changes its settings. */
export function putAccount(draft: Draft, account: Account): void {
  draft.state.accounts.set(account.id, account)
  draft.changes.accounts.set(account.id, account)
}

/** Records a transfer and, when it was posted, its entries. */
export function putTransfer(draft: Draft, transfer: Transfer): void {
  draft.state.transfers.set(transfer.id, transfer)
  draft.changes.transfers.push(transfer)
}

/** Records the outcome under the command's idempotency key. */
export function putIdempotency(draft: Draft, record: IdempotencyRecord): void {
  draft.state.idempotency.set(idempotencyId(record.principal, record.key), record)
  draft.changes.idempotency.push(record)
}

/**
 * Moves the money of a posted transfer: the one place where balances change. The guards have passed, so a balance
 * outside its bounds here is a bug.
 */
export function settle(
  draft: Draft,
  transfer: Omit<PostedTransfer, 'postings'>,
  postings: readonly SettlePosting[],
): PostedTransfer {
  const settled = postings.map((posting): SettledPosting => {
    const source = moveBalance(draft, posting.source, -posting.amount)
    const destination = moveBalance(draft, posting.destination, posting.amount)
    return {
      ...posting,
      sourceLeg: { entry: source.lastEntry, balanceAfter: source.posted },
      destinationLeg: { entry: destination.lastEntry, balanceAfter: destination.posted },
    }
  })
  for (const posting of settled) draft.changes.entries.push(...toEntries(transfer.id, posting))
  const posted = { ...transfer, postings: settled }
  putTransfer(draft, posted)
  return posted
}

type SettlePosting = Omit<SettledPosting, 'sourceLeg' | 'destinationLeg'>

function moveBalance(draft: Draft, id: Account['id'], amount: bigint): Account {
  const before = expectDefined(draft.state.accounts.get(id), `account ${id}`)
  const after: Account = {
    ...before,
    posted: before.posted + amount,
    lastEntry: before.lastEntry + 1n,
    updatedAt: draft.changes.at,
  }
  assert(after.posted <= MINOR_MAX && after.posted >= -MINOR_MAX, `balance of ${id} within 38 digits`)
  draft.state.accounts.set(id, after)
  draft.changes.balances.set(id, after)
  return after
}
