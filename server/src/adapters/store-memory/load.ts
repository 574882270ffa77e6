// What a batch is decided over, picked from the tables.
import type { Command } from '#core/command.ts'
import type { Session } from '#core/login.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import { windowSeconds } from '#core/policy.ts'
import {
  batchTime,
  needsOf,
  spendingId,
  velocityNeeds,
  type Needs,
  type WorkingSet,
} from '#core/working-set.ts'
import type { MemoryTables } from './tables.ts'

/** The working set of a batch that is decided at `now`. Of policies and owners it has all that there are. */
export function load(tables: MemoryTables, commands: readonly Command[], now: Instant): WorkingSet {
  const needs = needsOf(commands)
  const state: WorkingSet = {
    accounts: pick(tables.accounts, accountsOf(tables, needs)),
    settings: pick(tables.accounts, needs.settings),
    currencies: pick(tables.currencies, needs.currencies),
    users: pick(tables.users, needs.users),
    emails: pick(tables.emails, needs.emails),
    transfers: pick(tables.transfers, [...needs.transfers, ...needs.originals]),
    holds: pick(tables.holds, needs.holds),
    quotes: pick(tables.quotes, needs.quotes),
    approvals: pick(tables.approvals, needs.approvals),
    policies: new Map(tables.policies),
    apiKeys: pick(tables.apiKeys, needs.apiKeys),
    logins: pick(tables.logins, needs.logins),
    sessions: sessionsOf(tables, needs),
    owners: ownersOf(tables),
    spending: new Map(),
    books: tables.books,
    idempotency: pick(tables.idempotency, needs.idempotency.keys()),
  }
  const at = batchTime(state, now)
  for (const { accountId, window } of velocityNeeds(state, commands)) {
    const since = addSeconds(at, -windowSeconds[window])
    const last = tables.entries.get(accountId)?.findLast(({ createdAt }) => createdAt <= since)
    if (last === undefined) continue
    state.spending.set(spendingId(accountId, window), {
      debited: last.debitedAfter,
      debits: last.debitsAfter,
    })
  }
  return state
}

/**
 * The accounts that a batch names, those behind holds, reversals, quotes, approvals and currencies, and those that fees go to. Not
 * all there are: a batch is never earlier than the newest change of its accounts.
 */
function accountsOf(tables: MemoryTables, needs: Needs): AccountId[] {
  const postings = [
    ...pick(tables.transfers, needs.originals).values(),
    ...[...pick(tables.approvals, needs.approvals).values()].map(({ transfer }) => transfer),
  ].flatMap((transfer) => transfer.postings)
  const holds = [...pick(tables.holds, needs.holds).values()]
  const quotes = [...pick(tables.quotes, needs.quotes).values()]
  const unpriced = [
    ...needs.settings,
    ...[...postings, ...holds].flatMap(({ source, destination }) => [source, destination]),
    ...holds.flatMap(({ fee }) => fee?.account ?? []),
    ...quotes.flatMap(({ sell, buy }) => [sell.account, buy.account]),
  ]
  const currencies = new Set(needs.moving)
  for (const { currency } of pick(tables.accounts, unpriced).values()) currencies.add(currency)
  const fees = [...tables.policies.values()]
    .filter(({ currency }) => currencies.has(currency))
    .flatMap(({ rules }) => rules.fee?.account ?? [])
  const externals = [...pick(tables.currencies, needs.currencies).values()].flatMap(
    ({ externalAccountId }) => externalAccountId ?? [],
  )
  return [...needs.accounts, ...unpriced, ...fees, ...externals]
}

function ownersOf({ accounts }: MemoryTables): Map<AccountId, UserId> {
  const owned = [...accounts.values()].filter(({ userId }) => userId !== null)
  return new Map(owned.map(({ id, userId }) => [id, userId as UserId]))
}

function sessionsOf({ sessions }: MemoryTables, { logins }: Needs): Map<Session['id'], Session> {
  return new Map([...sessions].filter(([, { userId }]) => logins.has(userId)))
}

function pick<K, V>(from: ReadonlyMap<K, V>, keys: Iterable<K>): Map<K, V> {
  const found = new Map<K, V>()
  for (const key of keys) {
    const value = from.get(key)
    if (value !== undefined) found.set(key, value)
  }
  return found
}
