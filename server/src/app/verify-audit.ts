// The audit log's part of verify: the line of origins of each page can be read, and the marks by which the page is found
// are those that it must have.
import { marksOf, readAuditLine, type AuditMark } from '#core/audit.ts'
import { canonicalJson, type Json } from '#core/canonical-json.ts'
import type { Fact } from '#core/facts.ts'
import { toFact } from '#core/journal-page.ts'
import type { LedgerSnapshot, SealedPage } from '#ports/ledger-audit.ts'
import type { Findings } from './findings.ts'

type PagedMark = AuditMark & { readonly page: number }

/** Compares, page by page, rising. */
export interface MarkCheck {
  examine(page: SealedPage, lines: readonly string[]): Promise<void>
  /** Tells of marks of pages that there are not. */
  finish(): Promise<void>
}

/** Makes the check over the marks of all pages. */
export function createMarkCheck(
  all: ReturnType<LedgerSnapshot['auditMarks']>,
  findings: Findings,
): MarkCheck {
  const check = findings.check('audit')
  const marks = oneByOne(all)
  let next: PagedMark | undefined
  let begun = false

  /** The marks of this page; those of pages before it belong to none. */
  async function marksAt(page: number): Promise<string[]> {
    if (!begun) next = await marks()
    begun = true
    const found: string[] = []
    for (; next !== undefined && next.page <= page; next = await marks()) {
      if (next.page === page) found.push(nameOf(next))
      else check.found(`page ${next.page}`, 'no such page', nameOf(next))
    }
    return found
  }

  async function examine({ number, audit }: SealedPage, lines: readonly string[]): Promise<void> {
    const subject = `page ${number}`
    const found = await marksAt(number)
    check.examined()
    const read = readPage(lines, audit)
    if (typeof read === 'string') return check.found(subject, 'origins as canonical JSON', read)
    const expected = read.map(nameOf)
    for (const name of expected) if (!found.includes(name)) check.found(subject, name, 'no such mark')
    for (const name of found) if (!expected.includes(name)) check.found(subject, 'no such mark', name)
  }

  async function finish(): Promise<void> {
    await marksAt(Number.MAX_SAFE_INTEGER)
  }

  return { examine, finish }
}

/** The marks that a page must have; or what is wrong with its line of origins. */
function readPage(lines: readonly string[], audit: string | null): AuditMark[] | string {
  if (audit === null) return []
  try {
    const origins = readAuditLine(audit)
    if (canonicalJson(JSON.parse(audit) as Json) !== audit) return 'not canonical'
    const beyond = origins.find(({ first, count }) => first + Math.max(count, 1) > lines.length)
    return beyond === undefined ? marksOf(factsOf(lines), origins) : 'facts that the page has not'
  } catch (error) {
    return error instanceof Error ? error.message : 'not JSON'
  }
}

/** Lines that are no facts are told of as such. */
function factsOf(lines: readonly string[]): Fact[] {
  return lines.flatMap((line) => {
    try {
      const fact = toFact(line)
      return typeof fact.type === 'string' && typeof (fact.data ?? 0) === 'object' ? [fact] : []
    } catch {
      return []
    }
  })
}

function nameOf({ kind, value }: AuditMark): string {
  return value === '' ? `the mark ${kind}` : `the mark ${kind} ${value}`
}

/** Hands out what comes in chunks, one by one; undefined after the last. */
function oneByOne<T>(chunks: AsyncIterable<readonly T[]>): () => Promise<T | undefined> {
  const iterator = chunks[Symbol.asyncIterator]()
  let chunk: readonly T[] = []
  let i = 0
  return async () => {
    while (i === chunk.length) {
      const { done, value } = await iterator.next()
      if (done === true) return undefined
      chunk = value
      i = 0
    }
    return chunk[i++]
  }
}
