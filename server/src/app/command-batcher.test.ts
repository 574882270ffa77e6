import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { Command } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { AccountId } from '#core/ids.ts'
import type { LedgerStore, StoreHealth } from '#ports/ledger-store.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { toCommand } from '#test/shorthand.ts'
import {
  BATCHER_LIMITS,
  createCommandBatcher,
  type BatcherLimits,
  type CommandBatcher,
} from './command-batcher.ts'

/** The memory store behind a gate: a batch that arrives waits until it is let through. */
interface GatedStore extends LedgerStore, StoreHealth {
  readonly memory: MemoryStore
  /** References of the transfers of each batch, in the order in which the batches came. */
  readonly batches: string[][]
  /** Resolves when so many batches have come. */
  came(count: number): Promise<void>
  /** Lets the waiting batch through. */
  open(): void
  /** Lets everything through from now on. */
  openForEver(): void
  /** Tells that the batch which came last is sent. */
  send(): void
  away: string | null
  /** What a batch throws instead of being posted. */
  failure: ((commands: readonly Command[]) => Error | null) | null
}

function createGatedStore(): GatedStore {
  const memory = createMemoryStore({ clock: createTestClock(), sha256 })
  let gate = Promise.withResolvers<void>()
  let isOpen = false
  let send = (): void => {}
  const store: GatedStore = {
    memory,
    batches: [],
    away: null,
    failure: null,
    problem: () => store.away,
    async came(count) {
      while (store.batches.length < count) await wait(1)
    },
    open() {
      gate.resolve()
      gate = Promise.withResolvers<void>()
    },
    openForEver() {
      isOpen = true
      gate.resolve()
    },
    send: () => send(),
    async post(commands, onSent) {
      send = onSent ?? send
      store.batches.push(commands.map(nameOf))
      if (!isOpen) await gate.promise
      const failure = store.failure?.(commands)
      if (failure != null) throw failure
      return await memory.post(commands)
    },
  }
  return store
}

function nameOf(command: Command): string {
  return command.kind === 'post_transfer' ? (command.reference ?? '') : command.kind
}

interface World {
  readonly store: GatedStore
  readonly batcher: CommandBatcher
  /** Submits a transfer of 0.01 under a name; the answer is its outcome's kind, or what was thrown. */
  readonly pay: (name: string, postings?: number) => Promise<string>
}

async function newWorld(limits: Partial<BatcherLimits> = {}): Promise<World> {
  const store = createGatedStore()
  const ids = createTestIds()
  await store.memory.post(['open 1 EUR 1000.00', 'open 2 EUR'].map((line) => toCommand(line, ids)))
  const batcher = createCommandBatcher(store, { ...BATCHER_LIMITS, ...limits })
  return {
    store,
    batcher,
    async pay(name, postings = 1) {
      const legs = Array.from({ length: postings }, () => '1>2 0.01 EUR').join(', ')
      try {
        return (await batcher.submit(toCommand(`pay ${legs} ref=${name}`, ids))).kind
      } catch (error) {
        if (!(error instanceof AppError)) return `threw ${String(error)}`
        return error.code === error.kind ? `${error.kind}, ${error.retry}` : `${error.code}, ${error.retry}`
      }
    },
  }
}

/** What --expose-gc gives. */
const collectGarbage = ((): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

async function paidTo2({ store }: World): Promise<bigint | undefined> {
  return (await store.memory.findAccount('2' as AccountId))?.posted
}

test('a lone command waits for nothing; those that come during its commit are the next batch, in their order', async () => {
  const { store, pay } = await newWorld()
  const answers = [pay('a')]
  await store.came(1)
  for (const name of ['b', 'c', 'd']) answers.push(pay(name))
  await wait(5)
  assert.deepEqual(store.batches, [['a']])
  store.open()
  await store.came(2)
  answers.push(pay('e'))
  assert.deepEqual(store.batches, [['a'], ['b', 'c', 'd']])
  store.openForEver()
  assert.deepEqual(await Promise.all(answers), Array(5).fill('accepted'))
  assert.deepEqual(store.batches, [['a'], ['b', 'c', 'd'], ['e']])
})

test('commands of one turn of the event loop are one batch', async () => {
  const { store, pay } = await newWorld()
  store.openForEver()
  await Promise.all(['a', 'b', 'c'].map((name) => pay(name)))
  assert.deepEqual(store.batches, [['a', 'b', 'c']])
})

test('the next batch is given when the last one is sent, and no third while the first is not done', async () => {
  const { store, pay } = await newWorld()
  const answers = [pay('a')]
  await store.came(1)
  answers.push(pay('b'))
  store.send()
  await store.came(2)
  answers.push(pay('c'), pay('d'))
  store.send()
  await wait(5)
  assert.deepEqual(store.batches, [['a'], ['b']])
  store.openForEver()
  assert.deepEqual(await Promise.all(answers), Array(4).fill('accepted'))
  assert.deepEqual(store.batches, [['a'], ['b'], ['c', 'd']])
})

test('who comes when a batch is sent and nobody waits is in the next, with all who come until it is done', async () => {
  const { store, pay } = await newWorld()
  const answers = [pay('a')]
  await store.came(1)
  store.send()
  await wait(1)
  answers.push(pay('b'))
  await wait(1)
  answers.push(pay('c'))
  store.openForEver()
  await Promise.all(answers)
  assert.deepEqual(store.batches, [['a'], ['b', 'c']])
})

test('a thousand answers are given in several turns of the event loop', async () => {
  const { store, pay } = await newWorld()
  store.openForEver()
  let turn = 0
  let counting = true
  const count = (): void => {
    turn += 1
    if (counting) setImmediate(count)
  }
  const turns = new Set<number>()
  const answered = Promise.all(
    Array.from({ length: 1000 }, async (_, i) => {
      await pay(`${i}`)
      turns.add(turn)
    }),
  )
  count()
  await answered
  counting = false
  assert.ok(turns.size >= 10, `in ${turns.size} turns`)
})

test('a batch has at most so many commands', async () => {
  const { store, pay } = await newWorld({ batchSizeMax: 2 })
  store.openForEver()
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => pay(name)))
  assert.deepEqual(store.batches, [['a', 'b'], ['c', 'd'], ['e']])
})

test('a batch has at most so many postings, but one wide transfer always goes', async () => {
  const { store, pay } = await newWorld({ batchPostingsMax: 3 })
  store.openForEver()
  await Promise.all([pay('a', 2), pay('b', 1), pay('c', 1), pay('d', 5), pay('e', 1)])
  assert.deepEqual(store.batches, [['a', 'b'], ['c'], ['d'], ['e']])
})

test('a full queue refuses at once, and takes commands again when it has room', async () => {
  const { store, pay } = await newWorld({ queueMax: 2, batchSizeMax: 2 })
  const first = pay('a')
  await store.came(1)
  const queued = [pay('b'), pay('c')]
  assert.equal(await pay('d'), 'unavailable, temporary')
  store.open()
  assert.equal(await first, 'accepted')
  const late = pay('e')
  store.openForEver()
  assert.deepEqual(await Promise.all([...queued, late]), ['accepted', 'accepted', 'accepted'])
  assert.ok(!store.batches.flat().includes('d'))
})

test('a command whose deadline passes in the queue changes nothing and makes room', async () => {
  const world = await newWorld({ deadlineMs: 40, queueMax: 1 })
  const { store, pay } = world
  const first = pay('a')
  await store.came(1)
  assert.equal(await pay('b'), 'unavailable, temporary')
  assert.equal(await first, 'outcome_unknown, unknown')
  const next = pay('c')
  store.openForEver()
  assert.equal(await next, 'accepted')
  assert.deepEqual(store.batches, [['a'], ['c']], 'the one that waited too long is not posted later')
  assert.equal(await paidTo2(world), 2n)
})

test('commands that came too late for their deadline are not kept while a commit hangs', async () => {
  const store = createGatedStore()
  const ids = createTestIds()
  const batcher = createCommandBatcher(store, { ...BATCHER_LIMITS, deadlineMs: 10 })
  const submit = (line: string): Promise<unknown> => assert.rejects(batcher.submit(toCommand(line, ids)))
  const inFlight = submit('pay 1>2 0.01 EUR')
  await store.came(1)

  const late: WeakRef<Command>[] = []
  for (let round = 0; round < 5; round++) {
    const command = toCommand('pay 1>2 0.01 EUR', ids)
    late.push(new WeakRef(command))
    await assert.rejects(batcher.submit(command), { kind: 'unavailable', retry: 'temporary' })
  }
  await wait(1)
  collectGarbage()
  assert.deepEqual(
    late.slice(0, -1).map((reference) => reference.deref()),
    Array(4).fill(undefined),
  )
  await inFlight
  store.openForEver()
  await batcher.close()
})

test('a command whose deadline passes during its commit has an unknown outcome, and its batch goes on', async () => {
  const world = await newWorld({ deadlineMs: 30 })
  assert.equal(await world.pay('a'), 'outcome_unknown, unknown')
  world.store.openForEver()
  await world.batcher.close()
  assert.equal(await paidTo2(world), 1n)
})

test('a bug met by one command is its own: neighbours are committed, in order, once', async () => {
  const world = await newWorld()
  const { store, pay } = world
  store.failure = (commands) => (commands.map(nameOf).includes('bad') ? new Error('a bug') : null)
  store.openForEver()
  const names = ['a', 'b', 'c', 'bad', 'd', 'e', 'f']
  const answers = await Promise.all(names.map((name) => pay(name)))
  assert.deepEqual(
    answers,
    names.map((name) => (name === 'bad' ? 'threw Error: a bug' : 'accepted')),
  )
  assert.equal(await paidTo2(world), 6n)
  const committed = (await store.memory.listTransfers({ limit: 100 })).map(({ reference }) => reference)
  assert.deepEqual(new Set(committed), new Set(['a', 'b', 'c', 'd', 'e', 'f', null]))
})

test('a bug met by every command is told to every caller', async () => {
  const { store, pay } = await newWorld()
  store.failure = () => new Error('a bug')
  store.openForEver()
  assert.deepEqual(
    await Promise.all(['a', 'b', 'c'].map((name) => pay(name))),
    Array(3).fill('threw Error: a bug'),
  )
  store.failure = null
  assert.equal(await pay('d'), 'accepted')
})

test('an unavailable store fails the batch as a whole: it is not tried in halves', async () => {
  const { store, pay } = await newWorld()
  store.failure = () => new AppError('unavailable', 'gone', { retry: 'unknown', code: 'outcome_unknown' })
  store.openForEver()
  assert.deepEqual(
    await Promise.all(['a', 'b', 'c'].map((name) => pay(name))),
    Array(3).fill('outcome_unknown, unknown'),
  )
  assert.equal(store.batches.length, 1)
})

test('while the store is away commands are refused at once', async () => {
  const { store, pay } = await newWorld()
  store.away = 'the database cannot be reached'
  assert.equal(await pay('a'), 'unavailable, temporary')
  assert.deepEqual(store.batches, [])
  store.away = null
  store.openForEver()
  assert.equal(await pay('b'), 'accepted')
})

test('closing answers all that was accepted, and refuses what comes later', async () => {
  const { store, batcher, pay } = await newWorld()
  const answers = [pay('a')]
  await store.came(1)
  answers.push(pay('b'))
  const closing = batcher.close()
  assert.equal(await pay('c'), 'unavailable, temporary')
  store.openForEver()
  await closing
  assert.deepEqual(await Promise.all(answers), ['accepted', 'accepted'])
})

test('a batcher at rest closes at once and leaves no timer behind', async () => {
  const { batcher } = await newWorld()
  await batcher.close()
})
