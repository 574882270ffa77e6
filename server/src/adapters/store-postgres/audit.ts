// Reads every record of the ledger in one read-only snapshot, over a connection of its own.
import { Client, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg'
import type { Approval } from '#core/approval.ts'
import type { Json } from '#core/canonical-json.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { AuditMark } from '#core/audit.ts'
import type { Policy } from '#core/policy.ts'
import type { RecordedUser } from '#core/recorded-fact.ts'
import type { DerivedRows, JournalHead, LedgerAudit, LedgerSnapshot } from '#ports/ledger-audit.ts'
import { plainArray } from './arrays.ts'
import { COUNT_DERIVED, SELECT_DERIVED_DIFFERENCES } from './audit-derived.ts'
import { rowTypes, toAccount, toCurrency, type AccountRow, type CurrencyRow } from './codec.ts'
import { toApproval, type ApprovalRow } from './codec-approvals.ts'
import { toHold, toPolicy, toQuote, type HoldRow, type PolicyRow, type QuoteRow } from './codec-rules.ts'
import { API_KEY_COLUMNS, toApiKey, type ApiKeyRow } from './codec-access.ts'
import { toLogin, toSession, type LoginRow, type SessionRow } from './codec-login.ts'
import { toEntry } from './codec-transfers.ts'
import { orUnavailable } from './errors.ts'

/** Pages fetched at once, at most; fewer when they are large. */
const PAGES_PER_FETCH_MAX = 512
/** About how much text of pages is fetched at once: some 10,000 facts. */
const PAGE_TEXT_PER_FETCH = 4_000_000
const ROWS_PER_FETCH = 10_000
const CONNECT_TIMEOUT_MS = 3_000

/** Audits a database. Each audit opens its own connections, so it neither waits for the ledger's nor holds them up. */
export function createPostgresAudit({ url }: { readonly url: string }): LedgerAudit {
  return {
    async inSnapshot(work) {
      const scanner = createSession(url, [])
      // Without statistics the planner scans whole tables for a few thousand keys: it is told what we know.
      const finder = createSession(url, ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'])
      try {
        await Promise.all([scanner.connect(), finder.connect()])
        await scanner.query('begin isolation level repeatable read read only')
        const { rows } = await scanner.query<{ id: string }>('select pg_export_snapshot() as id')
        await finder.query('begin isolation level repeatable read read only')
        await finder.query(`set transaction snapshot '${rows[0]?.id ?? ''}'`)
        return await work(createSnapshot(scanner, finder))
      } finally {
        // Nothing was written; there is nothing to lose.
        await Promise.allSettled([scanner.end(), finder.end()])
      }
    },
  }
}

/** A connection that throws `unavailable` where the driver says that the database cannot answer. */
interface Session {
  connect(): Promise<unknown>
  query<Row extends QueryResultRow>(
    query: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<Row>>
  end(): Promise<void>
}

function createSession(url: string, plansOff: readonly string[]): Session {
  const client = new Client({
    connectionString: url,
    application_name: 'florin verify',
    options: ['TimeZone=UTC', 'jit=off', ...plansOff.map((plan) => `${plan}=off`)]
      .map((set) => `-c ${set}`)
      .join(' '),
    types: rowTypes,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // A lost connection fails the query under way; without this line it would end the process as well.
  client.on('error', () => {})
  return {
    connect: () => orUnavailable(client.connect()),
    query: (query, values) => orUnavailable(client.query(query, values)),
    end: () => client.end(),
  }
}

/** One connection scans, a chunk ahead of what is being compared; the other one looks up what to compare with. */
function createSnapshot(scanner: Session, finder: Session): LedgerSnapshot {
  let cursors = 0

  async function* scan<Row extends QueryResultRow>(
    select: string,
    nextSize: (rows: readonly Row[]) => number = () => ROWS_PER_FETCH,
    firstSize = ROWS_PER_FETCH,
  ): AsyncGenerator<Row[]> {
    const cursor = `scan_${(cursors += 1)}`
    const fetch = async (size: number) => (await scanner.query<Row>(`fetch ${size} from ${cursor}`)).rows
    await scanner.query(`declare ${cursor} no scroll cursor for ${select}`)
    let chunk = await fetch(firstSize)
    while (chunk.length > 0) {
      const next = fetch(nextSize(chunk))
      // Whoever stops early does not look at `next`, and its failure is then nobody's.
      next.catch(() => {})
      yield chunk
      chunk = await next
    }
    await scanner.query(`close ${cursor}`)
  }

  async function find<Row extends QueryResultRow>(
    name: string,
    text: string,
    values: string[],
  ): Promise<Row[]> {
    return (await finder.query<Row>({ name, text, values })).rows
  }

  return {
    async head(): Promise<JournalHead> {
      const [head] = await find<{ number: string; hash: Uint8Array }>(
        'audit_head',
        'select number, hash from florin.journal_head',
        [],
      )
      return { number: Number(head?.number ?? 0), hash: head?.hash ?? new Uint8Array(0) }
    },
    pages: () => mapChunks(scan(SELECT_PAGES, nextPageCount, 16), toPage),
    auditMarks: () =>
      mapChunks(scan<AuditMark & { page: string }>(SELECT_MARKS), ({ kind, value, page }) => ({
        kind,
        value,
        page: Number(page),
      })),
    currencies: async () =>
      (await find<CurrencyRow>('audit_currencies', SELECT_CURRENCIES, [])).map(toCurrency),
    users: () => mapChunks(scan<UserRow>(SELECT_USERS), toRecordedUser),
    accounts: () => mapChunks(scan<AccountRow>(SELECT_ACCOUNTS), toAccount),
    async transfers(ids) {
      return (await find<TransferRow>('audit_transfers', SELECT_TRANSFERS, [plainArray(ids)])).map(toAudited)
    },
    transferIds: () =>
      mapChunks(scan<{ id: string }>('select id from florin.transfers'), ({ id }) => id as TransferId),
    async entries(keys) {
      const accountIds = plainArray(keys.map(({ accountId }) => accountId))
      const numbers = plainArray(keys.map(({ number }) => number))
      const rows = await find<EffectiveEntryRow>('audit_entries', SELECT_ENTRIES, [accountIds, numbers])
      return rows.map(toEntry)
    },
    holds: () => mapChunks(scan<HoldRow>('select * from florin.holds'), toHold),
    async holdsByIds(ids) {
      const text = 'select * from florin.holds where id = any ($1::uuid[])'
      return (await find<HoldRow>('audit_holds', text, [plainArray(ids)])).map(toHold)
    },
    policies: () => mapChunks(scan<PolicyRow>('select * from florin.policies'), toAuditedPolicy),
    quotes: () => mapChunks(scan<QuoteRow>('select * from florin.quotes'), toQuote),
    approvals: () => mapChunks(scan<ApprovalRow>('select * from florin.approvals'), toAuditedApproval),
    apiKeys: () =>
      mapChunks(scan<ApiKeyRow>(`select ${API_KEY_COLUMNS.join(', ')} from florin.api_keys`), toApiKey),
    logins: () =>
      mapChunks(scan<LoginRow>('select user_id, roles, password_set_at from florin.logins'), toLogin),
    sessions: () => mapChunks(scan<SessionRow>('select * from florin.sessions'), toSession),
    async books() {
      const [row] = await find<{ closed_through: Instant | null }>(
        'audit_books',
        'select closed_through from florin.books',
        [],
      )
      return { closedThrough: row?.closed_through ?? null }
    },
    entrySums: () =>
      mapChunks(scan<EntrySumsRow>(SELECT_ENTRY_SUMS), ({ account_id, first, last, sum }) => ({
        accountId: account_id as AccountId,
        first: BigInt(first),
        last: BigInt(last),
        sum: BigInt(sum),
      })),
    async derivedRows(limit) {
      const { rows: counts } = await scanner.query<{ count: string }>(COUNT_DERIVED)
      const { rows: findings } = await scanner.query<DerivedRows['findings'][number]>(
        SELECT_DERIVED_DIFFERENCES,
        [limit],
      )
      return { examined: Number(counts[0]?.count ?? 0), findings }
    },
  }
}

const SELECT_MARKS = 'select kind, value, page from florin.audit_marks order by page'

const SELECT_CURRENCIES = 'select code, scale, name, external_account_id from florin.currencies'

const SELECT_PAGES =
  'select number, sealed_at, root, hash, facts, audit from florin.journal_pages order by number'

interface PageRow {
  readonly number: string
  readonly sealed_at: Instant
  readonly root: Uint8Array
  readonly hash: Uint8Array
  readonly facts: string
  readonly audit: string | null
}

function toPage({ number, sealed_at: sealedAt, root, hash, facts, audit }: PageRow) {
  return { number: Number(number), sealedAt, root, hash, text: facts, audit }
}

function nextPageCount(pages: readonly PageRow[]): number {
  const size = pages.reduce((sum, { facts }) => sum + facts.length, 0) / pages.length
  return Math.max(1, Math.min(PAGES_PER_FETCH_MAX, Math.floor(PAGE_TEXT_PER_FETCH / size)))
}

const SELECT_USERS = 'select id, version, metadata, created_at, updated_at, erased_at from florin.users'

interface UserRow {
  readonly id: string
  readonly version: number
  readonly metadata: Record<string, string>
  readonly created_at: Instant
  readonly updated_at: Instant
  readonly erased_at: Instant | null
}

function toRecordedUser(row: UserRow): RecordedUser {
  const { id, version, metadata, created_at: createdAt, updated_at: updatedAt, erased_at: erasedAt } = row
  return { id: id as UserId, version, metadata, createdAt, updatedAt, erasedAt }
}

const SELECT_ACCOUNTS = 'select * from florin.accounts'

const SELECT_TRANSFERS = `
  select id, status, postings, failure, reference, metadata, details, reversed, created_at
  from florin.transfers where id = any ($1::uuid[])`

interface TransferRow {
  readonly id: string
  readonly failure: Json
  readonly details: object | null
  readonly reversed: readonly string[] | null
  readonly [column: string]: Json | object
}

/** The columns have the names and the form that the fact has; a posted transfer's fact has no failure. */
function toAudited({ failure, details, reversed, ...row }: TransferRow) {
  const data = { ...row, ...details, ...(failure === null ? {} : { failure }) } as Json
  return { id: row.id as TransferId, data, reversed: reversed?.map(BigInt) ?? null }
}

const SELECT_ENTRIES = `
  select e.*, b.effective_at
  from unnest($1::bigint[], $2::bigint[]) as k (account_id, number)
  join florin.entries e on e.account_id = k.account_id and e.number = k.number
  left join florin.backdated_entries b on b.account_id = k.account_id and b.number = k.number`

type EffectiveEntryRow = Parameters<typeof toEntry>[0]

/** Rules that cannot be read show as the text that they are, and so are no rules that anybody made. */
function toAuditedPolicy(row: PolicyRow): Policy {
  try {
    return toPolicy(row)
  } catch {
    const policy = toPolicy({ ...row, rules: {} })
    const text = JSON.stringify(row.rules) as AccountId
    return { ...policy, rules: { ...policy.rules, allowedDestinations: [text] } }
  }
}

/** A transfer that cannot be read shows as the text that it is, and so is none that anybody asked for. */
function toAuditedApproval(row: ApprovalRow): Approval {
  try {
    return toApproval(row)
  } catch {
    const transfer = {
      postings: [],
      reference: JSON.stringify(row.transfer),
      metadata: {},
      effective_at: null,
    }
    return toApproval({ ...row, transfer })
  }
}

const SELECT_ENTRY_SUMS = `
  select account_id, min(number) as first, max(number) as last, sum(amount) as sum
  from florin.entries group by account_id`

interface EntrySumsRow {
  readonly account_id: string
  readonly first: string
  readonly last: string
  readonly sum: string
}

async function* mapChunks<From, To>(
  chunks: AsyncIterable<readonly From[]>,
  to: (row: From) => To,
): AsyncGenerator<readonly To[]> {
  for await (const chunk of chunks) yield chunk.map(to)
}
