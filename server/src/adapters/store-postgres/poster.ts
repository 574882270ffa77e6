// One batch, from its commands to its commit: lock and load, decide, apply. Two round trips; one more for velocity, and
// one more for answers that are given again. The first of a batch leaves right behind the last of the one before.
import { randomUUID } from 'node:crypto'
import type { Command, Outcome } from '#core/command.ts'
import { decideNext } from '#core/decide-batch.ts'
import { startDraft, type Draft } from '#core/draft.ts'
import { AppError } from '#core/errors.ts'
import type { Sha256 } from '#core/merkle.ts'
import { batchTime, needsOf, velocityNeeds, type Needs } from '#core/working-set.ts'
import type { Clock } from '#ports/clock.ts'
import type { LedgerStore } from '#ports/ledger-store.ts'
import { createBatchWriter, type BatchWriter } from './apply.ts'
import { databaseAway, faultOf } from './errors.ts'
import { addAnswers, addSpending, beginAndLoad, loadAnswers, loadSpending, toWorkingSet } from './load.ts'
import { wasCommitted } from './settle-unknown.ts'
import { createTurns, type Turn } from './turns.ts'
import type { Writer, WriterSession } from './writer.ts'

/** How often a batch is decided again after the server rolled it back. */
const ATTEMPTS_MAX = 4
/** Commands that are decided before what they came to is sent. */
const SLICE_SIZE = 250
/** How long an unknown commit may wait for the database to come back before its callers are told so. */
const OUTCOME_LOOKUP_MAX_MS = 5_000

/**
 * Thrown inside `post`: nothing was changed, and the batch is to be decided again. Without a cause it is not the fault of
 * this batch: it was loaded behind one that failed, and that one goes first.
 */
class TryAgain extends Error {}

/** Posts batches through the writer. */
export function createPoster(deps: {
  readonly writer: Writer
  readonly clock: Clock
  readonly sha256: Sha256
  /** Called after each commit. */
  readonly onCommit: () => void
}): LedgerStore {
  const { writer, clock, sha256, onCommit } = deps

  const turns = createTurns()

  async function post(commands: readonly Command[], onSent?: () => void): Promise<readonly Outcome[]> {
    const needs = needsOf(commands)
    let failures = 0
    let next = turns.take()
    for (;;) {
      const turn = await next
      let committed = false
      try {
        const outcomes = await postOnce({ commands, needs, turn }, onSent)
        committed = true
        return outcomes
      } catch (error) {
        if (!(error instanceof TryAgain)) throw error
        if (error.cause !== undefined) failures += 1
        // Two commands of the batch that collide with each other would do so for ever: the batcher takes them apart.
        if (failures === ATTEMPTS_MAX) {
          throw faultOf(error.cause) === 'collision' ? error.cause : databaseAway(error.cause)
        }
        next = turns.take()
      } finally {
        turn.end({ committed })
      }
    }
  }

  async function postOnce(given: Given, onSent?: () => void): Promise<readonly Outcome[]> {
    const { commands, turn } = given
    const session = writer.session()
    const { state, now } = await load(session, given)
    const draft = startDraft(state, now)
    const { changes } = draft
    const batchId = randomUUID()
    const batch = createBatchWriter(session.query, { batchId, changes, sha256 })
    const outcomes = await decideAndSend(session, draft, batch, commands)
    if (changes.facts.length === 0 && changes.idempotency.length === 0) {
      await rollBack(session)
      return outcomes
    }
    await computing(session, () => batch.sendRest())
    try {
      await batch.commit(() => {
        turn.pass()
        onSent?.()
      })
    } catch (error) {
      // A server that still answers has rolled back. One whose error was its last word (PANIC while it wrote the commit)
      // may find the commit in its log when it is started again.
      if (faultOf(error) !== 'lost' && (await rollBack(session))) throw rolledBack(error)
      writer.discard(session, error)
      if (!(await lookUp(session, batchId, error))) throw new TryAgain('', { cause: error })
    }
    onCommit()
    return outcomes
  }

  /** Locks and loads: the time is read behind the locks, so what waited for them is decided when it got them. */
  async function load(session: WriterSession, { commands, needs, turn }: Given) {
    const { query } = session
    const loaded = await asking(session, () => beginAndLoad(query, needs))
    if (!(await turn.before)) {
      await rollBack(session)
      throw new TryAgain()
    }
    const now = clock.now()
    const state = await computing(session, () => toWorkingSet(loaded))
    const { records } = loaded
    if (records.length > 0) {
      const answers = await asking(session, () => loadAnswers(query, records))
      await computing(session, () => addAnswers(state, records, answers))
    }
    const windows = await computing(session, () => velocityNeeds(state, commands))
    if (windows.length > 0) {
      const spending = await asking(session, () => loadSpending(query, windows, batchTime(state, now)))
      await computing(session, () => addSpending(state, spending))
    }
    return { state, now }
  }

  /** Decides in order; the server writes what has been decided while the next commands are. */
  async function decideAndSend(
    session: WriterSession,
    draft: Draft,
    batch: BatchWriter,
    commands: readonly Command[],
  ): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (let first = 0; first < commands.length; first += SLICE_SIZE) {
      if (first > 0) {
        await computing(session, () => batch.sendDecided())
        await new Promise(setImmediate) // They leave before the next are decided.
      }
      const slice = commands.slice(first, first + SLICE_SIZE)
      outcomes.push(...(await computing(session, () => decideNext(draft, slice))))
    }
    return outcomes
  }

  /** Asks the server before anything was written; throws what its failure means for the batch. */
  async function asking<T>(session: WriterSession, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      const answers = await rollBack(session)
      throw answers && faultOf(error) !== 'lost' ? rolledBack(error) : databaseAway(error)
    }
  }

  /** Does what needs no database, so whatever it throws is a bug. */
  async function computing<T>(session: WriterSession, compute: () => T): Promise<T> {
    try {
      return compute()
    } catch (bug) {
      await rollBack(session)
      throw bug
    }
  }

  /** Answers whether the server still answers; gives the connection up when it does not. */
  async function rollBack(session: WriterSession): Promise<boolean> {
    try {
      await session.query('rollback')
      return true
    } catch (error) {
      writer.discard(session, error)
      return false
    }
  }

  async function lookUp({ backend }: WriterSession, batchId: string, cause: unknown): Promise<boolean> {
    try {
      const session = await writer.whenConnected(OUTCOME_LOOKUP_MAX_MS)
      return await wasCommitted(session.query, backend, batchId)
    } catch {
      throw new AppError(
        'unavailable',
        'the connection broke during the commit; the same request with the same idempotency key or id tells the outcome',
        { cause, retry: 'unknown', code: 'outcome_unknown' },
      )
    }
  }

  return { post }
}

/** A batch whose turn it is. */
interface Given {
  readonly commands: readonly Command[]
  readonly needs: Needs
  readonly turn: Turn
}

/** What to throw after the server rolled a batch back. */
function rolledBack(error: unknown): unknown {
  switch (faultOf(error)) {
    case 'conflict':
    case 'collision':
      return new TryAgain('', { cause: error })
    case 'trouble':
      return databaseAway(error)
    case 'lost':
    case 'bug':
      return error
  }
}
