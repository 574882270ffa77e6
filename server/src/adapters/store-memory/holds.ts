import { isDue } from '#core/hold.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the holds of the memory store by scanning them. */
export function createMemoryHoldReader({ accounts, holds }: MemoryTables): HoldReader {
  return {
    findHold: async (id) => holds.get(id),
    async listHolds({ accountId, userId, status, before, limit }) {
      return [...holds.values()]
        .filter((hold) => accountId === undefined || [hold.source, hold.destination].includes(accountId))
        .filter(
          ({ source, destination }) =>
            userId === undefined || [source, destination].some((id) => accounts.get(id)?.userId === userId),
        )
        .filter((hold) => status === undefined || hold.status === status)
        .filter(({ id }) => before === undefined || id < before)
        .sort((a, b) => (a.id > b.id ? -1 : 1))
        .slice(0, limit)
    },
    async listDueHolds(at, limit) {
      const place = ({ expiresAt, id }: { expiresAt: string | null; id: string }) => `${expiresAt} ${id}`
      return [...holds.values()]
        .filter((hold) => hold.status === 'open' && isDue(hold, at))
        .sort((a, b) => (place(a) < place(b) ? -1 : 1))
        .slice(0, limit)
        .map(({ id }) => id)
    },
  }
}
