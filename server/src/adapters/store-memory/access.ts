import { withoutHashes } from '#core/api-key.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads who may do what from the memory store by scanning it. */
export function createMemoryAccessReader({ accounts, apiKeys }: MemoryTables): AccessReader {
  return {
    async findAccountOwners(ids) {
      const found = ids.flatMap((id) => accounts.get(id) ?? [])
      return found.map(({ id, userId, kind }) => ({ id, userId, kind }))
    },
    async findApiKey(id) {
      const key = apiKeys.get(id)
      return key && withoutHashes(key)
    },
    findApiKeyByHash: async (hash) =>
      apiKeys.values().find(({ secretHash, previousHash }) => [secretHash, previousHash].includes(hash)),
    async listApiKeys({ after, limit }) {
      return [...apiKeys.values()]
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(withoutHashes)
    },
  }
}
