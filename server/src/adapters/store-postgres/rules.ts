import type { AccountId, PolicyId, UserId } from '#core/ids.ts'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import { toPolicy, toQuote } from './codec-rules.ts'
import type { Database } from './tables.ts'

/** Reads policies, quotes and closed books. */
export function createRuleReader(db: Database): RuleReader {
  return {
    async findPolicy(id) {
      const row = await db.selectFrom('florin.policies').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toPolicy(row)
    },
    async findPolicyFor(target) {
      const row = await db
        .selectFrom('florin.policies')
        .selectAll()
        .where((eb) => {
          switch (target.kind) {
            case 'account':
              return eb('account_id', '=', target.accountId)
            case 'user':
              return eb.and({ user_id: target.userId, currency: target.currency })
            case 'currency':
              return eb('currency', '=', target.currency)
                .and('account_id', 'is', null)
                .and('user_id', 'is', null)
          }
        })
        .executeTakeFirst()
      return row && toPolicy(row)
    },
    async listPolicies({ accountId, userId, currency, after, limit }) {
      const rows = await db
        .selectFrom('florin.policies')
        .selectAll()
        .$if(accountId !== undefined, (query) => query.where('account_id', '=', accountId as AccountId))
        .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as UserId))
        .$if(currency !== undefined, (query) => query.where('currency', '=', currency as CurrencyCode))
        .$if(after !== undefined, (query) => query.where('id', '>', after as PolicyId))
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toPolicy)
    },
    async listPolicyVersions({ id, before, limit }) {
      const rows = await db
        .selectFrom('florin.policy_versions')
        .selectAll()
        .where('policy_id', '=', id)
        .$if(before !== undefined, (query) => query.where('version', '<', before as number))
        .orderBy('version', 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ policy_id, removed, principal, ...row }) => ({
        policy: toPolicy({ ...row, id: policy_id }),
        removed,
        principal: principal as Principal,
      }))
    },
    async findQuote(id) {
      const row = await db.selectFrom('florin.quotes').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toQuote(row)
    },
    async books() {
      const row = await db.selectFrom('florin.books').select('closed_through').executeTakeFirstOrThrow()
      return { closedThrough: row.closed_through }
    },
  }
}
