// How long pages take that people look at, of a ledger with a past: with and without transfers beside them.
import { httpLoad, type PageOf } from './http-load.ts'
import type { LoadResult } from './load.ts'
import { postTransfer } from './post-transfer.ts'
import type { Subject } from './subjects.ts'

const PAGES: readonly PageOf['page'][] = ['account', 'entries', 'statement', 'as-of']
/** Of each kind, in a second. As fast as they are answered, four readers would be most of what the server does. */
const PAGES_PER_SECOND = 25
/** From where the transfers beside them come. */
const CONNECTIONS = 64
/** Transfers of the past that are made together. */
const AT_ONCE = 2000

/** What is read from, and beside what. */
export interface Past {
  /** How many transfers there are. */
  readonly transfers: number
  /** How many more come in each second, if the server keeps up. */
  readonly perSecond: number
}

/** Makes the transfers of the past. */
export async function makePast(subject: Subject, { transfers }: Past): Promise<void> {
  for (let left = transfers; left > 0; left -= AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => postTransfer(subject, 'uniform')))
  }
}

/** Reads each kind of page from a connection of its own; the result is that of the slowest kind. */
export async function readPages(subject: Subject, seconds: number, past: Past): Promise<LoadResult> {
  const { sinceMs, authorization } = subject
  await subject.settle()
  const load = { port: await subject.listen(), seconds, authorization }
  const transfers = { ...load, connections: CONNECTIONS, sends: { spread: 'uniform', items: null } } as const
  const beside = past.perSecond > 0 && httpLoad({ ...transfers, perSecond: past.perSecond })
  const pages = { ...load, connections: 1, perSecond: PAGES_PER_SECOND }
  const results = await Promise.all(PAGES.map((page) => httpLoad({ ...pages, sends: { page, sinceMs } })))
  await beside
  return results.reduce((slowest, result) => (result.p99_ms > slowest.p99_ms ? result : slowest))
}
