/** Clients that send transfers and note what they were told, and the reckoning afterwards. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { CommandBatcher } from '#app/command-batcher.ts'
import type { Command, Outcome, PostTransfer } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { IdSource } from '#ports/id-source.ts'
import { assertProven } from './proven.ts'
import { toCommand } from './shorthand.ts'
import type { Ledger } from './stores.ts'

/** What a client was told: done, certainly not done, or that nobody knows. */
type Told = 'done' | 'not done' | 'unknown'

/** One request and its answer. */
export interface Answered {
  readonly command: Command
  readonly told: Told
  /** The transfer, when it is done. */
  readonly transferId: string | null
  readonly sentAtMs: number
  readonly tookMs: number
}

/** Accounts 1 to this move money in a ring. */
const RING = 10
const CLIENTS = 16
const AFTER_REFUSAL_MS = 5

/** Clients that keep sending. */
export interface Load {
  readonly answers: readonly Answered[]
  /** Polls until there is something; throws what a client met, or that the time is up. */
  until<T>(find: () => T | undefined, timeoutMs: number): Promise<T>
  /** Resolves when a request that is sent from now on was done. */
  nextDone(timeoutMs: number): Promise<Answered>
  /** Lets no client send again and resolves when all have their answers. */
  stop(): Promise<void>
}

/** Opens the accounts of the ring. */
export async function openRing(store: Ledger, ids: IdSource): Promise<void> {
  const lines = Array.from({ length: RING }, (_, i) => `open ${i + 1} EUR 1000.00`)
  await store.post(lines.map((line) => toCommand(line, ids)))
}

/** Starts the clients. Of three requests one has an idempotency key, one a transfer id of its own, one neither. */
export function startLoad(batcher: CommandBatcher, ids: IdSource): Load {
  const answers: Answered[] = []
  const leaving = new AbortController()
  let sent = 0
  let failure: unknown = null

  async function client(): Promise<void> {
    while (!leaving.signal.aborted) {
      sent += 1
      const source = 1 + (sent % RING)
      const name = [`key=k${sent}`, `id=t${sent}`, ''][sent % 3] ?? ''
      const line = `pay ${source}>${(source % RING) + 1} 0.01 EUR ${name}`
      const answer = await ask(batcher, toCommand(line.trim(), ids))
      answers.push(answer)
      if (answer.told === 'not done') await wait(AFTER_REFUSAL_MS)
    }
  }

  const clients = Array.from({ length: CLIENTS }, () =>
    client().catch((error: unknown) => {
      failure ??= error
      leaving.abort()
    }),
  )

  /** Polls until there is something; throws what a client met, or that the time is up. */
  async function until<T>(find: () => T | undefined, timeoutMs: number): Promise<T> {
    const since = performance.now()
    while (performance.now() - since < timeoutMs) {
      if (failure !== null) throw failure as Error
      const found = find()
      if (found !== undefined) return found
      await wait(1)
    }
    throw new Error(`it did not happen within ${timeoutMs} ms`)
  }

  return {
    answers,
    until,
    async nextDone(timeoutMs) {
      const since = performance.now()
      return await until(
        () => answers.findLast(({ told, sentAtMs }) => told === 'done' && sentAtMs >= since),
        timeoutMs,
      )
    },
    async stop() {
      leaving.abort()
      await Promise.all(clients)
      if (failure !== null) throw failure as Error
    },
  }
}

async function ask(batcher: CommandBatcher, command: Command): Promise<Answered> {
  const sentAtMs = performance.now()
  const answered = (told: Told, transferId: string | null = null): Answered => ({
    command,
    told,
    transferId,
    sentAtMs,
    tookMs: performance.now() - sentAtMs,
  })
  try {
    const outcome = await batcher.submit(command)
    assert.equal(outcome.kind, 'accepted')
    assert.ok(outcome.kind === 'accepted' && 'postings' in outcome.result)
    assert.ok(!outcome.replayed, 'it was sent once')
    return answered('done', outcome.result.id)
  } catch (error) {
    assert.ok(error instanceof AppError && error.kind === 'unavailable', String(error))
    return answered(error.retry === 'temporary' ? 'not done' : 'unknown')
  }
}

/**
 * Sends every request once more, and looks for those that have neither key nor id. What was done must be answered as
 * before, what was not done must happen only now, and what nobody knew has one outcome. In the end each request moved
 * its money once, and the ledger is proven.
 */
export async function settleAccounts(
  store: Ledger,
  url: string,
  answers: readonly Answered[],
): Promise<void> {
  let happened = 0
  for (let i = 0; i < answers.length; i += SETTLED_AT_ONCE) {
    const some = answers.slice(i, i + SETTLED_AT_ONCE)
    const named = some.filter(({ command }) => isNamed(command))
    const outcomes = await store.post(named.map(({ command }) => command))
    named.forEach((answer, j) => checkAgain(answer, outcomes[j] as Outcome))
    happened += named.length
    for (const { command, told } of some.filter((answer) => !isNamed(answer.command))) {
      const transfer = await store.findTransfer((command as PostTransfer).id)
      if (told !== 'unknown') assert.equal(transfer !== undefined, told === 'done', `what was told ${told}`)
      if (transfer !== undefined) happened += 1
    }
  }
  const accounts = await store.listAccounts({ limit: 1000 })
  const entries = accounts.reduce((sum, { lastEntry }) => sum + lastEntry, 0n)
  assert.equal(entries, BigInt(2 * (happened + RING)), 'each request moved its money once')
  await assertProven(url)
}

const SETTLED_AT_ONCE = 500

function isNamed(command: Command): boolean {
  return command.idempotency !== null || (command.kind === 'post_transfer' && command.idChosen)
}

function checkAgain({ told, transferId, tookMs }: Answered, outcome: Outcome): void {
  assert.ok(outcome.kind === 'accepted' && 'postings' in outcome.result)
  if (told === 'done') {
    assert.ok(outcome.replayed, 'what was acknowledged is in the ledger')
    assert.equal(outcome.result.id, transferId)
  }
  if (told === 'not done')
    assert.ok(!outcome.replayed, `told after ${tookMs.toFixed()} ms that nothing was changed`)
}
