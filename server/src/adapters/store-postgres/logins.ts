import { sql } from 'kysely'
import type { Role } from '#core/access.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import { plainArray } from './arrays.ts'
import { toKeptLogin, toSession } from './codec-login.ts'
import type { Database } from './tables.ts'

/** Reads how users log in, and keeps signing keys. */
export function createLogins(db: Database): LoginReader & SigningKeyStore {
  const logins = db.selectFrom('florin.logins').selectAll()
  const sessions = db.selectFrom('florin.sessions').selectAll()
  return {
    async findLogin(userId) {
      const row = await logins.where('user_id', '=', userId).executeTakeFirst()
      return row && toKeptLogin(row)
    },
    async findLoginByEmail(emailKey) {
      const row = await db
        .selectFrom('florin.user_profiles as p')
        .innerJoin('florin.logins as l', 'l.user_id', 'p.user_id')
        .selectAll('l')
        .where('p.email_key', '=', emailKey)
        .executeTakeFirst()
      return row && toKeptLogin(row)
    },
    async findSessions(ids) {
      const rows = await db
        .selectFrom('florin.sessions as s')
        .innerJoin('florin.logins as l', 'l.user_id', 's.user_id')
        .selectAll('s')
        .select('l.roles')
        .where('s.id', '=', sql<string>`any (${plainArray(ids)}::uuid[])`)
        .execute()
      return rows.map(({ roles, ...row }) => ({
        session: toSession(row),
        roles: roles as readonly Role[],
      }))
    },
    async listSessions(userId) {
      return (await sessions.where('user_id', '=', userId).orderBy('id').execute()).map(toSession)
    },
    async listDueSessions(moment, limit) {
      const due = sessions.where('expires_at', '<=', moment).orderBy('expires_at').limit(limit)
      return (await due.execute()).map(toSession)
    },
    async listSigningKeys() {
      const rows = await db.selectFrom('florin.signing_keys').selectAll().orderBy('id', 'desc').execute()
      return rows.map(({ id, created_at: createdAt, sealed }) => ({ id, createdAt, sealed }))
    },
    async addSigningKey({ id, createdAt, sealed }) {
      await db
        .insertInto('florin.signing_keys')
        .values({ id, created_at: createdAt, sealed })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async removeSigningKey(id) {
      await db.deleteFrom('florin.signing_keys').where('id', '=', id).execute()
    },
  }
}
