// The tables as the query builder sees them; columns that only stored functions touch are left out.
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import type { AuditMark } from '#core/audit.ts'
import type { Log } from '#ports/log.ts'
import { rowTypes, type AccountRow, type CurrencyRow } from './codec.ts'
import type { KeptApiKeyRow } from './codec-access.ts'
import type { ApprovalRow } from './codec-approvals.ts'
import type { KeptLoginRow, SessionRow } from './codec-login.ts'
import type { EntryRow, TransferRow } from './codec-transfers.ts'
import type { HoldRow, PolicyRow, PolicyVersionRow, QuoteRow } from './codec-rules.ts'
import { withUnavailable } from './errors.ts'
import type { Instant } from '#core/instant.ts'

const READ_CONNECTIONS_MAX = 8
const CONNECT_TIMEOUT_MS = 3_000
/** A read that takes longer is a bug: no query of the API scans a big table. */
const STATEMENT_TIMEOUT_MS = 10_000
/** A server that has not even said so is taken for gone. */
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000

/** The tables, by their qualified names. */
interface Tables {
  'florin.accounts': AccountRow
  'florin.currencies': CurrencyRow
  'florin.users': {
    id: string
    version: number
    metadata: Record<string, string>
    created_at: Instant
    updated_at: Instant
    erased_at: Instant | null
  }
  'florin.user_profiles': {
    user_id: string
    name: string | null
    email: string | null
    email_key: string | null
  }
  'florin.transfers': TransferRow
  'florin.entries': EntryRow
  'florin.holds': HoldRow
  'florin.policies': PolicyRow
  'florin.policy_versions': PolicyVersionRow
  'florin.quotes': QuoteRow
  'florin.api_keys': KeptApiKeyRow
  'florin.approvals': ApprovalRow
  'florin.logins': KeptLoginRow
  'florin.sessions': SessionRow
  'florin.signing_keys': { id: string; created_at: Instant; sealed: string }
  'florin.books': { closed_through: Instant | null }
  'florin.failed_transfer_accounts': {
    account_id: string
    created_at: Instant
    transfer_id: string
    reference: string | null
  }
  'florin.idempotency_records': { principal: string; key: string; created_at: Instant }
  'florin.journal_pages': { number: string; sealed_at: Instant; facts: string; audit: string | null }
  'florin.audit_marks': { kind: AuditMark['kind']; value: string; page: string }
  'florin.journal_head': { number: string }
}

/** What readers query with. */
export type Database = Kysely<Tables>

/**
 * What the planner of connections that read is told: every query of the API walks an index. The plan of a prepared
 * statement may have been made while the tables were small and knows no account with a million entries: it must not
 * gather and sort them.
 */
const SESSION_SETTINGS = [
  '-c enable_seqscan=off',
  '-c enable_bitmapscan=off',
  '-c enable_hashjoin=off',
  '-c enable_mergejoin=off',
  '-c jit=off',
  '-c TimeZone=UTC',
  `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
].join(' ')

/** Ways to query over the same connections. */
export interface Databases {
  readonly db: Database
  /**
   * For what is asked often and is long to plan. A statement must name its columns: `*` would be refused from the moment
   * a newer Florin adds one.
   */
  readonly prepared: Database
}

/** Opens the connections that read. Destroying `db` closes them. */
export function openReadPool(url: string, log: Log): Databases {
  const pool = new Pool({
    connectionString: url,
    application_name: 'florin reader',
    options: SESSION_SETTINGS,
    types: rowTypes,
    max: READ_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  // A connection that breaks while it is out of the pool fails its query and then says so to listeners; an error that
  // nobody listens to would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (error) => {
    // `end` does not wait for the server to answer, and an embedded one is stopped right after it.
    if (!pool.ending) log.warn({ err: error }, 'idle connection to PostgreSQL lost')
  })
  const over = (options: { readonly prepared: boolean }): Database =>
    new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: withUnavailable(pool, { ...options, timeoutMs: QUERY_TIMEOUT_MS }),
      }),
    })
  return { db: over({ prepared: false }), prepared: over({ prepared: true }) }
}
