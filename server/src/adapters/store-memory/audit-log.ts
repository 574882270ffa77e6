import { auditEntriesOf, isAsked, type AuditEntry } from '#core/audit.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the audit log of the memory store by going through its pages, newest first. */
export function createMemoryAuditLog({ pages }: Pick<MemoryTables, 'pages'>): AuditReader {
  return {
    async listAudit({ before, limit, ...filter }) {
      const entries: AuditEntry[] = []
      for (const page of pages.slice(0, before?.page).reverse()) {
        for (const entry of auditEntriesOf(page).reverse()) {
          const isPast = entry.page === before?.page && entry.position >= before.position
          if (isPast || !isAsked(entry, filter)) continue
          if (entries.length === limit) return { entries, next: entries.at(-1) ?? null }
          entries.push(entry)
        }
      }
      return { entries, next: null }
    },
  }
}
