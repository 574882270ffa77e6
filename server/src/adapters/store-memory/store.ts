// The ledger in memory: the model that every other store is compared with. Nothing survives the process.
import { expectDefined } from '#core/assert.ts'
import type { Command, Outcome } from '#core/command.ts'
import { decideBatch } from '#core/decide-batch.ts'
import type { Changes } from '#core/draft.ts'
import { laterOf } from '#core/instant.ts'
import { GENESIS_HASH, pageHash, toLine } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import { emailKey } from '#core/user.ts'
import { emptyWorkingSet, idempotencyId, needsOf, type WorkingSet } from '#core/working-set.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdempotencySweeper } from '#ports/idempotency-sweeper.ts'
import type { JournalReader } from '#ports/journal-reader.ts'
import type { DirectoryReader, LedgerReader } from '#ports/ledger-reader.ts'
import type { LedgerStore, StoreHealth } from '#ports/ledger-store.ts'
import { createMemoryJournalReader } from './journal.ts'
import { createMemoryReader } from './reader.ts'
import type { MemoryTables } from './tables.ts'

/** The memory store: every port of a store in one object. */
export type MemoryStore = LedgerStore &
  LedgerReader &
  DirectoryReader &
  JournalReader &
  IdempotencySweeper &
  StoreHealth & { readonly tables: MemoryTables }

/** Makes an empty ledger in memory. */
export function createMemoryStore({ clock, sha256 }: { clock: Clock; sha256: Sha256 }): MemoryStore {
  const tables: MemoryTables = {
    ...emptyWorkingSet(),
    accounts: new Map(),
    entries: new Map(),
    idempotencyTimes: new Map(),
    pages: [],
    waiters: new Set(),
  }

  return {
    ...createMemoryReader(tables),
    ...createMemoryJournalReader(tables),
    tables,
    problem: () => null,
    async post(commands: readonly Command[]): Promise<readonly Outcome[]> {
      const { outcomes, changes } = decideBatch(load(tables, commands), commands, clock.now())
      apply(tables, changes, sha256)
      return outcomes
    },
    async sweepIdempotency(before, limit) {
      const old = [...tables.idempotencyTimes].filter(([, madeAt]) => madeAt < before).slice(0, limit)
      for (const [id] of old) {
        tables.idempotencyTimes.delete(id)
        tables.idempotency.delete(id)
      }
      return old.length
    },
  }
}

function load(tables: MemoryTables, commands: readonly Command[]): WorkingSet {
  const needs = needsOf(commands)
  const currencies = pick(tables.currencies, needs.currencies)
  const externals = [...currencies.values()].flatMap(({ externalAccountId }) => externalAccountId ?? [])
  return {
    accounts: pick(tables.accounts, [...needs.accounts, ...externals]),
    settings: pick(tables.accounts, needs.settings),
    currencies,
    users: pick(tables.users, needs.users),
    emails: pick(tables.emails, needs.emails),
    transfers: pick(tables.transfers, needs.transfers),
    idempotency: pick(tables.idempotency, needs.idempotency.keys()),
  }
}

function pick<K, V>(from: ReadonlyMap<K, V>, keys: Iterable<K>): Map<K, V> {
  const found = new Map<K, V>()
  for (const key of keys) {
    const value = from.get(key)
    if (value !== undefined) found.set(key, value)
  }
  return found
}

function apply(tables: MemoryTables, changes: Changes, sha256: Sha256): void {
  const { at } = changes
  for (const currency of changes.currencies.values()) tables.currencies.set(currency.code, currency)
  for (const user of changes.users.values()) {
    const before = tables.users.get(user.id)
    if (typeof before?.email === 'string') tables.emails.delete(emailKey(before.email))
    tables.users.set(user.id, user)
  }
  // After all removals, so that an address handed from one user to another within the batch stays.
  for (const user of changes.users.values()) {
    if (user.email !== null) tables.emails.set(emailKey(user.email), user.id)
  }
  for (const account of changes.accounts.values()) tables.accounts.set(account.id, account)
  for (const balance of changes.balances.values()) {
    const account = expectDefined(tables.accounts.get(balance.id), `account ${balance.id}`)
    tables.accounts.set(balance.id, { ...account, ...balance })
  }
  for (const transfer of changes.transfers) tables.transfers.set(transfer.id, transfer)
  for (const entry of changes.entries) {
    const entries = tables.entries.get(entry.accountId) ?? []
    entries.push({ ...entry, createdAt: at })
    tables.entries.set(entry.accountId, entries)
  }
  for (const record of changes.idempotency) {
    const id = idempotencyId(record.principal, record.key)
    tables.idempotency.set(id, record)
    tables.idempotencyTimes.set(id, at)
  }
  if (changes.facts.length > 0) seal(tables, changes, sha256)
}

function seal(tables: MemoryTables, { facts, at }: Changes, sha256: Sha256): void {
  const last = tables.pages.at(-1)
  const lines = facts.map(toLine)
  const page = {
    number: tables.pages.length + 1,
    sealedAt: last === undefined ? at : laterOf(at, last.sealedAt),
    root: merkleRoot(lines, sha256),
    lines,
  }
  const hash = pageHash({ ...page, previousHash: last?.hash ?? GENESIS_HASH }, sha256)
  tables.pages.push({ ...page, hash })
  const waiters = [...tables.waiters]
  tables.waiters.clear() // Who waits for a later page comes back in.
  for (const wake of waiters) wake()
}
