import type { Account } from '#core/account.ts'
import type { AccountId } from '#core/ids.ts'
import type { Transfer } from '#core/transfer.ts'
import type { DirectoryReader, LedgerReader, TransferFilter, TransferPosition } from '#ports/ledger-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the tables of the memory store by scanning them. */
export function createMemoryReader(tables: MemoryTables): LedgerReader & DirectoryReader {
  return {
    findAccount: async (id) => tables.accounts.get(id),
    async listAccounts({ userId, currency, after, limit }) {
      return [...tables.accounts.values()]
        .filter((account) => userId === undefined || account.userId === userId)
        .filter((account) => currency === undefined || account.currency === currency)
        .filter((account) => after === undefined || BigInt(account.id) > BigInt(after))
        .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
        .slice(0, limit)
    },
    findTransfer: async (id) => tables.transfers.get(id),
    async listTransfers({ after, limit, ...filter }) {
      const accountIds = accountsOf(tables, filter)
      return [...tables.transfers.values()]
        .filter((transfer) => matches(transfer, filter, accountIds))
        .filter((transfer) => after === undefined || comesAfter(transfer, after))
        .sort((a, b) => (comesAfter(a, b) ? 1 : -1))
        .slice(0, limit)
    },
    async listEntries({ accountId, before, limit }) {
      const entries = tables.entries.get(accountId) ?? []
      return entries
        .filter((entry) => before === undefined || entry.number < before)
        .slice(-limit)
        .reverse()
    },
    findUser: async (id) => tables.users.get(id),
    async listUsers({ after, limit }) {
      return [...tables.users.values()]
        .filter((user) => after === undefined || user.id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
    findCurrency: async (code) => tables.currencies.get(code),
    async listCurrencies() {
      return [...tables.currencies.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
    },
  }
}

/** The accounts a filter is about; null when it names none. A user's and named accounts must both hold. */
function accountsOf(tables: MemoryTables, { accountIds, userId }: TransferFilter): Set<AccountId> | null {
  if (userId === undefined) return accountIds === undefined ? null : new Set(accountIds)
  const owned = [...tables.accounts.values()].filter((account: Account) => account.userId === userId)
  const ids = owned.map(({ id }) => id)
  return new Set(accountIds === undefined ? ids : ids.filter((id) => accountIds.includes(id)))
}

function matches(
  transfer: Transfer,
  filter: TransferFilter,
  accountIds: ReadonlySet<AccountId> | null,
): boolean {
  const { status, reference, holdId, reversalOf, from, to } = filter
  const { origin } = transfer
  return (
    (accountIds === null ||
      transfer.postings.some(
        (posting) => accountIds.has(posting.source) || accountIds.has(posting.destination),
      )) &&
    (status === undefined || transfer.status === status) &&
    (reference === undefined || transfer.reference === reference) &&
    (holdId === undefined || (origin?.kind === 'capture' && origin.holdId === holdId)) &&
    (reversalOf === undefined || (origin?.kind === 'reversal' && origin.of === reversalOf)) &&
    (from === undefined || transfer.createdAt >= from) &&
    (to === undefined || transfer.createdAt < to)
  )
}

/** In the order newest first, ids breaking ties. */
function comesAfter(transfer: TransferPosition, than: TransferPosition): boolean {
  return transfer.createdAt === than.createdAt ? transfer.id < than.id : transfer.createdAt < than.createdAt
}
