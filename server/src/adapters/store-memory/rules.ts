import { policyKey } from '#core/policy.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the policies, quotes and books of the memory store by scanning them. */
export function createMemoryRuleReader(tables: MemoryTables): RuleReader {
  return {
    findPolicy: async (id) => tables.policies.values().find((policy) => policy.id === id),
    findPolicyFor: async (target) => tables.policies.get(policyKey(target)),
    async listPolicies({ accountId, userId, currency, after, limit }) {
      return [...tables.policies.values()]
        .filter(
          ({ target }) =>
            accountId === undefined || ('accountId' in target && target.accountId === accountId),
        )
        .filter(({ target }) => userId === undefined || ('userId' in target && target.userId === userId))
        .filter((policy) => currency === undefined || policy.currency === currency)
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
    },
    async listPolicyVersions({ id, before, limit }) {
      return (tables.policyVersions.get(id) ?? [])
        .filter(({ policy }) => before === undefined || policy.version < before)
        .toReversed()
        .slice(0, limit)
    },
    findQuote: async (id) => tables.quotes.get(id),
    books: async () => tables.books,
  }
}
