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
import { refusalCodes } from '#core/codes.ts'
import type { Command, Outcome, Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { HoldId } from '#core/ids.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { dumpLedger } from '../ledger-dump.ts'
import { createRandom } from '../seed.ts'
import type { Ledger } from '../stores.ts'
import { createTraffic } from '../traffic/traffic.ts'
import { createAudit } from './audit.ts'

const CLIENTS = 8
const BURST_MAX = 24
/** How often a client sends the command before once more, in the same burst. */
const ECHO = 0.05
/** How far the clock may go at once, in microseconds. */
const HOUR = 3_600_000_000
const DAY = 24 * HOUR

/** What happened, by name: every code, and branches that a run must reach to mean something. */
export type Reached = Map<string, number>

/** Branches besides the codes. A run in which one of them never happened proves too little. */
const BRANCHES = [
  'accepted',
  'accepted again',
  'rejected again',
  'again within one batch',
  'again within a group',
  'several postings',
  'an account several times in a transfer',
  'several currencies in a transfer',
  'nothing left',
  'a negative balance',
  'more than 2^64 in one balance',
  'a batch of more than 32',
  'a batch of one client',
  'the clock turned back',
  'captured in part',
  'captured in part, then released',
  'the rest of a capture is released',
  'expired',
  'expired during capture, and not swept yet',
  'a hold with a fee',
  'a hold’s fee is taken',
  'a fee is paid',
  'a limit is hit by the fee',
  'less than the maximum was there',
  'the rest is reversed',
  'a group is undone',
  'a group again',
  'simulated as it came',
  'swept and closed',
  'effective earlier',
] as const

/** Runs `commands` commands and compares all; throws at the first difference. */
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
  const note = (what: string): void => add(reached, what)
  const audit = createAudit(store, { note, random: createRandom(seed + 1) })
  const traffic = createTraffic({ random, ids: createTestIds(), view: model.tables, clock })
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
        count(note, commands, outcomes)
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
    queueMax: CLIENTS * BURST_MAX,
    deadlineMs: 60_000,
  })

  const busy: (Promise<void> | null)[] = Array.from({ length: CLIENTS }, () => null)

  /** Lets each client that rests send a burst, with this chance. */
  function wake(chance: number): void {
    busy.forEach((sending, client) => {
      if (sending !== null || sent >= total || random() >= chance) return
      busy[client] = sendBurst().finally(() => {
        busy[client] = null
      })
    })
  }

  async function sendBurst(): Promise<void> {
    const burst: Command[] = []
    const size = Math.min(total - sent, 1 + Math.floor(random() * random() * BURST_MAX))
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

  for (;;) {
    wake(0.5)
    const sending = busy.filter((burst) => burst !== null)
    if (failure !== null || (sent >= total && sending.length === 0)) break
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
  for (const { posted } of model.tables.accounts.values()) {
    if (posted < 0n) add(reached, 'a negative balance')
    if (posted > 2n ** 64n) add(reached, 'more than 2^64 in one balance')
  }
  return reached
}

function add(reached: Reached, name: string): void {
  reached.set(name, (reached.get(name) ?? 0) + 1)
}

function count(
  note: (what: string) => void,
  commands: readonly Command[],
  outcomes: readonly Outcome[],
): void {
  if (commands.length > 32) note('a batch of more than 32')
  if (commands.length <= 3) note('a batch of one client')
  const seen = new Set<Command>()
  commands.forEach((command, i) => {
    const outcome = outcomes[i] as Outcome
    if (outcome.replayed && seen.has(command)) note('again within one batch')
    seen.add(command)
    if (outcome.replayed && command.kind === 'post_group') note('a group again')
    if (outcome.kind === 'rejected') {
      note(outcome.replayed ? 'rejected again' : outcome.refusal.code)
      if (command.kind === 'post_group' && /^items\[[1-9]/.test(outcome.refusal.field ?? ''))
        note('a group is undone')
      if (isHitByFee(outcome)) note('a limit is hit by the fee')
      return
    }
    note(outcome.replayed ? 'accepted again' : 'accepted')
    if (outcome.made !== 'transfer' || outcome.replayed) return
    const { postings } = outcome.result
    const sides = postings.flatMap(({ source, destination }) => [source, destination])
    if (postings.length > 1) note('several postings')
    if (new Set(sides).size < sides.length) note('an account several times in a transfer')
    if (new Set(postings.map(({ currency }) => currency)).size > 1) note('several currencies in a transfer')
    if (postings.some(({ sourceLeg }) => sourceLeg.balanceAfter === 0n)) note('nothing left')
  })
}

/** True when what was asked for was there, but the fee with it was not. */
function isHitByFee({ refusal, transfer }: Rejected): boolean {
  const { code, explanation } = refusal
  const available = explanation?.saw['available']
  if (code !== 'insufficient_funds' || available === undefined) return false
  const taken = (transfer?.postings ?? []).filter(({ source }) => source === explanation?.account)
  const asked = taken.filter(({ role }) => role?.kind !== 'fee')
  if (asked.length === taken.length) return false
  // Every digit of the currency is shown, so that without its point an amount is minor units.
  return asked.reduce((sum, { amount }) => sum + amount, 0n) <= BigInt(available.replace('.', ''))
}

/** A run of so many commands reaches everything. */
const REACHES_ALL = 20_000
/** A run of so many has simulated this often what it then did. */
const FULL = { commands: 200_000, simulated: 10_000 }

/** What a run of this length should have reached and did not. */
export function notReached(reached: Reached, commands: number): string[] {
  const missing = [...Object.keys(refusalCodes), ...BRANCHES].filter((name) => !reached.has(name))
  const simulated = reached.get('simulated as it came') ?? 0
  return [
    ...(commands < REACHES_ALL ? [] : missing),
    ...(commands >= FULL.commands && simulated < FULL.simulated ? [`simulated only ${simulated} times`] : []),
  ]
}
