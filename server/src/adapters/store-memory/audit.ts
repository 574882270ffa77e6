import { withoutHashes } from '#core/api-key.ts'
import { withoutHash } from '#core/login.ts'
import { marksOf, readAuditLine } from '#core/audit.ts'
import { GENESIS_HASH, toFact } from '#core/journal-page.ts'
import { transferData } from '#core/facts.ts'
import type { Transfer } from '#core/transfer.ts'
import type { AuditedEntry, LedgerAudit, LedgerSnapshot } from '#ports/ledger-audit.ts'
import type { MemoryTables } from './tables.ts'

/** Audits the memory store. Whoever audits must not post meanwhile: the tables themselves are the snapshot. */
export function createMemoryAudit(tables: MemoryTables): LedgerAudit {
  const snapshot: LedgerSnapshot = {
    async head() {
      const last = tables.pages.at(-1)
      return { number: last?.number ?? 0, hash: last?.hash ?? GENESIS_HASH }
    },
    pages: () => inOne(tables.pages.map(({ lines, ...page }) => ({ ...page, text: lines.join('\n') }))),
    auditMarks: () =>
      inOne(
        tables.pages.flatMap(({ number, lines, audit }) =>
          marksOf(lines.map(toFact), readAuditLine(audit)).map((mark) => ({ ...mark, page: number })),
        ),
      ),
    currencies: async () => [...tables.currencies.values()],
    users: () => inOne([...tables.users.values()]),
    accounts: () => inOne([...tables.accounts.values()]),
    transfers: async (ids) =>
      ids.flatMap((id) => {
        const transfer = tables.transfers.get(id)
        return transfer === undefined
          ? []
          : [{ id, data: transferData(transfer), reversed: reversedOf(transfer) }]
      }),
    transferIds: () => inOne([...tables.transfers.keys()]),
    entries: async (keys) =>
      keys.flatMap(({ accountId, number }): AuditedEntry[] => {
        const entry = tables.entries.get(accountId)?.find((one) => one.number === number)
        return entry === undefined ? [] : [entry]
      }),
    holds: () => inOne([...tables.holds.values()]),
    holdsByIds: async (ids) => ids.flatMap((id) => tables.holds.get(id) ?? []),
    policies: () => inOne([...tables.policies.values()]),
    quotes: () => inOne([...tables.quotes.values()]),
    approvals: () => inOne([...tables.approvals.values()]),
    books: async () => tables.books,
    apiKeys: () => inOne([...tables.apiKeys.values()].map(withoutHashes)),
    logins: () => inOne([...tables.logins.values()].map(withoutHash)),
    sessions: () => inOne([...tables.sessions.values()]),
    entrySums: () =>
      inOne(
        [...tables.entries].map(([accountId, entries]) => ({
          accountId,
          first: entries.at(0)?.number ?? 0n,
          last: entries.at(-1)?.number ?? 0n,
          sum: entries.reduce((sum, { amount }) => sum + amount, 0n),
        })),
      ),
    derivedRows: async () => ({ examined: 0, findings: [] }),
  }
  return { inSnapshot: (work) => work(snapshot) }
}

function reversedOf(transfer: Transfer): bigint[] | null {
  const reversed = transfer.postings.map((posting) => ('reversed' in posting ? posting.reversed : 0n))
  return reversed.some((amount) => amount > 0n) ? reversed : null
}

async function* inOne<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  if (rows.length > 0) yield rows
}
