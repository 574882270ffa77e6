/**
 * The simulation: eight clients send random traffic through the batcher to a store; the model (the memory store) is
 * given the same batches at the same times. After every batch the answers are the model's, and the audit agrees.
 *
 * Everything hangs on the seed. When a client sends is drawn, not timed: some at rest send when a batch is done, some
 * while one is under way, so that natural batches form as under load, and form again in the same way.
 */
import assert from 'node:assert/strict'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import { createCommandBatcher } from '#app/command-batcher.ts'
import type { Command, Outcome } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { HoldId } from '#core/ids.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { dumpLedger } from '../ledger-dump.ts'
import { createRandom } from '../seed.ts'
import type { Ledger } from '../stores.ts'
import { createTraffic } from '../traffic/traffic.ts'
import { createAudit } from './audit.ts'
import { noteBalances, noteOutcomes, notReached, type Reached } from './reached.ts'

const CLIENTS = 8
const BURST_MAX = 24
/** How often a client sends the command before once more, in the same burst. */
const ECHO = 0.05
/** How far the clock may go at once, in microseconds. */
const HOUR = 3_600_000_000
const DAY = 24 * HOUR
/** A run goes on past its commands while something was not reached, for at most so many times as many. */
const LONGER_MAX = 3

/**
 * Runs `commands` commands and compares all; throws at the first difference. Chance may keep a rare branch from a run of
 * any length, so one that should reach everything goes on until it has, or until it is clear that it will not.
 */
export async function simulate(options: {
  readonly openStore: (clock: TestClock) => Promise<{ store: Ledger; close: () => Promise<void> }>
  /** What the store is compared with; the memory store as it is, unless something is planted in it. */
  readonly openModel?: (clock: TestClock) => MemoryStore
  readonly seed: number
  readonly commands: number
}): Promise<Reached> {
  const clock = createTestClock()
  const opened = await options.openStore(clock)
  try {
    const { openModel = (turned) => createMemoryStore({ clock: turned, sha256 }) } = options
    return await run({ store: opened.store, model: openModel(clock), clock }, options)
  } finally {
    await opened.close()
  }
}

async function run(
  { store, model, clock }: { readonly store: Ledger; readonly model: MemoryStore; readonly clock: TestClock },
  { seed, commands: total }: { readonly seed: number; readonly commands: number },
): Promise<Reached> {
  const random = createRandom(seed)
  const reached: Reached = new Map()
  const note = (what: string): void => {
    reached.set(what, (reached.get(what) ?? 0) + 1)
  }
  const audit = createAudit(store, { note, random: createRandom(seed + 1) })
  const traffic = createTraffic({ random, ids: createTestIds(), view: model.tables, clock })
  let commandsMax = total
  let sent = 0
  let failure: unknown = null

  const watched = {
    problem: () => null,
    async post(commands: readonly Command[]): Promise<readonly Outcome[]> {
      if (failure !== null) throw new AppError('unavailable', 'the simulation has failed')
      wake(0.3)
      try {
        turnClock()
        const unswept = openHolds(commands)
        const outcomes = await store.post(commands)
        const expected = await model.post(commands)
        assert.deepEqual(outcomes, expected, 'the answers are the model’s')
        await audit.check(commands, outcomes)
        await compareTouched(commands)
        noteOutcomes(note, commands, outcomes)
        noteUnswept(commands, outcomes, unswept)
        return outcomes
      } catch (error) {
        failure ??= error
        throw new AppError('unavailable', 'the simulation has failed', { cause: error })
      }
    },
  }
  const batcher = createCommandBatcher(watched, {
    batchSizeMax: 100,
    batchPostingsMax: 200,
    // A burst may end with a simulation and its transfer.
    queueMax: CLIENTS * (BURST_MAX + 1),
    deadlineMs: 60_000,
  })

  const busy: (Promise<void> | null)[] = Array.from({ length: CLIENTS }, () => null)

  /** Lets each client that rests send a burst, with this chance. */
  function wake(chance: number): void {
    busy.forEach((sending, client) => {
      if (sending !== null || sent >= commandsMax || random() >= chance) return
      busy[client] = sendBurst().finally(() => {
        busy[client] = null
      })
    })
  }

  async function sendBurst(): Promise<void> {
    const burst: Command[] = []
    const size = Math.min(commandsMax - sent, 1 + Math.floor(random() * random() * BURST_MAX))
    while (burst.length < size) {
      const last = burst.at(-1)
      burst.push(...(last !== undefined && random() < ECHO ? [traffic.again(last)] : traffic.next()))
    }
    sent += burst.length
    await Promise.allSettled(burst.map((command) => batcher.submit(command)))
  }

  /** Mostly forwards, sometimes far, sometimes not at all, sometimes back, as a machine's clock is corrected. */
  function turnClock(): void {
    const draw = random()
    if (draw < 0.05) note('the clock turned back')
    clock.turn(draw < 0.05 ? -5_000 : draw < 0.3 ? 0 : Math.floor(draw * 3_000))
    if (draw > 0.9) clock.turn(Math.floor(random() * random() * (draw > 0.99 ? DAY : HOUR)))
  }

  /** The holds of captures that nothing has ended yet. */
  function openHolds(commands: readonly Command[]): Set<HoldId> {
    const holds = commands.flatMap((command) => (command.kind === 'capture_hold' ? [command.holdId] : []))
    return new Set(holds.filter((id) => model.tables.holds.get(id)?.status === 'open'))
  }

  function noteUnswept(commands: readonly Command[], outcomes: readonly Outcome[], open: Set<HoldId>): void {
    commands.forEach((command, i) => {
      const outcome = outcomes[i]
      if (command.kind === 'release_hold') open.delete(command.holdId)
      if (command.kind !== 'capture_hold' || outcome?.kind !== 'rejected' || !open.has(command.holdId)) return
      if (outcome.refusal.code === 'hold_expired') note('expired during capture, and not swept yet')
    })
  }

  async function compareTouched(commands: readonly Command[]): Promise<void> {
    const users = new Set(
      commands.flatMap((command) => (command.kind.endsWith('_user') && 'id' in command ? [command.id] : [])),
    )
    for (const id of users)
      assert.deepEqual(await store.findUser(id as never), await model.findUser(id as never))
    const last = commands.findLast((command) => command.kind === 'post_transfer')
    if (last !== undefined)
      assert.deepEqual(await store.findTransfer(last.id), await model.findTransfer(last.id))
    assert.equal(await store.lastPage(), await model.lastPage())
  }

  function goOnUnlessReached(): void {
    noteBalances(note, model.tables.accounts.values())
    if (notReached(reached, total).length > 0) commandsMax += Math.ceil(total / 10)
  }

  for (;;) {
    if (sent >= commandsMax && commandsMax < LONGER_MAX * total) goOnUnlessReached()
    wake(0.5)
    const sending = busy.filter((burst) => burst !== null)
    if (failure !== null || (sent >= commandsMax && sending.length === 0)) break
    // By chance nobody may have woken; a race of none would never end.
    if (sending.length > 0) await Promise.race(sending)
  }
  await batcher.close()
  if (failure !== null) throw failure as Error
  assert.deepEqual(
    await dumpLedger(store, 1000),
    await dumpLedger(model, 1000),
    'the ledgers are equal as wholes',
  )
  return reached
}
