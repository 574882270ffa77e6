// The ledger in memory: the model that every other store is compared with. Nothing survives the process.
import { expectDefined } from '#core/assert.ts'
import type { Command, Outcome } from '#core/command.ts'
import { toAuditLine } from '#core/audit.ts'
import { decideBatch } from '#core/decide-batch.ts'
import { withoutPersonIn, type Changes } from '#core/draft.ts'
import { laterOf } from '#core/instant.ts'
import { GENESIS_HASH, pageHash, toLine } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import { emailKey } from '#core/user.ts'
import { policyKey } from '#core/policy.ts'
import { emptyWorkingSet, idempotencyId } from '#core/working-set.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdempotencySweeper } from '#ports/idempotency-sweeper.ts'
import type { JournalReader } from '#ports/journal-reader.ts'
import type { HistoryReader } from '#ports/history-reader.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { DirectoryReader, LedgerReader } from '#ports/ledger-reader.ts'
import type { LedgerStore, StoreHealth } from '#ports/ledger-store.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import { createMemoryAccessReader } from './access.ts'
import { createMemoryApprovalReader } from './approvals.ts'
import { createMemoryAuditLog } from './audit-log.ts'
import { createMemoryHistory } from './history.ts'
import { createMemoryHoldReader } from './holds.ts'
import { createMemoryJournalReader } from './journal.ts'
import { load } from './load.ts'
import { createMemoryLogins } from './logins.ts'
import { createMemoryReader } from './reader.ts'
import { createMemoryRuleReader } from './rules.ts'
import type { MemoryTables } from './tables.ts'

/** The memory store: every port of a store in one object. */
export type MemoryStore = LedgerStore &
  LedgerReader &
  DirectoryReader &
  HoldReader &
  AccessReader &
  ApprovalReader &
  LoginReader &
  SigningKeyStore &
  AuditReader &
  RuleReader &
  HistoryReader &
  JournalReader &
  IdempotencySweeper &
  StoreHealth & { readonly tables: MemoryTables }

/** Makes an empty ledger in memory. */
export function createMemoryStore({ clock, sha256 }: { clock: Clock; sha256: Sha256 }): MemoryStore {
  const tables: MemoryTables = {
    ...emptyWorkingSet(),
    accounts: new Map(),
    entries: new Map(),
    policyVersions: new Map(),
    idempotencyTimes: new Map(),
    signingKeys: new Map(),
    pages: [],
    waiters: new Set(),
  }

  return {
    ...createMemoryReader(tables),
    ...createMemoryHoldReader(tables),
    ...createMemoryAccessReader(tables),
    ...createMemoryApprovalReader(tables),
    ...createMemoryLogins(tables),
    ...createMemoryAuditLog(tables),
    ...createMemoryRuleReader(tables),
    ...createMemoryHistory(tables),
    ...createMemoryJournalReader(tables),
    tables,
    problem: () => null,
    async post(commands: readonly Command[]): Promise<readonly Outcome[]> {
      const now = clock.now()
      const { outcomes, changes } = decideBatch(load(tables, commands, now), commands, now)
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
  for (const transfer of changes.reversed.values()) tables.transfers.set(transfer.id, transfer)
  for (const hold of changes.holds.values()) tables.holds.set(hold.id, hold)
  for (const quote of changes.quotes.values()) tables.quotes.set(quote.id, quote)
  for (const version of changes.policyVersions) {
    const { policy, removed } = version
    if (removed) tables.policies.delete(policyKey(policy.target))
    else tables.policies.set(policyKey(policy.target), policy)
    tables.policyVersions.set(policy.id, [...(tables.policyVersions.get(policy.id) ?? []), version])
  }
  for (const key of changes.apiKeys.values()) tables.apiKeys.set(key.id, key)
  for (const approval of changes.approvals.values()) tables.approvals.set(approval.id, approval)
  for (const login of changes.logins.values()) tables.logins.set(login.userId, login)
  for (const [id, session] of changes.sessions) {
    if (session === null) tables.sessions.delete(id)
    else tables.sessions.set(id, session)
  }
  tables.books = changes.books ?? tables.books
  for (const entry of changes.entries) {
    const entries = tables.entries.get(entry.accountId) ?? []
    entries.push({ ...entry, createdAt: at })
    tables.entries.set(entry.accountId, entries)
  }
  for (const userId of changes.erased) {
    for (const [id, record] of tables.idempotency) tables.idempotency.set(id, withoutPersonIn(record, userId))
  }
  for (const record of changes.idempotency) {
    const id = idempotencyId(record.principal, record.key)
    tables.idempotency.set(id, record)
    tables.idempotencyTimes.set(id, at)
  }
  if (changes.facts.length > 0) seal(tables, changes, sha256)
}

function seal(tables: MemoryTables, { facts, origins, at }: Changes, sha256: Sha256): void {
  const last = tables.pages.at(-1)
  const lines = facts.map(toLine)
  const audit = toAuditLine(origins)
  const page = {
    number: tables.pages.length + 1,
    sealedAt: last === undefined ? at : laterOf(at, last.sealedAt),
    root: merkleRoot([...lines, audit], sha256),
    lines,
    audit,
  }
  const hash = pageHash({ ...page, previousHash: last?.hash ?? GENESIS_HASH }, sha256)
  tables.pages.push({ ...page, hash })
  const waiters = [...tables.waiters]
  tables.waiters.clear() // Who waits for a later page comes back in.
  for (const wake of waiters) setImmediate(wake) // First hear those whom the commit answers, as they do of a database.
}
