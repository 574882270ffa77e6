// Use cases of events: the journal, read by position, waiting for more when there is none.
import type { JournalEvent, JournalPosition, JournalReader } from '#ports/journal-reader.ts'

/** The longest a reader may wait for the next event. */
export const EVENT_WAIT_MAX_MS = 30_000

/** Reads events. */
export interface Events {
  /** At most `limit` events after the position; when there are none yet, waits up to `waitMs` for the first. */
  read(query: {
    readonly after: JournalPosition
    readonly limit: number
    readonly waitMs: number
    readonly signal?: AbortSignal
  }): Promise<JournalEvent[]>
}

/** Makes the use cases. */
export function createEvents(journal: JournalReader): Events {
  return {
    async read({ after, limit, waitMs, signal }) {
      const events = await journal.read({ after, limit })
      if (events.length > 0 || waitMs === 0) return events
      await journal.waitPast(after.page, waitMs, signal)
      return await journal.read({ after, limit })
    },
  }
}
