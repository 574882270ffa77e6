/** All that the readers of a store tell, page by page, so that two stores can be compared as wholes. */
import type { Account } from '#core/account.ts'
import type { Approval } from '#core/approval.ts'
import type { AuditEntry, AuditFilter } from '#core/audit.ts'
import type { Books } from '#core/command.ts'
import type { LedgerCurrency } from '#core/currency.ts'
import type { FactType } from '#core/facts.ts'
import type { Hold } from '#core/hold.ts'
import type { PolicyId, QuoteId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { KeptLogin, Session } from '#core/login.ts'
import type { Policy } from '#core/policy.ts'
import type { Quote } from '#core/quote.ts'
import type { Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'
import type { JournalEvent, JournalPosition } from '#ports/journal-reader.ts'
import type { StatementLine } from '#ports/ledger-reader.ts'
import type { PolicyRevision } from '#ports/rule-reader.ts'
import type { Ledger } from './stores.ts'

/** A ledger as its readers show it. */
export interface LedgerDump {
  readonly currencies: readonly LedgerCurrency[]
  readonly users: readonly User[]
  readonly accounts: readonly Account[]
  readonly transfers: readonly Transfer[]
  readonly entries: readonly StatementLine[]
  /** The same entries by business time, with the balances that they leave then. */
  readonly statements: readonly StatementLine[]
  readonly holds: readonly Hold[]
  readonly approvals: readonly Approval[]
  readonly policies: readonly Policy[]
  readonly policyVersions: readonly PolicyRevision[]
  readonly quotes: readonly (Quote | undefined)[]
  readonly books: Books
  readonly logins: readonly (KeptLogin | undefined)[]
  readonly sessions: readonly Session[]
  readonly events: readonly JournalEvent[]
  readonly audit: readonly AuditEntry[]
}

/** A period that holds everything. */
export const ALWAYS = {
  clock: 'effective',
  from: '0001-01-01T00:00:00.000000Z' as Instant,
  to: '9999-12-31T00:00:00.000000Z' as Instant,
} as const

/** Reads the whole ledger in pages of `limit`. */
export async function dumpLedger(store: Ledger, limit = 500): Promise<LedgerDump> {
  const accounts = await everyPage<Account>((last) =>
    store.listAccounts({ ...(last && { after: last.id }), limit }),
  )
  const entries: StatementLine[] = []
  const statements: StatementLine[] = []
  for (const { id: accountId } of accounts) {
    entries.push(
      ...(await everyPage<StatementLine>((last) =>
        store.listEntries({ accountId, ...(last && { before: last.number }), limit }),
      )),
    )
    statements.push(
      ...(await everyPage<StatementLine>(async (last) => {
        const after = last && { after: { at: last.effectiveAt, number: last.number } }
        return (await store.readStatement({ accountId, ...ALWAYS, ...after, limit })).lines
      })),
    )
  }
  const events = await everyPage<JournalEvent>((last) =>
    store.read({ after: last ?? { page: 0, position: 0 }, limit }),
  )
  const made = <Id>(type: FactType): Id[] =>
    events.flatMap(({ fact }) => (fact.type === type ? [fact.data['id'] as Id] : []))
  const policyVersions: PolicyRevision[] = []
  for (const id of made<PolicyId>('policy.created')) {
    policyVersions.push(
      ...(await everyPage<PolicyRevision>((last) =>
        store.listPolicyVersions({ id, ...(last && { before: last.policy.version }), limit }),
      )),
    )
  }
  const quotes: (Quote | undefined)[] = []
  for (const id of made<QuoteId>('fx_quote.created')) quotes.push(await store.findQuote(id))
  const users = await everyPage<User>((last) => store.listUsers({ ...(last && { after: last.id }), limit }))
  const logins: (KeptLogin | undefined)[] = []
  const sessions: Session[] = []
  for (const { id } of users) {
    logins.push(await store.findLogin(id))
    sessions.push(...(await store.listSessions(id)))
  }
  return {
    currencies: await store.listCurrencies(),
    users,
    accounts,
    transfers: await everyPage<Transfer>((last) =>
      store.listTransfers({ ...(last && { after: last }), limit }),
    ),
    entries,
    statements,
    approvals: await everyPage<Approval>((last) =>
      store.listApprovals({ ...(last && { before: last.id }), limit }),
    ),
    holds: await everyPage<Hold>((last) => store.listHolds({ ...(last && { before: last.id }), limit })),
    policies: await everyPage<Policy>((last) =>
      store.listPolicies({ ...(last && { after: last.id }), limit }),
    ),
    policyVersions,
    quotes,
    books: await store.books(),
    logins,
    sessions,
    events,
    audit: await wholeAudit(store, limit),
  }
}

/** All that the audit log has of these filters. */
export async function wholeAudit(
  store: Ledger,
  limit: number,
  filter: AuditFilter = {},
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = []
  for (let next: JournalPosition | null | undefined; next !== null;) {
    const part = await store.listAudit({ ...filter, ...(next && { before: next }), limit })
    entries.push(...part.entries)
    next = part.next
  }
  return entries
}

async function everyPage<Row>(read: (last: Row | undefined) => Promise<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (;;) {
    const page = await read(rows.at(-1))
    if (page.length === 0) return rows
    rows.push(...page)
  }
}
