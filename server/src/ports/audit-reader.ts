import type { AuditEntry, AuditFilter } from '#core/audit.ts'
import type { JournalPosition } from './journal-reader.ts'

/** A part of the audit log. */
interface AuditPart {
  /** Newest first. */
  readonly entries: readonly AuditEntry[]
  /** Where to go on, which may be needed even when there are few entries, or none; null: this was the end. */
  readonly next: JournalPosition | null
}

/** Reads the audit log, always of what is committed. */
export interface AuditReader {
  /** At most `limit` entries before the position, newest first. It looks at a bounded number of pages, found by index. */
  listAudit(
    query: AuditFilter & { readonly before?: JournalPosition; readonly limit: number },
  ): Promise<AuditPart>
}
