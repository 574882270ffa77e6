// The first round trip of a batch: begin, lock and load what it is decided over.
import type { QueryResultRow } from 'pg'
import type { AccountId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import { policyKey, windowSeconds, type VelocityWindow } from '#core/policy.ts'
import { emailKey } from '#core/user.ts'
import {
  emptyWorkingSet,
  idempotencyId,
  spendingId,
  type Needs,
  type VelocityNeed,
  type WorkingSet,
} from '#core/working-set.ts'
import { plainArray, textArray } from './arrays.ts'
import {
  toCurrency,
  toLocked,
  toSettings,
  toUser,
  type CurrencyRow,
  type LockedRow,
  type SettingsRow,
  type UserRow,
} from './codec.ts'
import { toKeptApiKey, type KeptApiKeyRow } from './codec-access.ts'
import { toApproval, type ApprovalRow } from './codec-approvals.ts'
import { toKeptLogin, toSession, type KeptLoginRow, type SessionRow } from './codec-login.ts'
import { pointersOf, toIdempotencyRecord, type Answers, type IdempotencyRow } from './codec-outcomes.ts'
import { toHold, toPolicy, toQuote, type HoldRow, type PolicyRow, type QuoteRow } from './codec-rules.ts'
import { toTransfer, type TransferRow } from './codec-transfers.ts'
import { STATEMENTS } from './load-statements.ts'
import type { Query } from './query.ts'

/** The rows that a batch is decided over, as they came. */
export interface Loaded {
  readonly currencies: readonly CurrencyRow[]
  readonly holds: readonly HoldRow[]
  readonly originals: readonly TransferRow[]
  readonly quotes: readonly QuoteRow[]
  readonly approvals: readonly ApprovalRow[]
  readonly accounts: readonly LockedRow[]
  readonly settings: readonly SettingsRow[]
  readonly users: readonly UserRow[]
  readonly apiKeys: readonly KeptApiKeyRow[]
  readonly logins: readonly KeptLoginRow[]
  readonly sessions: readonly SessionRow[]
  readonly policies: readonly PolicyRow[]
  readonly books: readonly BooksRow[]
  readonly records: readonly IdempotencyRow[]
  /** Those whose ids may be used again. */
  readonly transfers: readonly TransferRow[]
}

/**
 * Opens a transaction, takes the rules' lock, locks the currencies, accounts, users and API keys of a batch (in this
 * order, and each in the order of its ids, so no two batches wait for each other in a circle), and reads them with the
 * policies that rule over them, and with the idempotency records that the batch may repeat.
 *
 * A statement that waits for a lock sees the locked row as the other process left it, and all other rows as they were
 * before. So what hangs on a locked row is read by a later statement: the external accounts of currencies, the profiles
 * of users, how they log in, and the records. Holds, quotes, approvals and transfers to be reversed need no lock of their
 * own: whatever changes one
 * has locked its accounts.
 *
 * All statements leave in one write; what the batch does not need is not asked for.
 */
export async function beginAndLoad(query: Query, needs: Needs): Promise<Loaded> {
  const idempotency = [...needs.idempotency.values()]
  const keys = [
    textArray(idempotency.map(({ principal }) => principal)),
    textArray(idempotency.map(({ key }) => key)),
  ]
  const currencyCodes = textArray([...needs.currencies])
  const settingsIds = plainArray([...needs.settings])
  const userIds = plainArray([...needs.users])
  const loginIds = plainArray([...needs.logins])
  const holdIds = plainArray([...needs.holds])
  const originalIds = plainArray([...needs.originals])
  const quoteIds = plainArray([...needs.quotes])
  const approvalIds = plainArray([...needs.approvals])
  const batchAccounts = [
    plainArray([...needs.accounts]),
    settingsIds,
    holdIds,
    originalIds,
    quoteIds,
    approvalIds,
    textArray([...needs.moving]),
  ]
  const namedCount =
    needs.accounts.size + needs.holds.size + needs.originals.size + needs.quotes.size + needs.approvals.size
  // Currencies bring accounts, too: their external ones, and those that fees go to.
  const accountCount = namedCount + needs.currencies.size + needs.moving.size
  const userNeeds = [userIds, textArray([...needs.emails])]
  const userCount = needs.users.size + needs.emails.size
  const policyNeeds = [...batchAccounts, userIds, plainArray([...needs.policies])]
  const policyCount = accountCount + needs.users.size + needs.policies.size
  const ask = <Row>(wanted: number, name: keyof typeof STATEMENTS, values: readonly string[]) =>
    wanted === 0 ? [] : rows<Row>(query, name, values)

  return await together({
    begun: query('begin'),
    rules: ask(1, needs.rulesChange ? 'lock_rules' : 'share_rules', []),
    currencies: ask<CurrencyRow>(needs.currencies.size, 'lock_currencies', [currencyCodes]),
    accounts: ask<LockedRow>(accountCount, 'lock_accounts', [
      ...batchAccounts,
      currencyCodes,
      `${needs.rulesChange}`,
    ]),
    holds: ask<HoldRow>(needs.holds.size, 'find_holds', [holdIds]),
    originals: ask<TransferRow>(needs.originals.size, 'find_transfers', [originalIds]),
    quotes: ask<QuoteRow>(needs.quotes.size, 'find_quotes', [quoteIds]),
    approvals: ask<ApprovalRow>(needs.approvals.size, 'find_approvals', [approvalIds]),
    settings: ask<SettingsRow>(needs.settings.size, 'find_settings', [settingsIds]),
    lockedUsers: ask(userCount, 'lock_users', userNeeds),
    users: ask<UserRow>(userCount, 'find_users', userNeeds),
    apiKeys: ask<KeptApiKeyRow>(needs.apiKeys.size, 'lock_api_keys', [plainArray([...needs.apiKeys])]),
    logins: ask<KeptLoginRow>(needs.logins.size, 'find_logins', [loginIds]),
    sessions: ask<SessionRow>(needs.logins.size, 'find_sessions', [loginIds]),
    policies: ask<PolicyRow>(policyCount, 'find_policies', policyNeeds),
    books: ask<BooksRow>(needs.books ? 1 : 0, 'find_books', []),
    records: ask<IdempotencyRow>(idempotency.length, 'find_idempotency', keys),
    transfers: ask<TransferRow>(needs.transfers.size, 'find_transfers', [plainArray([...needs.transfers])]),
  })
}

/** The answers by the names of their questions, which have left in this order. */
async function together<Asked extends Record<string, unknown>>(
  asked: Asked,
): Promise<{ [Name in keyof Asked]: Awaited<Asked[Name]> }> {
  const answers = await Promise.all(Object.values(asked))
  return Object.fromEntries(Object.keys(asked).map((name, i) => [name, answers[i]])) as never
}

interface BooksRow {
  readonly closed_through: Instant | null
}

/** Reads what kept answers point to: a second trip, where a batch repeats any. What may have changed of it they keep. */
export async function loadAnswers(query: Query, records: readonly IdempotencyRow[]): Promise<Answers> {
  const pointers = records.map(pointersOf)
  const [transfers, holds] = await Promise.all([
    rows<TransferRow>(query, 'find_transfers', [plainArray(pointers.flatMap(({ transfers: ids }) => ids))]),
    rows<HoldRow>(query, 'find_holds', [plainArray(pointers.flatMap(({ holds: ids }) => ids))]),
  ])
  return {
    transfers: new Map(transfers.map((row) => [row.id, row])),
    holds: new Map(holds.map((row) => [row.id, row])),
  }
}

/** Adds the kept answers to the working set. */
export function addAnswers(
  { idempotency }: WorkingSet,
  records: readonly IdempotencyRow[],
  answers: Answers,
): void {
  for (const record of records.map((row) => toIdempotencyRecord(row, answers))) {
    idempotency.set(idempotencyId(record.principal, record.key), record)
  }
}

/** What was loaded, in the domain; but for kept answers. */
export function toWorkingSet(loaded: Loaded): WorkingSet {
  const state = emptyWorkingSet()
  for (const { balance, owner } of loaded.accounts.map(toLocked)) {
    state.accounts.set(balance.id, balance)
    if (owner !== null) state.owners.set(balance.id, owner)
  }
  for (const row of loaded.settings) state.settings.set(row.id as AccountId, toSettings(row))
  for (const user of loaded.users.map(toUser)) {
    state.users.set(user.id, user)
    if (user.email !== null) state.emails.set(emailKey(user.email), user.id)
  }
  for (const currency of loaded.currencies.map(toCurrency)) state.currencies.set(currency.code, currency)
  // What another process committed after the accounts were locked is not there yet: its accounts are not locked.
  const has = (...ids: AccountId[]): boolean => ids.every((id) => state.accounts.has(id))
  for (const hold of loaded.holds.map(toHold)) {
    const { id, source, destination, fee } = hold
    if (has(source, destination, fee?.account ?? source)) state.holds.set(id, hold)
  }
  for (const quote of loaded.quotes.map(toQuote)) {
    if (has(quote.sell.account, quote.buy.account)) state.quotes.set(quote.id, quote)
  }
  for (const approval of loaded.approvals.map(toApproval)) {
    const accounts = approval.transfer.postings.flatMap(({ source, destination }) => [source, destination])
    if (has(...accounts)) state.approvals.set(approval.id, approval)
  }
  for (const policy of loaded.policies.map(toPolicy)) state.policies.set(policyKey(policy.target), policy)
  for (const key of loaded.apiKeys.map(toKeptApiKey)) state.apiKeys.set(key.id, key)
  for (const login of loaded.logins.map(toKeptLogin)) state.logins.set(login.userId, login)
  for (const session of loaded.sessions.map(toSession)) state.sessions.set(session.id, session)
  for (const { closed_through: closedThrough } of loaded.books) state.books = { closedThrough }
  for (const transfer of loaded.transfers.map(toTransfer)) state.transfers.set(transfer.id, transfer)
  for (const original of loaded.originals.map(toTransfer)) {
    const accounts = original.postings.flatMap(({ source, destination }) => [source, destination])
    // One that failed may name accounts that there are not; nothing will ever change it.
    if (original.status === 'failed' || has(...accounts)) state.transfers.set(original.id, original)
  }
  return state
}

/** What had left an account when a window of it began. */
export interface SpendingRow {
  readonly account_id: string
  readonly window: VelocityWindow
  readonly debited_after: string
  readonly debits_after: string
}

/** Reads what had left accounts when their windows began that end at `at`: a second trip, where velocity rules. */
export async function loadSpending(
  query: Query,
  needs: readonly VelocityNeed[],
  at: Instant,
): Promise<SpendingRow[]> {
  return await rows<SpendingRow>(query, 'find_spending', [
    plainArray(needs.map(({ accountId }) => accountId)),
    plainArray(needs.map(({ window }) => window)),
    plainArray(needs.map(({ window }) => addSeconds(at, -windowSeconds[window]))),
  ])
}

/** Adds it to the working set. */
export function addSpending({ spending }: WorkingSet, loaded: readonly SpendingRow[]): void {
  for (const { account_id: accountId, window, debited_after: debited, debits_after: debits } of loaded) {
    spending.set(spendingId(accountId as AccountId, window), {
      debited: BigInt(debited),
      debits: BigInt(debits),
    })
  }
}

async function rows<Row>(
  query: Query,
  name: keyof typeof STATEMENTS,
  values: readonly string[],
): Promise<Row[]> {
  const result = await query<Row & QueryResultRow>({
    name,
    text: STATEMENTS[name],
    values: [...values],
  })
  return result.rows
}
