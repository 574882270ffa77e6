// The journal's half of verify: walks every page once, in order; proves its seal, replays its facts, and compares each
// transfer and its entries with their rows.
import type { Json } from '#core/canonical-json.ts'
import { transferData } from '#core/recorded-fact.ts'
import { GENESIS_HASH, pageHash } from '#core/journal-page.ts'
import { merkleRoot, type Sha256 } from '#core/merkle.ts'
import { readFact, type RecordedFact } from '#core/recorded-fact.ts'
import { emptyReplay, replayFact, type Replay } from '#core/replay.ts'
import { toEntries, type Transfer } from '#core/transfer.ts'
import type { AuditedEntry, EntryKey, JournalHead, LedgerSnapshot, SealedPage } from '#ports/ledger-audit.ts'
import type { Findings } from './findings.ts'
import { createIdCounts, type IdCounts } from './id-counts.ts'

/** Rows are looked up when this many transfers have gathered: large enough that a round trip costs nothing a row. */
const LOOKUP_TRANSFERS = 2000

/** What a walk through the journal leaves for the checks after it. */
export interface JournalWalk {
  readonly replay: Replay
  /** How often the journal tells of a transfer that has its row. */
  readonly transferIds: IdCounts
  readonly lastPage: { readonly number: number; readonly hash: string }
}

type TransferFact = Extract<RecordedFact, { readonly transfer: Transfer }>

/** Walks the journal. */
export async function verifyJournal(
  snapshot: LedgerSnapshot,
  findings: Findings,
  deps: { readonly sha256: Sha256; readonly onProgress: (pagesDone: number, pagesAll: number) => void },
): Promise<JournalWalk> {
  const replay = emptyReplay()
  const transferIds = createIdCounts()
  const head = await snapshot.head()
  const seals = createSealCheck(head, findings, deps.sha256)
  let gathered: TransferFact[] = []
  const compareRows = async (): Promise<void> => {
    await compareTransfers(snapshot, gathered, transferIds, findings)
    await compareEntries(snapshot, gathered, findings)
    gathered = []
  }

  for await (const pages of snapshot.pages()) {
    for (const page of pages) {
      const lines = page.text.split('\n')
      seals.examine(page, lines)
      for (const fact of replayLines(replay, page, lines, findings)) gathered.push(fact)
      if (gathered.length >= LOOKUP_TRANSFERS) await compareRows()
    }
    deps.onProgress(pages.at(-1)?.number ?? 0, head.number)
  }
  await compareRows()
  return { replay, transferIds, lastPage: seals.finish() }
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
    const realRoot = merkleRoot(lines, sha256)
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

/** Replays a page and answers the transfers it tells of. */
function replayLines(
  replay: Replay,
  page: SealedPage,
  lines: readonly string[],
  findings: Findings,
): TransferFact[] {
  const check = findings.check('facts')
  const transfers: TransferFact[] = []
  for (const [position, line] of lines.entries()) {
    check.examined()
    const fact = readFact(line)
    const subject = `page ${page.number}, fact ${position}`
    if (!fact.ok) {
      check.found(subject, 'a fact as canonical JSON', fact.problem)
      continue
    }
    for (const { expected, found } of replayFact(replay, fact.value)) check.found(subject, expected, found)
    if ('transfer' in fact.value) transfers.push(fact.value)
  }
  return transfers
}

async function compareTransfers(
  snapshot: LedgerSnapshot,
  facts: readonly TransferFact[],
  transferIds: IdCounts,
  findings: Findings,
): Promise<void> {
  const check = findings.check('transfers')
  const rows = new Map(
    (await snapshot.transfers(facts.map(({ transfer }) => transfer.id))).map((row) => [row.id, row]),
  )
  for (const { transfer } of facts) {
    const row = rows.get(transfer.id)
    const subject = `transfer ${transfer.id}`
    if (row === undefined) {
      check.examined()
      check.found(subject, 'a row', 'no row')
      continue
    }
    transferIds.add(transfer.id)
    check.compare(subject, transferData(transfer), row.data)
  }
}

async function compareEntries(
  snapshot: LedgerSnapshot,
  facts: readonly TransferFact[],
  findings: Findings,
): Promise<void> {
  const check = findings.check('entries')
  const expected = facts.flatMap(entriesOf)
  // A lookup is bounded; wide transfers make more entries than one carries.
  for (let from = 0; from < expected.length; from += 2 * LOOKUP_TRANSFERS) {
    const chunk = expected.slice(from, from + 2 * LOOKUP_TRANSFERS)
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

function entriesOf(fact: TransferFact): AuditedEntry[] {
  if (fact.type === 'transfer.failed') return []
  const { id, createdAt, postings } = fact.transfer
  return postings.flatMap((posting) => toEntries(id, posting)).map((entry) => ({ ...entry, createdAt }))
}

function entryId({ accountId, number }: EntryKey): string {
  return `${accountId} ${number}`
}

function sameEntry(a: AuditedEntry, b: AuditedEntry): boolean {
  return (
    a.amount === b.amount &&
    a.balanceAfter === b.balanceAfter &&
    a.transferId === b.transferId &&
    a.createdAt === b.createdAt
  )
}

function showEntry({ amount, balanceAfter, transferId, createdAt }: AuditedEntry): Json {
  return {
    amount: amount.toString(),
    balance_after: balanceAfter.toString(),
    transfer: transferId,
    created_at: createdAt,
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
