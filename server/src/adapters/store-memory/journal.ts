import { toFact } from '#core/journal-page.ts'
import type { JournalEvent, JournalReader } from '#ports/journal-reader.ts'
import type { MemoryTables } from './tables.ts'

/** Reads the journal of the memory store. */
export function createMemoryJournalReader(tables: MemoryTables): JournalReader {
  return {
    async read({ after, limit }) {
      const events: JournalEvent[] = []
      for (const { number, sealedAt, lines } of tables.pages.slice(Math.max(0, after.page - 1))) {
        for (const [position, line] of lines.entries()) {
          if (number === after.page && position <= after.position) continue
          if (events.length === limit) return events
          events.push({ page: number, position, sealedAt, fact: toFact(line) })
        }
      }
      return events
    },
    lastPage: async () => tables.pages.length,
    async waitPast(page, timeoutMs, signal) {
      const { promise: over, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, timeoutMs)
      signal?.addEventListener('abort', () => resolve(), { once: true })
      const wake = (): void => {
        if (tables.pages.length > page) resolve()
        else tables.waiters.add(wake)
      }
      if (signal?.aborted === true) resolve()
      wake()
      await over
      clearTimeout(timer)
      tables.waiters.delete(wake)
    },
  }
}
