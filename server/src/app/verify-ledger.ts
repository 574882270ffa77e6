// Proves the ledger from its own records: the journal is whole and unchanged, its facts follow from each other, and
// every table says exactly what the journal says. Memory grows with accounts and users, never with transfers.
import type { Account } from '#core/account.ts'
import type { Json } from '#core/canonical-json.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { Sha256 } from '#core/merkle.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import { readFact } from '#core/recorded-fact.ts'
import type { EntrySums, LedgerAudit, LedgerSnapshot } from '#ports/ledger-audit.ts'
import { FINDINGS_MAX, startFindings, type Check, type Findings, type VerifyReport } from './findings.ts'
import { idBucket } from './id-counts.ts'
import { verifyJournal, type JournalWalk } from './verify-journal.ts'

/** When transfer rows are too many or too few, ids of at most this many of 65,536 buckets are held to find which. */
const BUCKETS_SEARCHED_MAX = 256

/** What `verifyLedger` works with. */
export interface VerifyDeps {
  readonly audit: LedgerAudit
  readonly sha256: Sha256
  /** Told now and then how many pages of how many are done. */
  readonly onProgress?: (pagesDone: number, pagesAll: number) => void
}

/** Checks everything. A report with findings is an answer; it throws only when the records cannot be read at all. */
export async function verifyLedger({ audit, sha256, onProgress }: VerifyDeps): Promise<VerifyReport> {
  return await audit.inSnapshot(async (snapshot) => {
    const findings = startFindings()
    const walk = await verifyJournal(snapshot, findings, { sha256, onProgress: onProgress ?? (() => {}) })
    await verifyCurrencies(snapshot, walk, findings.check('currencies'))
    await verifyUsers(snapshot, walk, findings.check('users'))
    const accounts = await verifyAccounts(snapshot, walk, findings)
    await verifyEntrySums(snapshot, walk, accounts, findings)
    await findExtraTransfers(snapshot, walk, findings.check('transfers'))
    verifyZeroSums(accounts, findings.check('zero'))
    await verifyDerivedRows(snapshot, findings.check('derived'))
    const checks = findings.results()
    return { ok: checks.every(({ failed }) => failed === 0), checks, lastPage: walk.lastPage }
  })
}

async function verifyCurrencies(
  snapshot: LedgerSnapshot,
  { replay }: JournalWalk,
  check: Check,
): Promise<void> {
  const compare = createRowComparison('currency', replay.currencies, check)
  for (const { code, scale, name, externalAccountId } of await snapshot.currencies()) {
    compare.row(code, { code, scale, name, externalAccountId }, (currency) => ({ ...currency }))
  }
  compare.finish()
}

async function verifyUsers(snapshot: LedgerSnapshot, { replay }: JournalWalk, check: Check): Promise<void> {
  const compare = createRowComparison('user', replay.users, check)
  for await (const rows of snapshot.users()) {
    for (const { id, metadata, version, createdAt, updatedAt } of rows) {
      compare.row(id, { id, metadata, version, createdAt, updatedAt }, (user) => ({ ...user }))
    }
  }
  compare.finish()
}

/** What the table says of an account's money; enough for the checks that compare tables with each other. */
type Balance = Pick<Account, 'posted' | 'currency' | 'scale'>

/** Settings and balances of every account; answers what the table says. */
async function verifyAccounts(
  snapshot: LedgerSnapshot,
  { replay }: JournalWalk,
  findings: Findings,
): Promise<Map<AccountId, Balance>> {
  const balances = findings.check('balances')
  const compare = createRowComparison('account', replay.accounts, findings.check('accounts'))
  const stored = new Map<AccountId, Balance>()
  for await (const rows of snapshot.accounts()) {
    for (const row of rows) {
      const { id, posted, currency, scale } = row
      stored.set(id, { posted, currency, scale })
      compare.row(id, showSettings(row), showSettings)
      const expected = replay.accounts.get(id)
      if (expected !== undefined) {
        balances.compare(`account ${id}`, showBalance(expected), showBalance(row))
      }
    }
  }
  compare.finish()
  return stored
}

function showSettings(account: Account): Json {
  const { id, kind, userId, currency, scale, creditLimit, metadata, version, createdAt, updatedAt } = account
  return {
    id,
    kind,
    user_id: userId,
    currency,
    scale,
    credit_limit: creditLimit === null ? null : formatAmount(creditLimit, scale),
    metadata,
    version,
    created_at: createdAt,
    updated_at: updatedAt,
  }
}

function showBalance({ posted, lastEntry, scale }: Account): Json {
  return { posted: formatAmount(posted, scale), last_entry: lastEntry.toString() }
}

/** Compares a table's rows with the replayed ones: each is there, none is there besides. */
function createRowComparison<Id extends string, T>(name: string, expected: ReadonlyMap<Id, T>, check: Check) {
  const missing = new Set(expected.keys())
  return {
    row(id: Id, found: Json, show: (replayed: T) => Json): void {
      const replayed = expected.get(id)
      missing.delete(id)
      if (replayed !== undefined) return check.compare(`${name} ${id}`, show(replayed), found)
      check.examined()
      check.found(`${name} ${id}`, 'no row', 'a row')
    },
    finish(): void {
      for (const id of missing) check.found(`${name} ${id}`, 'a row', 'no row')
    },
  }
}

/** No entry row is beyond what the journal tells, and each account's entry rows add up to its balance. */
async function verifyEntrySums(
  snapshot: LedgerSnapshot,
  { replay }: JournalWalk,
  accounts: ReadonlyMap<AccountId, Balance>,
  findings: Findings,
): Promise<void> {
  const sums = findings.check('sums')
  const entries = findings.check('entries')
  const without = new Set(accounts.keys())
  const compareSum = (id: AccountId, sum: bigint): void => {
    const { posted, scale } = accounts.get(id) ?? { posted: 0n, scale: 0 }
    sums.compare(`account ${id}`, showSum(sum, scale), showSum(posted, scale))
  }
  for await (const chunk of snapshot.entrySums()) {
    for (const row of chunk) {
      without.delete(row.accountId)
      reportExtraEntries(row, replay.accounts.get(row.accountId)?.lastEntry ?? 0n, entries)
      compareSum(row.accountId, row.sum)
    }
  }
  for (const id of without) compareSum(id, 0n)
}

function showSum(minor: bigint, scale: Scale): Json {
  return { balance: formatAmount(minor, scale) }
}

/** The walk has compared entries 1 to `lastEntry`; what is numbered otherwise should not be there. */
function reportExtraEntries({ accountId, first, last }: EntrySums, lastEntry: bigint, check: Check): void {
  if (first >= 1n && last <= lastEntry) return
  const from = first < 1n || first > lastEntry ? first : lastEntry + 1n
  const numbers = from === last ? `entry ${last}` : `entries ${from} to ${last}`
  check.found(`${numbers} of account ${accountId}`, 'no row', 'a row')
}

/** The walk has compared every transfer that the journal tells of; this finds rows that it does not tell of. */
async function findExtraTransfers(
  snapshot: LedgerSnapshot,
  { transferIds }: JournalWalk,
  check: Check,
): Promise<void> {
  for await (const ids of snapshot.transferIds()) for (const id of ids) transferIds.remove(id)
  const buckets = transferIds.unbalanced(BUCKETS_SEARCHED_MAX)
  if (buckets.size === 0) return

  const told = new Set<TransferId>()
  for await (const pages of snapshot.pages()) {
    for (const line of pages.flatMap(({ text }) => text.split('\n'))) {
      const fact = readFact(line)
      if (!fact.ok || !('transfer' in fact.value)) continue
      const { id } = fact.value.transfer
      if (!buckets.has(idBucket(id))) continue
      if (told.has(id)) check.found(`transfer ${id}`, 'told once by the journal', 'told again')
      told.add(id)
    }
  }
  for await (const ids of snapshot.transferIds()) {
    for (const id of ids) {
      if (buckets.has(idBucket(id)) && !told.has(id)) check.found(`transfer ${id}`, 'no row', 'a row')
    }
  }
}

function verifyZeroSums(accounts: ReadonlyMap<AccountId, Balance>, check: Check): void {
  const sums = new Map<string, { total: bigint; scale: Scale }>()
  for (const { posted, currency, scale } of accounts.values()) {
    const { total } = sums.get(currency) ?? { total: 0n }
    sums.set(currency, { total: total + posted, scale })
  }
  for (const [currency, { total, scale }] of sums) {
    check.compare(`currency ${currency}`, formatAmount(0n, scale), formatAmount(total, scale))
  }
}

async function verifyDerivedRows(snapshot: LedgerSnapshot, check: Check): Promise<void> {
  const { examined, findings } = await snapshot.derivedRows(FINDINGS_MAX)
  check.examined(examined)
  for (const { subject, expected, found } of findings) check.found(subject, expected, found)
}
