// A batch being decided: the working set as it stands after the commands so far, and what has to be written.
import type { KeptApiKey } from './api-key.ts'
import type { Approval } from './approval.ts'
import type { Account, AccountBalance } from './account.ts'
import { assert } from './assert.ts'
import type { OriginOfFacts } from './audit.ts'
import type { Books, IdempotencyRecord } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { LedgerCurrency } from './currency.ts'
import type { Fact } from './facts.ts'
import type { Hold } from './hold.ts'
import type { AccountId, ApiKeyId, HoldId, PolicyId, QuoteId, SessionId, TransferId, UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { KeptLogin, Session } from './login.ts'
import { MINOR_MAX } from './money.ts'
import { policyKey, type Policy } from './policy.ts'
import type { Quote } from './quote.ts'
import { accountOf } from './refusal.ts'
import type { Entry, PostedTransfer, Posting, SettledPosting, Transfer } from './transfer.ts'
import { emailKey, withoutPerson, type User } from './user.ts'
import { batchTime, idempotencyId, type WorkingSet } from './working-set.ts'

/** A version of a policy, as it is kept for ever; without rules the policy was taken away. */
export interface PolicyVersion {
  readonly policy: Policy
  readonly removed: boolean
  readonly principal: Principal
}

/** What one commit writes. Maps hold each row once, as it is at the end of the batch. */
export interface Changes {
  /** The time of everything in the batch. */
  readonly at: Instant
  readonly currencies: Map<string, LedgerCurrency>
  readonly users: Map<string, User>
  /** Accounts opened in this batch, or whose settings changed. */
  readonly accounts: Map<string, Account>
  /** Other accounts whose balance moved. */
  readonly balances: Map<string, AccountBalance>
  /** Which of the rows here are new. Codes, UUIDs and digits never collide. */
  readonly created: Set<string>
  readonly transfers: Transfer[]
  /** Transfers of earlier batches, of which something was reversed. */
  readonly reversed: Map<TransferId, PostedTransfer>
  readonly entries: Entry[]
  readonly holds: Map<HoldId, Hold>
  readonly quotes: Map<QuoteId, Quote>
  /** The newest version of each policy that changed; null when it was taken away. */
  readonly policies: Map<PolicyId, Policy | null>
  /** In order. */
  readonly policyVersions: PolicyVersion[]
  readonly apiKeys: Map<ApiKeyId, KeptApiKey>
  readonly approvals: Map<TransferId, Approval>
  readonly logins: Map<UserId, KeptLogin>
  /** Null: it ended. */
  readonly sessions: Map<SessionId, Session | null>
  /** Null when the books have not changed. */
  books: Books | null
  readonly idempotency: IdempotencyRecord[]
  /** In the order decided; what the journal page holds. Empty: the batch changed nothing. */
  readonly facts: Fact[]
  /** From where the facts came. */
  readonly origins: OriginOfFacts[]
  /** Users of whom no kept answer may tell any more who they were. */
  readonly erased: Set<UserId>
}

/** The working set and the changes so far, kept in step by the functions of this module. */
export interface Draft {
  readonly state: WorkingSet
  readonly changes: Changes
  readonly undo: UndoLog
}

/** How to take back what the attempts under way have done. Outside of attempts nothing is noted. */
interface UndoLog {
  attempts: number
  readonly steps: (() => void)[]
}

/** Starts a batch. */
export function startDraft(state: WorkingSet, now: Instant): Draft {
  return { state, changes: noChanges(batchTime(state, now)), undo: { attempts: 0, steps: [] } }
}

/** A commit that writes nothing, yet. */
export function noChanges(at: Instant): Changes {
  return {
    at,
    currencies: new Map(),
    users: new Map(),
    accounts: new Map(),
    balances: new Map(),
    created: new Set(),
    transfers: [],
    reversed: new Map(),
    entries: [],
    holds: new Map(),
    quotes: new Map(),
    policies: new Map(),
    policyVersions: [],
    apiKeys: new Map(),
    approvals: new Map(),
    logins: new Map(),
    sessions: new Map(),
    books: null,
    idempotency: [],
    facts: [],
    origins: [],
    erased: new Set(),
  }
}

/** Does some work on the draft, and takes it all back when the result is not one to keep. */
export function attempt<T>({ undo, changes }: Draft, work: () => T, keep: (result: T) => boolean): T {
  const lists = [
    changes.transfers,
    changes.entries,
    changes.policyVersions,
    changes.idempotency,
    changes.facts,
  ]
  const lengths = lists.map(({ length }) => length)
  const first = undo.steps.length
  undo.attempts += 1
  const result = work()
  undo.attempts -= 1
  if (!keep(result)) {
    for (const step of undo.steps.splice(first).toReversed()) step()
    lists.forEach((list, i) => list.splice(lengths[i] as number))
  } else if (undo.attempts === 0) {
    undo.steps.length = 0
  }
  return result
}

function setIn<K, V>({ undo }: Draft, map: Map<K, V>, key: K, value: V): void {
  if (undo.attempts > 0) {
    const had = map.has(key)
    const before = map.get(key) as V
    undo.steps.push(() => (had ? map.set(key, before) : map.delete(key)))
  }
  map.set(key, value)
}

function deleteIn<K, V>({ undo }: Draft, map: Map<K, V>, key: K): void {
  if (undo.attempts > 0 && map.has(key)) {
    const before = map.get(key) as V
    undo.steps.push(() => map.set(key, before))
  }
  map.delete(key)
}

function markCreated({ changes, undo }: Draft, id: string): void {
  if (undo.attempts > 0) undo.steps.push(() => changes.created.delete(id))
  changes.created.add(id)
}

/** Adds or replaces a currency. */
export function putCurrency(draft: Draft, currency: LedgerCurrency): void {
  const { state, changes } = draft
  if (!state.currencies.has(currency.code)) markCreated(draft, currency.code)
  setIn(draft, state.currencies, currency.code, currency)
  setIn(draft, changes.currencies, currency.code, currency)
}

/** Adds or replaces a user. */
export function putUser(draft: Draft, user: User): void {
  const { state, changes } = draft
  const before = state.users.get(user.id)
  if (before === undefined) markCreated(draft, user.id)
  if (typeof before?.email === 'string') deleteIn(draft, state.emails, emailKey(before.email))
  if (user.email !== null) setIn(draft, state.emails, emailKey(user.email), user.id)
  setIn(draft, state.users, user.id, user)
  setIn(draft, changes.users, user.id, user)
}

/** Forgets who a user was in every answer that is kept; those of earlier batches are the store's to change. */
export function forgetPerson({ state, changes }: Draft, id: UserId): void {
  changes.erased.add(id)
  for (const [key, record] of state.idempotency) state.idempotency.set(key, withoutPersonIn(record, id))
  changes.idempotency.forEach((record, i) => {
    changes.idempotency[i] = withoutPersonIn(record, id)
  })
}

/** The record, without who the user was. */
export function withoutPersonIn(record: IdempotencyRecord, id: UserId): IdempotencyRecord {
  const { outcome } = record
  return outcome.kind === 'accepted' && outcome.made === 'user' && outcome.result.id === id
    ? { ...record, outcome: { ...outcome, result: withoutPerson(outcome.result) } }
    : record
}

/** Adds an account or changes its settings. */
export function putAccount(draft: Draft, account: Account): void {
  const { state, changes } = draft
  const { id, userId } = account
  if (!state.accounts.has(id)) markCreated(draft, id)
  setIn(draft, state.accounts, id, account)
  setIn(draft, state.settings, id, account)
  if (userId !== null) setIn(draft, state.owners, id, userId)
  setIn(draft, changes.accounts, id, account)
  deleteIn(draft, changes.balances, id)
}

/** Adds a hold or changes it, and what it reserves and announces with it. */
export function putHold(
  draft: Draft,
  hold: Hold,
  reserves: { readonly held: bigint; readonly incoming: bigint },
): void {
  const { state, changes } = draft
  const before = state.holds.get(hold.id)
  if (before === undefined) markCreated(draft, hold.id)
  setIn(draft, state.holds, hold.id, hold)
  setIn(draft, changes.holds, hold.id, hold)
  const opened = (hold.status === 'open' ? 1 : 0) - (before?.status === 'open' ? 1 : 0)
  const source = accountOf(state, hold.source)
  putBalance(draft, {
    ...source,
    held: source.held + reserves.held,
    openHolds: source.openHolds + opened,
    updatedAt: changes.at,
  })
  const destination = accountOf(state, hold.destination)
  putBalance(draft, {
    ...destination,
    incoming: destination.incoming + reserves.incoming,
    updatedAt: changes.at,
  })
}

/** Adds a quote or changes it. */
export function putQuote(draft: Draft, quote: Quote): void {
  if (!draft.state.quotes.has(quote.id)) markCreated(draft, quote.id)
  setIn(draft, draft.state.quotes, quote.id, quote)
  setIn(draft, draft.changes.quotes, quote.id, quote)
}

/** Adds a policy, or a new version of it. */
export function putPolicy(draft: Draft, policy: Policy, principal: Principal): void {
  if (policy.version === 1) markCreated(draft, policy.id)
  setIn(draft, draft.state.policies, policyKey(policy.target), policy)
  setIn<PolicyId, Policy | null>(draft, draft.changes.policies, policy.id, policy)
  draft.changes.policyVersions.push({ policy, removed: false, principal })
}

/** Takes a policy away; `policy` is its last version. */
export function removePolicy(draft: Draft, policy: Policy, principal: Principal): void {
  deleteIn(draft, draft.state.policies, policyKey(policy.target))
  setIn<PolicyId, Policy | null>(draft, draft.changes.policies, policy.id, null)
  draft.changes.policyVersions.push({ policy, removed: true, principal })
}

/** Adds an API key or changes it. */
export function putApiKey(draft: Draft, key: KeptApiKey): void {
  if (!draft.state.apiKeys.has(key.id)) markCreated(draft, key.id)
  setIn(draft, draft.state.apiKeys, key.id, key)
  setIn(draft, draft.changes.apiKeys, key.id, key)
}

/** Adds an approval or changes it. */
export function putApproval(draft: Draft, approval: Approval): void {
  if (!draft.state.approvals.has(approval.id)) markCreated(draft, approval.id)
  setIn(draft, draft.state.approvals, approval.id, approval)
  setIn(draft, draft.changes.approvals, approval.id, approval)
}

/** Changes how a user logs in. */
export function putLogin(draft: Draft, login: KeptLogin): void {
  setIn(draft, draft.state.logins, login.userId, login)
  setIn(draft, draft.changes.logins, login.userId, login)
}

/** Adds a session or goes on with it. */
export function putSession(draft: Draft, session: Session): void {
  setIn(draft, draft.state.sessions, session.id, session)
  setIn<SessionId, Session | null>(draft, draft.changes.sessions, session.id, session)
}

/** Ends a session: what is kept of it is in the journal. */
export function deleteSession(draft: Draft, { id }: Session): void {
  deleteIn(draft, draft.state.sessions, id)
  setIn<SessionId, Session | null>(draft, draft.changes.sessions, id, null)
}

/** Closes the books through another time. */
export function putBooks({ state, changes, undo }: Draft, books: Books): void {
  const before = { state: state.books, changes: changes.books }
  if (undo.attempts > 0) {
    undo.steps.push(() => {
      state.books = before.state
      changes.books = before.changes
    })
  }
  state.books = books
  changes.books = books
}

/** Records a transfer and, when it was posted, its entries. */
export function putTransfer(draft: Draft, transfer: Transfer): void {
  setIn(draft, draft.state.transfers, transfer.id, transfer)
  draft.changes.transfers.push(transfer)
}

/** Records how much of a transfer has been reversed. */
export function putReversed(draft: Draft, original: PostedTransfer): void {
  const { state, changes } = draft
  setIn(draft, state.transfers, original.id, original)
  setIn(draft, changes.reversed, original.id, original)
}

/** Records the outcome under the command's idempotency key. */
export function putIdempotency(draft: Draft, record: IdempotencyRecord): void {
  setIn(draft, draft.state.idempotency, idempotencyId(record.principal, record.key), record)
  draft.changes.idempotency.push(record)
}

/**
 * Moves the money of a posted transfer: the one place where posted balances change. The guards have passed, so a
 * balance outside its bounds here is a bug.
 */
export function settle(
  draft: Draft,
  transfer: Omit<PostedTransfer, 'postings' | 'status'>,
  postings: readonly Posting[],
): PostedTransfer {
  const { state, changes } = draft
  const { id, reference, effectiveAt } = transfer
  const counted = new Set<AccountId>()
  const settled: SettledPosting[] = []
  for (const posting of postings) {
    const { source, destination, amount } = posting
    const debits = counted.has(source) ? 0n : 1n
    counted.add(source)
    const payer = accountOf(state, source)
    const from = putBalance(draft, {
      ...payer,
      posted: payer.posted - amount,
      lastEntry: payer.lastEntry + 1n,
      debited: payer.debited + amount,
      debits: payer.debits + debits,
      updatedAt: changes.at,
    })
    const payee = accountOf(state, destination)
    const to = putBalance(draft, {
      ...payee,
      posted: payee.posted + amount,
      lastEntry: payee.lastEntry + 1n,
      updatedAt: changes.at,
    })
    changes.entries.push(
      toEntry(from, { transferId: id, amount: -amount, reference, effectiveAt }),
      toEntry(to, { transferId: id, amount, reference, effectiveAt }),
    )
    settled.push({
      ...posting,
      sourceLeg: { entry: from.lastEntry, balanceAfter: from.posted },
      destinationLeg: { entry: to.lastEntry, balanceAfter: to.posted },
      reversed: 0n,
    })
  }
  const posted: PostedTransfer = { ...transfer, status: 'posted', postings: settled }
  putTransfer(draft, posted)
  return posted
}

/** The entry that left an account as it is now. */
export function toEntry(
  { id, lastEntry, posted, debited, debits }: AccountBalance,
  fields: Pick<Entry, 'transferId' | 'amount' | 'reference' | 'effectiveAt'>,
): Entry {
  return {
    accountId: id,
    number: lastEntry,
    transferId: fields.transferId,
    amount: fields.amount,
    balanceAfter: posted,
    debitedAfter: debited,
    debitsAfter: debits,
    reference: fields.reference,
    effectiveAt: fields.effectiveAt,
  }
}

function putBalance(draft: Draft, after: AccountBalance): AccountBalance {
  const { state, changes } = draft
  const { id } = after
  assert(after.posted <= MINOR_MAX && after.posted >= -MINOR_MAX, `balance of ${id} within 38 digits`)
  assert(after.held >= 0n && after.incoming >= 0n && after.openHolds >= 0, `holds of ${id} are not negative`)
  setIn(draft, state.accounts, id, after)
  const written = changes.accounts.get(id)
  if (written === undefined) setIn(draft, changes.balances, id, after)
  else setIn(draft, changes.accounts, id, { ...written, ...after })
  return after
}
