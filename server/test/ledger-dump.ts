/** All that the readers of a store tell, page by page, so that two stores can be compared as wholes. */
import type { Account } from '#core/account.ts'
import type { Books } from '#core/command.ts'
import type { LedgerCurrency } from '#core/currency.ts'
import type { Hold } from '#core/hold.ts'
import type { Policy } from '#core/policy.ts'
import type { Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'
import type { JournalEvent } from '#ports/journal-reader.ts'
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
  readonly holds: readonly Hold[]
  readonly policies: readonly Policy[]
  /** Of policies in force; nothing lists the others. */
  readonly policyVersions: readonly PolicyRevision[]
  readonly books: Books
  readonly events: readonly JournalEvent[]
}

/** Reads the whole ledger in pages of `limit`. */
export async function dumpLedger(store: Ledger, limit = 500): Promise<LedgerDump> {
  const accounts = await everyPage<Account>((last) =>
    store.listAccounts({ ...(last && { after: last.id }), limit }),
  )
  const entries: StatementLine[] = []
  for (const { id: accountId } of accounts) {
    const lines = await everyPage<StatementLine>((last) =>
      store.listEntries({ accountId, ...(last && { before: last.number }), limit }),
    )
    entries.push(...lines)
  }
  const policies = await everyPage<Policy>((last) =>
    store.listPolicies({ ...(last && { after: last.id }), limit }),
  )
  const policyVersions: PolicyRevision[] = []
  for (const { id } of policies) {
    const versions = await everyPage<PolicyRevision>((last) =>
      store.listPolicyVersions({ id, ...(last && { before: last.policy.version }), limit }),
    )
    policyVersions.push(...versions)
  }
  return {
    currencies: await store.listCurrencies(),
    users: await everyPage<User>((last) => store.listUsers({ ...(last && { after: last.id }), limit })),
    accounts,
    transfers: await everyPage<Transfer>((last) =>
      store.listTransfers({ ...(last && { after: last }), limit }),
    ),
    entries,
    holds: await everyPage<Hold>((last) => store.listHolds({ ...(last && { before: last.id }), limit })),
    policies,
    policyVersions,
    books: await store.books(),
    events: await everyPage<JournalEvent>((last) =>
      store.read({ after: last ?? { page: 0, position: 0 }, limit }),
    ),
  }
}

async function everyPage<Row>(read: (last: Row | undefined) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (;;) {
    const page = await read(rows.at(-1))
    if (page.length === 0) return rows
    rows.push(...page)
  }
}
