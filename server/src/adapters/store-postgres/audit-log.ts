// The audit log: pages of the journal are found by their marks, and read; what they have is filtered here.
import { sql, type RawBuilder } from 'kysely'
import {
  auditEntriesOf,
  isAsked,
  isUnmarked,
  marksWanted,
  type AuditEntry,
  type AuditFilter,
  type AuditMark,
} from '#core/audit.ts'
import type { Instant } from '#core/instant.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { JournalPosition } from '#ports/journal-reader.ts'
import type { Database } from './tables.ts'

/** Pages read at once: at most so many MB when they are full. */
const PAGES_PER_READ = 8
/** How much text of pages one part of the log is made of, about: some 4 ms of reading it. */
const TEXT_PER_PART = 2_000_000
/** How many pages one part looks for: each takes a look into the index for each mark. */
const STEPS_MAX = 200
/** A page is sealed at the time of its batch, or later when another machine's clock is ahead: so many pages are looked at. */
const PAGES_OF_A_TIME = 64
/** Captures of a hold whose pages are looked for. */
const CAPTURES_MAX = 200

/** Pages that may have what is asked for, newest first, and the newest page that was not looked for any more. */
interface Candidates {
  readonly pages: readonly number[]
  /** Null: there are none below. */
  readonly rest: number | null
}

interface Bounds {
  /** The newest page, and the oldest. */
  readonly newest: number
  readonly oldest: number
}

/** Reads the audit log. */
export function createAuditLog(db: Database): AuditReader {
  async function listAudit({
    before,
    limit,
    ...filter
  }: Parameters<AuditReader['listAudit']>[0]): ReturnType<AuditReader['listAudit']> {
    const bounds = await boundsOf(filter, before)
    const { pages, rest } = await findPages(filter, bounds)
    const entries: AuditEntry[] = []
    let text = 0
    for (let i = 0; i < pages.length; i += PAGES_PER_READ) {
      if (text > TEXT_PER_PART) return { entries, next: startOf(pages[i - 1] as number) }
      for (const page of await readPages(pages.slice(i, i + PAGES_PER_READ))) {
        // Older than the audit log, and so are all below.
        if (page.audit === null) return { entries, next: null }
        text += page.facts.length
        const lines = page.facts.split('\n')
        const found = auditEntriesOf({
          ...page,
          sealedAt: page.sealed_at,
          lines,
          number: Number(page.number),
        })
        for (const entry of found.toReversed()) {
          if (before !== undefined && entry.page === before.page && entry.position >= before.position)
            continue
          if (!isAsked(entry, filter)) continue
          if (entries.length === limit) return { entries, next: entries.at(-1) ?? null }
          entries.push(entry)
        }
      }
    }
    return { entries, next: rest === null ? null : startOf(rest + 1) }
  }

  async function readPages(numbers: readonly number[]) {
    return await db
      .selectFrom('florin.journal_pages')
      .select(['number', 'sealed_at', 'facts', 'audit'])
      .where('number', 'in', numbers.map(String))
      .orderBy('number', 'desc')
      .execute()
  }

  async function boundsOf({ from, to }: AuditFilter, before: JournalPosition | undefined): Promise<Bounds> {
    const head = await db.selectFrom('florin.journal_head').select('number').executeTakeFirstOrThrow()
    const newest = [
      Number(head.number),
      ...(before === undefined ? [] : [before.position === 0 ? before.page - 1 : before.page]),
      ...(to === undefined ? [] : [(await firstPageAt(to)) - 1]),
    ]
    return { newest: Math.min(...newest), oldest: from === undefined ? 1 : await firstPageAt(from) }
  }

  /** The first page that was sealed at the time or later, by halving: pages have no gaps, and their times never go back. */
  async function firstPageAt(at: Instant): Promise<number> {
    const { rows } = await sql<{ page: string }>`
      with recursive halving (low, high) as (
        select 1::bigint, number + 1 from florin.journal_head
        union all
        select case when p.sealed_at >= ${at} then h.low else p.number + 1 end,
          case when p.sealed_at >= ${at} then p.number else h.high end
        from halving h join florin.journal_pages p on p.number = (h.low + h.high) / 2
        where h.low < h.high
      )
      select low as page from halving where low = high`.execute(db)
    return Number(rows[0]?.page ?? 1)
  }

  async function findPages(filter: AuditFilter, bounds: Bounds): Promise<Candidates> {
    const { target } = filter
    if (target !== undefined && isUnmarked(target)) return await findByTimes(target, bounds)
    const marks = marksWanted(filter)
    if (marks.length > 0) return await findByMarks(marks, bounds)
    const { newest, oldest } = bounds
    const count = Math.max(0, Math.min(STEPS_MAX, newest - oldest + 1))
    const rest = newest - count
    return {
      pages: Array.from({ length: count }, (_, i) => newest - i),
      rest: rest < oldest ? null : rest,
    }
  }

  /**
   * Pages that have every mark: from the newest down, each time to the oldest of the newest pages that have one of them,
   * until they are the same. So a mark that is rare skips what is frequent.
   */
  async function findByMarks(marks: readonly AuditMark[], { newest, oldest }: Bounds): Promise<Candidates> {
    const { rows } = await sql<{ page: string | null; hit: boolean | null }>`
      with recursive walk (page, hit, steps) as (
        select n.page, n.hit, 1 from (${newestWithAll(marks, sql`${newest}::bigint`)}) n
        union all
        select n.page, n.hit, w.steps + 1
        from walk w
        cross join lateral (${newestWithAll(marks, sql`case when w.hit then w.page - 1 else w.page end`)}) n
        where w.page >= ${oldest} and w.steps < ${STEPS_MAX}
      )
      select page, hit from walk`.execute(db)
    const pages = rows.flatMap(({ page, hit }) =>
      page !== null && hit === true && Number(page) >= oldest ? [Number(page)] : [],
    )
    const last = rows.at(-1)
    if (last?.page == null || rows.length < STEPS_MAX) return { pages, rest: null }
    const rest = Number(last.page) - (last.hit === true ? 1 : 0)
    return { pages, rest: rest < oldest ? null : rest }
  }

  /** Pages with a transfer or a hold in them: those of the times at which something became of it. */
  async function findByTimes(target: string, { newest, oldest }: Bounds): Promise<Candidates> {
    const [kind, id = ''] = target.split(':')
    const marked = await findByMarks([{ kind: 'target', value: target }], { newest, oldest })
    const times = kind === 'transfer' ? await timesOfTransfer(id) : await timesOfHold(id)
    const found = new Set(marked.pages)
    for (const time of new Set(times)) {
      const first = await firstPageAt(time)
      const { rows } = await sql<{ number: string }>`
        select number from (
          select number, facts from florin.journal_pages
          where number >= ${Math.max(first, oldest)} and number <= ${newest}
          order by number limit ${PAGES_OF_A_TIME}
        ) p
        where position(${`"id":"${id}"`} in facts) > 0`.execute(db)
      for (const { number } of rows) found.add(Number(number))
    }
    return { pages: [...found].sort((a, b) => b - a), rest: null }
  }

  async function timesOfTransfer(id: string): Promise<Instant[]> {
    const rows = await db.selectFrom('florin.transfers').select('created_at').where('id', '=', id).execute()
    return rows.map(({ created_at: at }) => at)
  }

  async function timesOfHold(id: string): Promise<Instant[]> {
    const hold = db.selectFrom('florin.holds').select(['created_at', 'updated_at']).where('id', '=', id)
    const captures = await db
      .selectFrom('florin.transfers')
      .select('created_at')
      .where(sql`details ->> 'hold_id'`, '=', id)
      .orderBy('created_at')
      .limit(CAPTURES_MAX)
      .execute()
    const rows = await hold.execute()
    return [
      ...rows.flatMap(({ created_at: made, updated_at: changed }) => [made, changed]),
      ...captures.map(({ created_at: at }) => at),
    ]
  }

  return { listAudit }
}

/** What is before the first fact of a page. */
function startOf(page: number): JournalPosition {
  return { page, position: 0 }
}

/** The oldest of the newest pages, at most `at`, that have each of the marks; null when one has none. `hit`: it has all. */
function newestWithAll(marks: readonly AuditMark[], at: RawBuilder<unknown>): RawBuilder<unknown> {
  const newest = marks.map(
    ({ kind, value }) => sql`
      (select max(page) from florin.audit_marks where kind = ${kind} and value = ${value} and page <= ${at})`,
  )
  const values = sql.join(newest.map((page) => sql`(${page})`))
  return sql`
    select case when bool_or(page is null) then null else min(page) end as page, min(page) = max(page) as hit
    from (values ${values}) v (page)`
}
