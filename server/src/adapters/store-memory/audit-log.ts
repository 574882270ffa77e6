import { auditEntriesOf, isAsked } from '#core/audit.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the audit log of the memory store by going through every page. */
export function createMemoryAuditLog({ pages }: Pick<MemoryTables, 'pages'>): AuditReader {
  return {
    async listAudit({ before, limit, ...filter }) {
      const entries = pages
        .flatMap(auditEntriesOf)
        .toReversed()
        .filter(
          ({ page, position }) =>
            before === undefined ||
            page < before.page ||
            (page === before.page && position < before.position),
        )
        .filter((entry) => isAsked(entry, filter))
      const shown = entries.slice(0, limit)
      return { entries: shown, next: entries.length > limit ? (shown.at(-1) ?? null) : null }
    },
  }
}
