// The ledger rebuilt from its facts alone: a second model beside the decide functions, written from what facts promise,
// so that a mistake in one is seen by the other. This file has users, accounts and rules; replay-money.ts what moves.
import { EMPTY_BALANCE, type Account } from './account.ts'
import type { ApiKey } from './api-key.ts'
import type { Approval } from './approval.ts'
import type { CurrencyCode, LedgerCurrency } from './currency.ts'
import type { Hold } from './hold.ts'
import type { AccountId, ApiKeyId, HoldId, QuoteId, SessionId, TransferId, UserId } from './ids.ts'
import { laterOf, type Instant } from './instant.ts'
import type { Login, Session } from './login.ts'
import { policyKey, type Policy, type PolicyKey } from './policy.ts'
import type { Quote } from './quote.ts'
import type { RecordedAccess } from './recorded-access.ts'
import type { RecordedApproval } from './recorded-approval.ts'
import type { RecordedAccount, RecordedFact, RecordedUser } from './recorded-fact.ts'
import type { RecordedLogin } from './recorded-login.ts'
import type { Entry } from './transfer.ts'

/** The ledger as the facts so far leave it. Grows with what is here, but not with transfers or with ended holds. */
export interface Replay {
  readonly accounts: Map<AccountId, Account>
  readonly currencies: Map<CurrencyCode, LedgerCurrency>
  readonly users: Map<UserId, RecordedUser>
  readonly openHolds: Map<HoldId, Hold>
  readonly policies: Map<PolicyKey, Policy>
  readonly quotes: Map<QuoteId, Quote>
  /** Of transfers that were reversed: how much of which posting, in minor units. */
  readonly reversed: Map<TransferId, Map<number, bigint>>
  readonly apiKeys: Map<ApiKeyId, ApiKey>
  readonly approvals: Map<TransferId, Approval>
  /** Transfers that were posted while they waited; their approvals are told next. */
  readonly approvedTransfers: Set<TransferId>
  readonly logins: Map<UserId, Login>
  /** Those that have not ended. */
  readonly sessions: Map<SessionId, Session>
  closedThrough: Instant | null
}

/** Something a fact says that does not follow from the facts before it. */
export interface Contradiction {
  readonly expected: string
  readonly found: string
}

/** What came of a fact. */
export interface Replayed {
  readonly contradictions: Contradiction[]
  /** The entries that it stands for. */
  readonly entries: readonly Entry[]
  /** The hold that it ended, as it is for ever; null when it ended none. */
  readonly endedHold: Hold | null
}

/** The ledger before its first fact. */
export function emptyReplay(): Replay {
  return {
    accounts: new Map(),
    currencies: new Map(),
    users: new Map(),
    openHolds: new Map(),
    policies: new Map(),
    quotes: new Map(),
    reversed: new Map(),
    apiKeys: new Map(),
    approvals: new Map(),
    approvedTransfers: new Set(),
    logins: new Map(),
    sessions: new Map(),
    closedThrough: null,
  }
}

/** A fact about users, accounts or rules. */
export type RegistryFact = Exclude<
  RecordedFact,
  {
    readonly type:
      `${'transfer' | 'hold'}.${string}` | (RecordedAccess | RecordedApproval | RecordedLogin)['type']
  }
>

/** Applies one such fact and tells what is wrong with it. */
export function replayRegistry(replay: Replay, fact: RegistryFact): Contradiction[] {
  switch (fact.type) {
    case 'currency.created': {
      const { code } = fact.currency
      const known = replay.currencies.has(code)
      replay.currencies.set(code, { ...fact.currency, externalAccountId: null })
      return known ? [differs(`no currency ${code} yet`, 'created again')] : []
    }
    case 'user.created':
    case 'user.updated':
    case 'user.erased':
      return replayUser(replay, fact.type, fact.user)
    case 'account.created':
      return replayNewAccount(replay, fact.account)
    case 'account.updated':
    case 'account.closed':
      return replaySettings(replay, fact.type === 'account.closed', fact.account)
    case 'policy.created':
    case 'policy.updated':
    case 'policy.removed':
      return replayPolicy(replay, fact.type, fact.policy)
    case 'fx_quote.created': {
      const { id } = fact.quote
      const known = replay.quotes.has(id)
      replay.quotes.set(id, fact.quote)
      return known ? [differs(`no quote ${id} yet`, 'created again')] : []
    }
    case 'period.closed': {
      const before = replay.closedThrough
      replay.closedThrough = fact.through
      const found =
        before === null || fact.through > before ? [] : [differs(`a time after ${before}`, fact.through)]
      return fact.through < fact.at ? found : [...found, differs(`a time before ${fact.at}`, fact.through)]
    }
  }
}

function replayUser(
  replay: Replay,
  type: 'user.created' | 'user.updated' | 'user.erased',
  user: RecordedUser,
): Contradiction[] {
  const isNew = type === 'user.created'
  const before = replay.users.get(user.id)
  replay.users.set(user.id, user)
  if (isNew && before !== undefined) return [differs(`no user ${user.id} yet`, 'created again')]
  if (!isNew && before === undefined) return [differs(`user ${user.id}`, 'changed before it was created')]
  return compare([
    ['version', (before?.version ?? 0) + 1, user.version],
    // Whoever is erased changes no more.
    ['erased_at', null, before?.erasedAt ?? null],
    ['erased', type === 'user.erased', user.erasedAt !== null],
  ])
}

function replayNewAccount(replay: Replay, account: RecordedAccount): Contradiction[] {
  const { id, kind, currency: code, scale, userId } = account
  const found: Contradiction[] = []
  if (replay.accounts.has(id)) found.push(differs(`no account ${id} yet`, 'created again'))
  replay.accounts.set(id, { ...EMPTY_BALANCE, ...account })
  const currency = replay.currencies.get(code)
  if (currency === undefined) found.push(differs(`currency ${code}`, 'not in the ledger'))
  if (userId !== null && !replay.users.has(userId)) found.push(differs(`user ${userId}`, 'not in the ledger'))
  if (kind === 'external' && currency !== undefined) {
    if (currency.externalAccountId !== null) {
      found.push(differs(`external account ${currency.externalAccountId} only`, 'another one'))
    }
    replay.currencies.set(code, { ...currency, externalAccountId: id })
  }
  return found.concat(
    compare([
      ['scale', currency?.scale ?? scale, scale],
      ['version', 1, account.version],
      ['a floor', kind === 'standard', account.creditLimit !== null],
      ['closed_at', null, account.closedAt],
    ]),
  )
}

function replaySettings(replay: Replay, closes: boolean, account: RecordedAccount): Contradiction[] {
  const before = replay.accounts.get(account.id)
  replay.accounts.set(account.id, { ...EMPTY_BALANCE, ...before, ...account })
  if (before === undefined) return [differs(`account ${account.id}`, 'changed before it was created')]
  const { creditLimit } = account
  const found = compare([
    ['version', before.version + 1, account.version],
    ['kind', before.kind, account.kind],
    ['user', before.userId, account.userId],
    ['currency', before.currency, account.currency],
    ['scale', before.scale, account.scale],
    ['created_at', before.createdAt, account.createdAt],
    ['updated_at', laterOf(before.updatedAt, account.updatedAt), account.updatedAt],
    ['closed_at', closes ? account.updatedAt : before.closedAt, account.closedAt],
  ])
  if (creditLimit !== null && before.posted - before.held < -creditLimit) {
    found.push(differs('a floor at or below the balance', `a floor above it`))
  }
  if (
    closes &&
    (before.posted !== 0n || before.held !== 0n || before.incoming !== 0n || before.closedAt !== null)
  ) {
    found.push(differs(`account ${account.id} open and empty`, 'closed'))
  }
  return found
}

function replayPolicy(
  replay: Replay,
  type: 'policy.created' | 'policy.updated' | 'policy.removed',
  policy: Policy,
): Contradiction[] {
  const key = policyKey(policy.target)
  const before = replay.policies.get(key)
  if (type === 'policy.removed') replay.policies.delete(key)
  else replay.policies.set(key, policy)
  if (type === 'policy.created') {
    return compare([
      ['policy', undefined, before?.id],
      ['version', 1, policy.version],
    ])
  }
  return compare([
    ['policy', before?.id, policy.id],
    ['version', (before?.version ?? 0) + 1, policy.version],
    ['created_at', before?.createdAt, policy.createdAt],
  ])
}

type Pair = readonly [name: string, expected: unknown, found: unknown]

/** One contradiction for each pair that differs. */
export function compare(pairs: readonly Pair[]): Contradiction[] {
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([name, expected, found]) => differs(`${name} ${String(expected)}`, `${name} ${String(found)}`))
}

/** A contradiction. */
export function differs(expected: string, found: string): Contradiction {
  return { expected, found }
}
