// Proves the ledger from its own records: the journal is whole and unchanged, its facts follow from each other, and
// every table says exactly what the journal says. Memory grows with accounts and users, never with transfers.
import type { Account } from '#core/account.ts'
import type { Json } from '#core/canonical-json.ts'
import type { AccountId } from '#core/ids.ts'
import type { Sha256 } from '#core/merkle.ts'
import { formatAmount, type Scale } from '#core/money.ts'
import { apiKeyData } from '#core/access-facts.ts'
import { approvalData } from '#core/approval-facts.ts'
import type { Login } from '#core/login.ts'
import { sessionData } from '#core/login-facts.ts'
import { policyData, quoteData } from '#core/facts.ts'
import type { Quote } from '#core/quote.ts'
import { readFact, readTransferData, type RecordedFact } from '#core/recorded-fact.ts'
import type { EntrySums, LedgerAudit, LedgerSnapshot } from '#ports/ledger-audit.ts'
import { FINDINGS_MAX, startFindings, type Check, type Findings, type VerifyReport } from './findings.ts'
import { idBucket, type IdCounts } from './id-counts.ts'
import { compareHolds, verifyJournal, type JournalWalk } from './verify-journal.ts'

/** When transfer rows are too many or too few, ids of at most this many of 65,536 buckets are held to find which. */
const BUCKETS_SEARCHED_MAX = 256

/** Reversed transfers looked up at once. */
const REVERSALS_PER_LOOKUP = 2000

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
    await verifyHolds(snapshot, walk, findings)
    await verifyReversals(snapshot, walk, findings.check('reversals'))
    await verifyPolicies(snapshot, walk, findings.check('policies'))
    await verifyQuotes(snapshot, walk, findings.check('quotes'))
    await verifyApprovals(snapshot, walk, findings.check('approvals'))
    await verifyBooks(snapshot, walk, findings.check('books'))
    await verifyAccess(snapshot, walk, findings.check('access'))
    await verifyLogins(snapshot, walk, findings.check('logins'))
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
    for (const { id, metadata, version, createdAt, updatedAt, erasedAt } of rows) {
      compare.row(id, { id, metadata, version, createdAt, updatedAt, erasedAt }, (user) => ({ ...user }))
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
  const { id, kind, userId, currency, scale, creditLimit, metadata } = account
  const { version, createdAt, updatedAt, closedAt } = account
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
    closed_at: closedAt,
  }
}

function showBalance({
  posted,
  held,
  incoming,
  openHolds,
  debited,
  debits,
  lastEntry,
  scale,
}: Account): Json {
  return {
    posted: formatAmount(posted, scale),
    held: formatAmount(held, scale),
    incoming: formatAmount(incoming, scale),
    open_holds: openHolds,
    debited: formatAmount(debited, scale),
    debits: debits.toString(),
    last_entry: lastEntry.toString(),
  }
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
  await findExtraRows(snapshot, check, {
    name: 'transfer',
    counts: transferIds,
    rowIds: () => snapshot.transferIds(),
    toldBy: (fact) => ('transfer' in fact ? fact.transfer.id : null),
  })
}

/** Compares the open holds, as the walk did with those that ended, and finds rows that the journal does not tell of. */
async function verifyHolds(snapshot: LedgerSnapshot, walk: JournalWalk, findings: Findings): Promise<void> {
  await compareHolds(snapshot, [...walk.replay.openHolds.values()], findings)
  await findExtraRows(snapshot, findings.check('holds'), {
    name: 'hold',
    counts: walk.holdIds,
    rowIds: async function* () {
      for await (const holds of snapshot.holds()) yield holds.map(({ id }) => id)
    },
    toldBy: (fact) => (fact.type === 'hold.created' ? fact.hold.id : null),
  })
}

/** Rows of a kind that the journal does not tell of, or tells of twice. */
async function findExtraRows(
  snapshot: LedgerSnapshot,
  check: Check,
  rows: {
    readonly name: string
    /** How often the journal tells of each; taken down by one for each row. */
    readonly counts: IdCounts
    readonly rowIds: () => AsyncIterable<readonly string[]>
    readonly toldBy: (fact: RecordedFact) => string | null
  },
): Promise<void> {
  const { name, counts, rowIds, toldBy } = rows
  for await (const ids of rowIds()) for (const id of ids) counts.remove(id)
  const buckets = counts.unbalanced(BUCKETS_SEARCHED_MAX)
  if (buckets.size === 0) return

  const told = new Set<string>()
  for await (const pages of snapshot.pages()) {
    for (const line of pages.flatMap(({ text }) => text.split('\n'))) {
      const fact = readFact(line)
      const id = fact.ok ? toldBy(fact.value) : null
      if (id === null || !buckets.has(idBucket(id))) continue
      if (told.has(id)) check.found(`${name} ${id}`, 'told once by the journal', 'told again')
      told.add(id)
    }
  }
  for await (const ids of rowIds()) {
    for (const id of ids) {
      if (buckets.has(idBucket(id)) && !told.has(id)) check.found(`${name} ${id}`, 'no row', 'a row')
    }
  }
}

/** What was reversed of each transfer: as the reversals say, and no more than the transfer moved. */
async function verifyReversals(
  snapshot: LedgerSnapshot,
  { replay, reversedRows }: JournalWalk,
  check: Check,
): Promise<void> {
  const ids = [...new Set([...replay.reversed.keys(), ...reversedRows])]
  for (let from = 0; from < ids.length; from += REVERSALS_PER_LOOKUP) {
    for (const { id, data, reversed } of await snapshot.transfers(
      ids.slice(from, from + REVERSALS_PER_LOOKUP),
    )) {
      const original = readTransferData(data)
      const told = replay.reversed.get(id) ?? new Map<number, bigint>()
      const amounts = (original?.postings ?? []).map(({ amount }) => amount)
      const expected = amounts.map((_, i) => told.get(i) ?? 0n)
      check.compare(`transfer ${id}`, expected.map(String), (reversed ?? amounts.map(() => 0n)).map(String))
      if (original?.origin?.kind === 'reversal')
        check.found(`transfer ${id}`, 'not reversed', 'a reversal reversed')
      for (const [i, amount] of told) {
        const moved = amounts[i] ?? 0n
        if (amount > moved) check.found(`postings[${i}] of transfer ${id}`, `at most ${moved}`, `${amount}`)
      }
    }
  }
}

async function verifyPolicies(
  snapshot: LedgerSnapshot,
  { replay }: JournalWalk,
  check: Check,
): Promise<void> {
  const expected = new Map([...replay.policies.values()].map((policy) => [policy.id, policy]))
  const compare = createRowComparison('policy', expected, check)
  for await (const rows of snapshot.policies()) {
    for (const policy of rows) compare.row(policy.id, policyData(policy), policyData)
  }
  compare.finish()
}

async function verifyQuotes(snapshot: LedgerSnapshot, { replay }: JournalWalk, check: Check): Promise<void> {
  const compare = createRowComparison('quote', replay.quotes, check)
  const show = (quote: Quote): Json => ({ ...quoteData(quote), transfer_id: quote.transferId })
  for await (const rows of snapshot.quotes())
    for (const quote of rows) compare.row(quote.id, show(quote), show)
  compare.finish()
}

async function verifyApprovals(
  snapshot: LedgerSnapshot,
  { replay }: JournalWalk,
  check: Check,
): Promise<void> {
  const compare = createRowComparison('approval', replay.approvals, check)
  for await (const rows of snapshot.approvals()) {
    for (const approval of rows) compare.row(approval.id, approvalData(approval), approvalData)
  }
  compare.finish()
}

async function verifyBooks(snapshot: LedgerSnapshot, { replay }: JournalWalk, check: Check): Promise<void> {
  const { closedThrough } = await snapshot.books()
  check.compare('books', { closed_through: replay.closedThrough }, { closed_through: closedThrough })
}

async function verifyAccess(snapshot: LedgerSnapshot, { replay }: JournalWalk, check: Check): Promise<void> {
  const compare = createRowComparison('API key', replay.apiKeys, check)
  for await (const rows of snapshot.apiKeys()) {
    for (const key of rows) compare.row(key.id, apiKeyData(key), apiKeyData)
  }
  compare.finish()
}

async function verifyLogins(snapshot: LedgerSnapshot, { replay }: JournalWalk, check: Check): Promise<void> {
  const logins = createRowComparison('login of user', replay.logins, check)
  const show = ({ roles, passwordSetAt }: Login): Json => ({
    roles: [...roles],
    password_set_at: passwordSetAt,
  })
  for await (const rows of snapshot.logins()) {
    for (const login of rows) logins.row(login.userId, show(login), show)
  }
  logins.finish()
  const sessions = createRowComparison('session', replay.sessions, check)
  for await (const rows of snapshot.sessions()) {
    for (const session of rows) sessions.row(session.id, sessionData(session), sessionData)
  }
  sessions.finish()
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
