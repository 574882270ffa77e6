import type { SigningKeyStore } from '#ports/signing-keys.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads how users log in from the memory store by scanning it, and keeps signing keys. */
export function createMemoryLogins(tables: MemoryTables): LoginReader & SigningKeyStore {
  const { emails, logins, sessions, signingKeys } = tables
  return {
    findLogin: async (userId) => logins.get(userId),
    async findLoginByEmail(emailKey) {
      const userId = emails.get(emailKey)
      return userId && logins.get(userId)
    },
    async findSessions(ids) {
      const found = ids.flatMap((id) => sessions.get(id) ?? [])
      return found.map((session) => ({ session, roles: logins.get(session.userId)?.roles ?? [] }))
    },
    async listSessions(userId) {
      const all = [...sessions.values()].filter((session) => session.userId === userId)
      return all.sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    async listDueSessions(moment, limit) {
      const due = [...sessions.values()].filter(({ expiresAt }) => expiresAt <= moment)
      return due.sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1)).slice(0, limit)
    },
    listSigningKeys: async () => [...signingKeys.values()].sort((a, b) => (a.id < b.id ? 1 : -1)),
    async addSigningKey(key) {
      signingKeys.set(key.id, key)
    },
    async removeSigningKey(id) {
      signingKeys.delete(id)
    },
  }
}
