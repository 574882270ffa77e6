import type { Fact } from '#core/facts.ts'
import type { Instant } from '#core/instant.ts'

/** A place in the journal: page numbers begin at 1, positions within a page at 0. Before everything: page 0. */
export interface JournalPosition {
  readonly page: number
  readonly position: number
}

/** A fact with its place in the journal and the time its page was sealed. */
export interface JournalEvent extends JournalPosition {
  readonly sealedAt: Instant
  readonly fact: Fact
}

/** Reads of the journal in order: nothing missed, nothing twice, any point again. */
export interface JournalReader {
  /** At most `limit` events after the position, oldest first. */
  read(query: { readonly after: JournalPosition; readonly limit: number }): Promise<JournalEvent[]>
  /** The newest page's number; 0 when there is none. */
  lastPage(): Promise<number>
  /** Resolves when there is a page after `page`, or after `timeoutMs`, or when `signal` aborts; never rejects for these. */
  waitPast(page: number, timeoutMs: number, signal?: AbortSignal): Promise<void>
}
