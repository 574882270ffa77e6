// The journal's half of verify: walks every page once, in order; proves its seal, replays its facts, and compares each
// transfer and its entries with their rows.
import type { Json } from '#core/canonical-json.ts'
import { GENESIS_HASH, pageHash } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import { readFact } from '#core/recorded-fact.ts'
import { holdData, transferData } from '#core/facts.ts'
import type { Hold } from '#core/hold.ts'
import type { TransferId } from '#core/ids.ts'
import { emptyReplay, type Replay } from '#core/replay.ts'
import { replayFact } from '#core/replay-money.ts'
import type { Transfer } from '#core/transfer.ts'
import type { AuditedEntry, EntryKey, JournalHead, LedgerSnapshot, SealedPage } from '#ports/ledger-audit.ts'
import type { Findings } from './findings.ts'
import { createIdCounts, type IdCounts } from './id-counts.ts'
import { createMarkCheck } from './verify-audit.ts'

/** Rows are looked up when this many facts have gathered: large enough that a round trip costs nothing a row. */
const LOOKUP_FACTS = 2000

/** What a walk through the journal leaves for the checks after it. */
export interface JournalWalk {
  readonly replay: Replay
  /** How often the journal tells of a transfer that has its row. */
  readonly transferIds: IdCounts
  /** How often the journal tells of a hold. */
  readonly holdIds: IdCounts
  /** Transfers whose rows say that something of them was reversed. */
  readonly reversedRows: ReadonlySet<TransferId>
  readonly lastPage: { readonly number: number; readonly hash: string }
}

/** What facts tell that can be compared with rows at once. */
interface Gathered {
  readonly transfers: Transfer[]
  readonly entries: AuditedEntry[]
  /** Holds that ended: nothing changes their rows again. */
  readonly holds: Hold[]
}

/** Walks the journal. */
export async function verifyJournal(
  snapshot: LedgerSnapshot,
  findings: Findings,
  deps: { readonly sha256: Sha256; readonly onProgress: (pagesDone: number, pagesAll: number) => void },
): Promise<JournalWalk> {
  const walk = {
    replay: emptyReplay(),
    transferIds: createIdCounts(),
    holdIds: createIdCounts(),
    reversedRows: new Set<TransferId>(),
  }
  const head = await snapshot.head()
  const seals = createSealCheck(head, findings, deps.sha256)
  const marks = createMarkCheck(snapshot.auditMarks(), findings)
  let gathered: Gathered = { transfers: [], entries: [], holds: [] }
  const compareRows = async (): Promise<void> => {
    await compareTransfers(snapshot, gathered.transfers, walk, findings)
    await compareEntries(snapshot, gathered.entries, findings)
    await compareHolds(snapshot, gathered.holds, findings)
    gathered = { transfers: [], entries: [], holds: [] }
  }

  for await (const pages of snapshot.pages()) {
    for (const page of pages) {
      const lines = page.text.split('\n')
      seals.examine(page, lines)
      await marks.examine(page, lines)
      replayLines(walk, page, { lines, gathered, findings })
      if (gathered.transfers.length + gathered.holds.length >= LOOKUP_FACTS) await compareRows()
    }
    deps.onProgress(pages.at(-1)?.number ?? 0, head.number)
  }
  await compareRows()
  await marks.finish()
  return { ...walk, lastPage: seals.finish() }
}

/** Follows the chain of pages. */
function createSealCheck(head: JournalHead, findings: Findings, sha256: Sha256) {
  const numbers = findings.check('pages')
  const roots = findings.check('roots')
  const hashes = findings.check('hashes')
  // Hashes that the next page may follow. More than one after a page whose hash is wrong, so that it is told once.
  let last = { number: 0, hashes: [GENESIS_HASH] }

  function examine(page: SealedPage, lines: readonly string[]): void {
    const { number, root, hash, sealedAt } = page
    const subject = `page ${number}`
    const realRoot = merkleRoot(page.audit === null ? lines : [...lines, page.audit], sha256)
    roots.examined()
    if (!sameBytes(root, realRoot)) roots.found(subject, hex(realRoot), hex(root))

    numbers.examined()
    if (number !== last.number + 1) {
      numbers.found(subject, `page ${last.number + 1}`, `page ${number}`)
      last = { number, hashes: [hash] }
      return
    }
    // Either root will do: where the two differ that has been told already.
    const possible = last.hashes.flatMap((previousHash) =>
      [root, realRoot].map((either) => pageHash({ previousHash, number, root: either, sealedAt }, sha256)),
    )
    hashes.examined()
    const chained = possible.some((candidate) => sameBytes(candidate, hash))
    if (!chained) hashes.found(subject, hex(possible[0] as Uint8Array), hex(hash))
    last = { number, hashes: chained ? [hash] : [hash, ...possible.slice(0, 2)] }
  }

  function finish(): JournalWalk['lastPage'] {
    const [hash] = last.hashes as [Uint8Array]
    if (head.number !== last.number) {
      numbers.found('journal head', `page ${head.number}`, `page ${last.number} is the last`)
    } else if (!sameBytes(head.hash, hash)) {
      hashes.found('journal head', hex(hash), hex(head.hash))
    }
    return { number: last.number, hash: hex(hash) }
  }

  return { examine, finish }
}

/** Replays a page and gathers what it tells of rows. */
function replayLines(
  { replay, holdIds }: Pick<JournalWalk, 'replay' | 'holdIds'>,
  page: SealedPage,
  { lines, gathered, findings }: { lines: readonly string[]; gathered: Gathered; findings: Findings },
): void {
  const check = findings.check('facts')
  for (const [position, line] of lines.entries()) {
    check.examined()
    const read = readFact(line)
    const subject = `page ${page.number}, fact ${position}`
    if (!read.ok) {
      check.found(subject, 'a fact as canonical JSON', read.problem)
      continue
    }
    const fact = read.value
    const { contradictions, entries, endedHold } = replayFact(replay, fact)
    for (const { expected, found } of contradictions) check.found(subject, expected, found)
    if ('transfer' in fact) {
      gathered.transfers.push(fact.transfer)
      const { createdAt } = fact.transfer
      for (const entry of entries) gathered.entries.push({ ...entry, createdAt })
    }
    if (fact.type === 'hold.created') holdIds.add(fact.hold.id)
    if (endedHold !== null) gathered.holds.push(endedHold)
  }
}

async function compareTransfers(
  snapshot: LedgerSnapshot,
  transfers: readonly Transfer[],
  { transferIds, reversedRows }: { readonly transferIds: IdCounts; readonly reversedRows: Set<TransferId> },
  findings: Findings,
): Promise<void> {
  const check = findings.check('transfers')
  const rows = new Map((await snapshot.transfers(transfers.map(({ id }) => id))).map((row) => [row.id, row]))
  for (const transfer of transfers) {
    const row = rows.get(transfer.id)
    const subject = `transfer ${transfer.id}`
    if (row === undefined) {
      check.examined()
      check.found(subject, 'a row', 'no row')
      continue
    }
    transferIds.add(transfer.id)
    if (row.reversed !== null) reversedRows.add(row.id)
    check.compare(subject, transferData(transfer), row.data)
  }
}

async function compareEntries(
  snapshot: LedgerSnapshot,
  expected: readonly AuditedEntry[],
  findings: Findings,
): Promise<void> {
  const check = findings.check('entries')
  // A lookup is bounded; wide transfers make more entries than one carries.
  for (const chunk of chunksOf(expected, 2 * LOOKUP_FACTS)) {
    const rows = new Map((await snapshot.entries(chunk)).map((row) => [entryId(row), row]))
    for (const entry of chunk) {
      const row = rows.get(entryId(entry))
      const subject = `entry ${entry.number} of account ${entry.accountId}`
      if (row !== undefined && sameEntry(entry, row)) check.examined()
      else if (row !== undefined) check.compare(subject, showEntry(entry), showEntry(row))
      else {
        check.examined()
        check.found(subject, 'a row', 'no row')
      }
    }
  }
}

/** Compares holds with their rows. */
export async function compareHolds(
  snapshot: LedgerSnapshot,
  expected: readonly Hold[],
  findings: Findings,
): Promise<void> {
  const check = findings.check('holds')
  for (const chunk of chunksOf(expected, LOOKUP_FACTS)) {
    const rows = new Map((await snapshot.holdsByIds(chunk.map(({ id }) => id))).map((row) => [row.id, row]))
    for (const hold of chunk) {
      const row = rows.get(hold.id)
      const subject = `hold ${hold.id}`
      if (row !== undefined) check.compare(subject, holdData(hold), holdData(row))
      else {
        check.examined()
        check.found(subject, 'a row', 'no row')
      }
    }
  }
}

function* chunksOf<T>(rows: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size)
}

function entryId({ accountId, number }: EntryKey): string {
  return `${accountId} ${number}`
}

function sameEntry(a: AuditedEntry, b: AuditedEntry): boolean {
  return (
    a.amount === b.amount &&
    a.balanceAfter === b.balanceAfter &&
    a.debitedAfter === b.debitedAfter &&
    a.debitsAfter === b.debitsAfter &&
    a.transferId === b.transferId &&
    a.reference === b.reference &&
    a.createdAt === b.createdAt &&
    a.effectiveAt === b.effectiveAt
  )
}

function showEntry(entry: AuditedEntry): Json {
  return {
    amount: entry.amount.toString(),
    balance_after: entry.balanceAfter.toString(),
    debited_after: entry.debitedAfter.toString(),
    debits_after: entry.debitsAfter.toString(),
    transfer: entry.transferId,
    reference: entry.reference,
    created_at: entry.createdAt,
    effective_at: entry.effectiveAt,
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
