import { toFact } from '#core/journal-page.ts'
import type { JournalEvent, JournalReader } from '#ports/journal-reader.ts'
import type { Database } from './tables.ts'

/** Pages read at once: enough for a page of events when commits are small, and at most so many MB when they are large. */
const PAGES_PER_READ = 64
/** How often the head is looked at on behalf of those who wait: another process may have committed. */
const HEAD_POLL_MS = 250

/** Reads the journal; `wake` tells it of a commit in this process. */
export function createJournalReader(db: Database): {
  readonly reader: JournalReader
  readonly wake: () => void
} {
  const waiters = new Set<() => void>()

  async function lastPage(): Promise<number> {
    const head = await db.selectFrom('florin.journal_head').select('number').executeTakeFirstOrThrow()
    return Number(head.number)
  }

  const reader: JournalReader = {
    lastPage,
    async read({ after, limit }) {
      const events: JournalEvent[] = []
      let from = after.page
      for (;;) {
        const pages = await db
          .selectFrom('florin.journal_pages')
          .select(['number', 'sealed_at', 'facts'])
          .where('number', '>=', from.toString())
          .orderBy('number')
          .limit(Math.min(PAGES_PER_READ, limit + 1))
          .execute()
        for (const { number: text, sealed_at: sealedAt, facts } of pages) {
          const number = Number(text)
          const lines = facts.split('\n')
          const start = number === after.page ? after.position + 1 : 0
          for (let position = start; position < lines.length; position++) {
            if (events.length === limit) return events
            events.push({ page: number, position, sealedAt, fact: toFact(lines[position] as string) })
          }
          from = number + 1
        }
        if (pages.length === 0) return events
      }
    },
    async waitPast(page, timeoutMs, signal) {
      const deadline = performance.now() + timeoutMs
      while (signal?.aborted !== true && (await lastPage()) <= page) {
        const leftMs = deadline - performance.now()
        if (leftMs <= 0) return
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer)
            waiters.delete(done)
            signal?.removeEventListener('abort', done)
            resolve()
          }
          const timer = setTimeout(done, Math.min(HEAD_POLL_MS, leftMs))
          signal?.addEventListener('abort', done)
          waiters.add(done)
        })
      }
    },
  }

  return {
    reader,
    wake() {
      for (const done of waiters) done()
    },
  }
}
