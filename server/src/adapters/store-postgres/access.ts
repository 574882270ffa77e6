import { sql } from 'kysely'
import type { AccountId, ApiKeyId, UserId } from '#core/ids.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import { plainArray } from './arrays.ts'
import { API_KEY_COLUMNS, toApiKey, toKeptApiKey } from './codec-access.ts'
import type { Database } from './tables.ts'

/** Reads who may do what. */
export function createAccessReader(db: Database): AccessReader {
  const keys = db.selectFrom('florin.api_keys').select(API_KEY_COLUMNS)
  return {
    async findAccountOwners(ids) {
      const rows = await db
        .selectFrom('florin.accounts')
        .select(['id', 'user_id', 'kind'])
        .where('id', '=', sql<string>`any (${plainArray(ids)}::bigint[])`)
        .execute()
      return rows.map(({ id, user_id: userId, kind }) => ({
        id: id as AccountId,
        userId: userId as UserId | null,
        kind,
      }))
    },
    async findApiKey(id) {
      const row = await keys.where('id', '=', id).executeTakeFirst()
      return row && toApiKey(row)
    },
    async findApiKeyByHash(hash) {
      const row = await db
        .selectFrom('florin.api_keys')
        .selectAll()
        .where((where) => where.or([where('secret_hash', '=', hash), where('previous_hash', '=', hash)]))
        .executeTakeFirst()
      return row && toKeptApiKey(row)
    },
    async listApiKeys({ after, limit }) {
      const rows = await keys
        .$if(after !== undefined, (query) => query.where('id', '>', after as ApiKeyId))
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toApiKey)
    },
  }
}
