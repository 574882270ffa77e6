import type { DirectoryReader } from '#ports/ledger-reader.ts'
import { toCurrency, toUser } from './codec.ts'
import type { Database } from './tables.ts'

/** Reads users and currencies. */
export function createDirectory(db: Database): DirectoryReader {
  const users = db
    .selectFrom('florin.users as u')
    .leftJoin('florin.user_profiles as p', 'p.user_id', 'u.id')
    .select([
      'u.id',
      'p.name',
      'p.email',
      'u.metadata',
      'u.version',
      'u.created_at',
      'u.updated_at',
      'u.erased_at',
    ])
  const currencies = db
    .selectFrom('florin.currencies')
    .select(['code', 'scale', 'name', 'external_account_id'])

  return {
    async findUser(id) {
      const row = await users.where('u.id', '=', id).executeTakeFirst()
      return row && toUser(row)
    },
    async listUsers({ after, limit }) {
      const rows = await users
        .$if(after !== undefined, (query) => query.where('u.id', '>', after as string))
        .orderBy('u.id')
        .limit(limit)
        .execute()
      return rows.map(toUser)
    },
    async findCurrency(code) {
      const row = await currencies.where('code', '=', code).executeTakeFirst()
      return row && toCurrency(row)
    },
    async listCurrencies() {
      return (await currencies.orderBy('code').execute()).map(toCurrency)
    },
  }
}
