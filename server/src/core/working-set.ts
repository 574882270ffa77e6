// The part of the ledger that a batch is decided over: loaded first, whole, so that deciding needs no await.
import type { KeptApiKey } from './api-key.ts'
import type { AccountBalance, AccountSettings } from './account.ts'
import type { Approval } from './approval.ts'
import type { Books, Command, IdempotencyRecord, PostTransfer } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { CurrencyCode, LedgerCurrency } from './currency.ts'
import type { Hold } from './hold.ts'
import type { AccountId, ApiKeyId, HoldId, PolicyId, QuoteId, SessionId, TransferId, UserId } from './ids.ts'
import { laterOf, type Instant } from './instant.ts'
import type { KeptLogin, Session } from './login.ts'
import {
  policiesOf,
  type Policy,
  type PolicyKey,
  type PolicyRules,
  type PolicyTarget,
  type VelocityWindow,
} from './policy.ts'
import type { Quote } from './quote.ts'
import type { Transfer } from './transfer.ts'
import { emailKey, type User } from './user.ts'

/** What a store must lock and load before a batch can be decided. */
export interface Needs {
  /** With their policies, and with those of their users. */
  readonly accounts: ReadonlySet<AccountId>
  /** Of these accounts the settings are needed as well. */
  readonly settings: ReadonlySet<AccountId>
  /** These currencies, with their external accounts. */
  readonly currencies: ReadonlySet<CurrencyCode>
  /** Money may move in these: their policies are needed, and the accounts that fees of their policies go to. */
  readonly moving: ReadonlySet<CurrencyCode>
  /** With their policies. */
  readonly users: ReadonlySet<UserId>
  /** In the form of emailKey. */
  readonly emails: ReadonlySet<string>
  readonly transfers: ReadonlySet<TransferId>
  /** Transfers to be reversed: locked, with their accounts and currencies as if these were named. */
  readonly originals: ReadonlySet<TransferId>
  /** Locked, with their accounts and currencies as if these were named. */
  readonly holds: ReadonlySet<HoldId>
  /** Locked, with their accounts and currencies as if these were named. */
  readonly quotes: ReadonlySet<QuoteId>
  /** By the ids of their transfers. Locked, with their accounts and currencies as if these were named. */
  readonly approvals: ReadonlySet<TransferId>
  readonly policies: ReadonlySet<PolicyId>
  readonly apiKeys: ReadonlySet<ApiKeyId>
  /** How these users log in, with all of their sessions; each is among `users`, which are locked. */
  readonly logins: ReadonlySet<UserId>
  /** Until when the books are closed. */
  readonly books: boolean
  /** Policies or books may change: no other batch may be under way meanwhile. */
  readonly rulesChange: boolean
  readonly idempotency: ReadonlyMap<string, { readonly principal: Principal; readonly key: string }>
}

/** What had left an account by some moment. */
export interface Spending {
  readonly debited: bigint
  readonly debits: bigint
}

/** What was found of a batch's needs. A missing key means that the ledger does not have it. */
export interface WorkingSet {
  readonly accounts: Map<AccountId, AccountBalance>
  /** A transfer does without them, and reading them costs as much as the rest of a transfer's load. */
  readonly settings: Map<AccountId, AccountSettings>
  readonly currencies: Map<CurrencyCode, LedgerCurrency>
  readonly users: Map<UserId, User>
  /** Who has this e-mail address, by emailKey. */
  readonly emails: Map<string, UserId>
  readonly transfers: Map<TransferId, Transfer>
  readonly holds: Map<HoldId, Hold>
  readonly quotes: Map<QuoteId, Quote>
  readonly approvals: Map<TransferId, Approval>
  readonly policies: Map<PolicyKey, Policy>
  readonly apiKeys: Map<ApiKeyId, KeptApiKey>
  readonly logins: Map<UserId, KeptLogin>
  readonly sessions: Map<SessionId, Session>
  /** Of accounts whose user has a policy, at least. */
  readonly owners: Map<AccountId, UserId>
  /** By spendingId: what velocityNeeds asked for. */
  readonly spending: Map<string, Spending>
  books: Books
  /** By idempotencyId. */
  readonly idempotency: Map<string, IdempotencyRecord>
}

/** An empty working set, to be filled by a store. */
export function emptyWorkingSet(): WorkingSet {
  return {
    accounts: new Map(),
    settings: new Map(),
    currencies: new Map(),
    users: new Map(),
    emails: new Map(),
    transfers: new Map(),
    holds: new Map(),
    quotes: new Map(),
    approvals: new Map(),
    policies: new Map(),
    apiKeys: new Map(),
    logins: new Map(),
    sessions: new Map(),
    owners: new Map(),
    spending: new Map(),
    books: { closedThrough: null },
    idempotency: new Map(),
  }
}

/** One map key for a principal's idempotency key. No principal holds a NUL. */
export function idempotencyId(principal: Principal, key: string): string {
  return `${principal}\u0000${key}`
}

/** One map key for what had left an account when a window began. */
export function spendingId(accountId: AccountId, window: VelocityWindow): string {
  return `${accountId} ${window}`
}

/**
 * The time of a batch: `now`, or later if an account in it was last touched later (two machines' clocks differ), so
 * that no account's history goes backwards.
 */
export function batchTime({ accounts }: Pick<WorkingSet, 'accounts'>, now: Instant): Instant {
  let at = now
  for (const account of accounts.values()) at = laterOf(at, account.updatedAt)
  return at
}

/** Everything the commands of a batch refer to. */
export function needsOf(commands: readonly Command[]): Needs {
  const needs = {
    accounts: new Set<AccountId>(),
    settings: new Set<AccountId>(),
    currencies: new Set<CurrencyCode>(),
    moving: new Set<CurrencyCode>(),
    users: new Set<UserId>(),
    emails: new Set<string>(),
    transfers: new Set<TransferId>(),
    originals: new Set<TransferId>(),
    holds: new Set<HoldId>(),
    quotes: new Set<QuoteId>(),
    approvals: new Set<TransferId>(),
    policies: new Set<PolicyId>(),
    apiKeys: new Set<ApiKeyId>(),
    logins: new Set<UserId>(),
    books: false,
    rulesChange: false,
    idempotency: new Map<string, { principal: Principal; key: string }>(),
  }
  for (const command of commands) add(command)
  return needs

  function add(command: Command): void {
    addIdempotency(command)
    switch (command.kind) {
      case 'post_transfer':
        addTransfer(command)
        break
      case 'post_group':
        for (const item of command.items) add(item)
        break
      case 'simulate_transfer':
        addTransfer(command.transfer)
        break
      case 'reverse_transfer':
        needs.originals.add(command.original)
        break
      case 'create_hold':
        needs.accounts.add(command.source).add(command.destination)
        needs.moving.add(command.currency)
        break
      case 'capture_hold':
      case 'release_hold':
        needs.holds.add(command.holdId)
        break
      case 'convert_quote':
        needs.quotes.add(command.quoteId)
        needs.accounts.add(command.source).add(command.destination)
        break
      case 'create_quote':
        needs.accounts.add(command.sell.account).add(command.buy.account)
        // It may be converted in the same batch.
        needs.moving.add(command.sell.currency).add(command.buy.currency)
        break
      case 'create_account':
        needs.accounts.add(command.id).add(command.externalAccountId)
        needs.currencies.add(command.currency.code)
        needs.moving.add(command.currency.code)
        if (command.userId !== null) needs.users.add(command.userId)
        break
      case 'update_account':
        needs.accounts.add(command.id)
        needs.settings.add(command.id)
        break
      case 'close_account':
        needs.accounts.add(command.id)
        needs.settings.add(command.id)
        if (command.sweepTo !== null) needs.accounts.add(command.sweepTo)
        break
      case 'create_policy':
        addPolicyTarget(command.target)
        needs.moving.add(command.currency.code)
        if (command.rules.fee !== null) needs.accounts.add(command.rules.fee.account)
        needs.rulesChange = true
        break
      case 'update_policy':
        needs.policies.add(command.id)
        if (command.rules?.fee != null) needs.accounts.add(command.rules.fee.account)
        needs.rulesChange = true
        break
      case 'close_period':
        needs.books = true
        needs.rulesChange = true
        break
      case 'create_user':
        needs.users.add(command.id)
        if (command.email !== null) needs.emails.add(emailKey(command.email))
        break
      case 'update_user':
        needs.users.add(command.id)
        if (typeof command.changes.email === 'string') needs.emails.add(emailKey(command.changes.email))
        break
      case 'erase_user':
        needs.users.add(command.id)
        needs.logins.add(command.id)
        break
      case 'record_attempts':
        break
      case 'create_currency':
        needs.currencies.add(command.currency.code)
        break
      case 'approve_transfer':
        // It may take effect when it was said to.
        needs.books = true
        needs.transfers.add(command.id)
        needs.approvals.add(command.id)
        break
      case 'reject_transfer':
      case 'expire_approval':
        needs.transfers.add(command.id)
        needs.approvals.add(command.id)
        break
      case 'create_api_key':
      case 'rotate_api_key':
      case 'revoke_api_key':
        needs.apiKeys.add(command.id)
        break
      case 'set_roles':
      case 'set_password':
      case 'start_session':
      case 'refresh_session':
      case 'end_session':
        needs.users.add(command.userId)
        needs.logins.add(command.userId)
        break
    }
  }

  function addIdempotency({ principal, idempotency }: Command): void {
    if (idempotency === null) return
    const { key } = idempotency
    needs.idempotency.set(idempotencyId(principal, key), { principal, key })
  }

  function addTransfer({ id, idChosen, postings, effectiveAt }: PostTransfer): void {
    for (const { source, destination, currency } of postings) {
      needs.accounts.add(source).add(destination)
      needs.moving.add(currency)
    }
    if (idChosen) {
      needs.transfers.add(id)
      needs.approvals.add(id)
    }
    if (effectiveAt !== null) needs.books = true
  }

  function addPolicyTarget(target: PolicyTarget): void {
    if (target.kind === 'account') needs.accounts.add(target.accountId)
    if (target.kind === 'user') needs.users.add(target.userId)
    if (target.kind === 'currency') needs.currencies.add(target.currency)
  }
}

/** What had left an account by the beginning of a window that ends with the batch's time. */
export interface VelocityNeed {
  readonly accountId: AccountId
  readonly window: VelocityWindow
}

/** Of the accounts that commands may take from, those under velocity rules; empty for a ledger without any. */
export function velocityNeeds(state: WorkingSet, commands: readonly Command[]): VelocityNeed[] {
  const coming = commands.flatMap((command) => windowsOf('rules' in command ? command.rules : null))
  const ruled = [...state.policies.values()].some(({ rules }) => rules.velocity.length > 0)
  if (!ruled && coming.length === 0) return []
  const needs: VelocityNeed[] = []
  for (const accountId of sourcesOf(state, commands)) {
    const account = state.accounts.get(accountId)
    if (account === undefined) continue
    const windows = policiesOf(state, account).flatMap(({ rules }) => windowsOf(rules))
    for (const window of new Set([...windows, ...coming])) needs.push({ accountId, window })
  }
  return needs
}

function windowsOf(rules: PolicyRules | null): VelocityWindow[] {
  return (rules?.velocity ?? []).map(({ window }) => window)
}

function sourcesOf(state: WorkingSet, commands: readonly Command[]): Set<AccountId> {
  const sources = new Set<AccountId>()
  for (const command of commands) {
    switch (command.kind) {
      case 'post_transfer':
        for (const { source } of command.postings) sources.add(source)
        break
      case 'post_group':
        for (const source of sourcesOf(state, command.items)) sources.add(source)
        break
      case 'simulate_transfer':
        for (const { source } of command.transfer.postings) sources.add(source)
        break
      case 'create_hold':
        sources.add(command.source)
        break
      case 'create_quote':
        // It may be converted in the same batch.
        sources.add(command.buy.account)
        break
      case 'approve_transfer':
        for (const { source } of state.approvals.get(command.id)?.transfer.postings ?? []) sources.add(source)
        break
      case 'convert_quote': {
        const quote = state.quotes.get(command.quoteId)
        sources.add(command.source)
        if (quote !== undefined) sources.add(quote.buy.account)
        break
      }
      default:
        break
    }
  }
  return sources
}
