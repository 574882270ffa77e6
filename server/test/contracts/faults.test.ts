/**
 * The network between a store and PostgreSQL breaks in every place, and PostgreSQL itself dies, while clients send.
 * Whatever happens: callers hear in bounded time what happened or that it is not known, nothing acknowledged is lost,
 * nothing happens twice, and the store works again by itself.
 */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { openPostgresStore, type PostgresStore } from '#adapters/store-postgres/store.ts'
import { BATCHER_LIMITS, createCommandBatcher, type CommandBatcher } from '#app/command-batcher.ts'
import { AppError } from '#core/errors.ts'
import type { AccountId } from '#core/ids.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { openRing, settleAccounts, startLoad, type Load } from '../load.ts'
import { createMortalPostgres, type MortalPostgres } from '../mortal-postgres.ts'
import { createPostgresDatabases, run, type PostgresDatabases } from '../postgres-databases.ts'
import { quietLog } from '../quiet-log.ts'
import { toCommand } from '../shorthand.ts'
import { createTcpProxy, CUTS, type TcpProxy } from '../tcp-proxy.ts'

const DEADLINE_MS = 2_000
/** A timer may be late on a busy machine. */
const LATE_MS = 500
/** A request that is refused at once. */
const AT_ONCE_MS = 100
/** The store gives up on a silent server after 8 s, and then looks up what became of the batch. */
const SILENCE_MAX_MS = 15_000
/** A read that gets no answer: what a caller can bear, and a batcher's deadline by default. */
const READ_MAX_MS = 15_000

interface World {
  readonly url: string
  readonly proxy: TcpProxy
  readonly store: PostgresStore
  readonly batcher: CommandBatcher
  readonly load: Load
}

let server: MortalPostgres
let databases: PostgresDatabases

before(async () => {
  server = await createMortalPostgres()
  databases = createPostgresDatabases(server.url)
})
after(() => server.remove())

/** Runs a test while clients send through the proxy; then settles accounts over a connection that nobody breaks. */
async function underLoad(body: (world: World) => Promise<void>): Promise<void> {
  const url = await databases.take()
  const proxy = await createTcpProxy(url)
  const clock = createTestClock()
  const ids = createTestIds()
  const store = await openPostgresStore({ url: proxy.url, clock, sha256, log: quietLog })
  const openDirect = () => openPostgresStore({ url, clock, sha256, log: quietLog })
  try {
    await withStore(await openDirect(), (direct) => openRing(direct, ids))
    const batcher = createCommandBatcher(store, { ...BATCHER_LIMITS, deadlineMs: DEADLINE_MS })
    const load = startLoad(batcher, ids)
    try {
      await load.nextDone(DEADLINE_MS)
      await body({ url, proxy, store, batcher, load })
    } finally {
      await load.stop()
      await batcher.close()
    }
    const slowest = Math.max(...load.answers.map(({ tookMs }) => tookMs))
    assert.ok(slowest < DEADLINE_MS + LATE_MS, `an answer took ${slowest.toFixed()} ms`)
    await withStore(await openDirect(), (direct) => settleAccounts(direct, url, load.answers))
  } finally {
    await store.close()
    await proxy.close()
  }
}

async function withStore(store: PostgresStore, body: (store: PostgresStore) => Promise<void>): Promise<void> {
  try {
    await body(store)
  } finally {
    await store.close()
  }
}

for (const cut of CUTS) {
  test(`a connection cut ${cut} loses nothing and doubles nothing`, async (t) => {
    await underLoad(async ({ proxy, load }) => {
      for (let round = 1; round <= 5; round++) {
        proxy.arm(cut, 'close')
        await load.until(() => proxy.cutsMade() >= round || undefined, DEADLINE_MS)
        const struckAtMs = performance.now()
        await load.nextDone(5_000)
        const tookMs = performance.now() - struckAtMs
        assert.ok(tookMs < 2_000, `it works again after ${tookMs.toFixed()} ms`)
      }
      t.diagnostic(summary(load))
    })
  })
}

test('a server whose last word on a commit is an error may have done it, and is not believed', async (t) => {
  await underLoad(async ({ proxy, load }) => {
    for (let round = 1; round <= 5; round++) {
      proxy.arm('after commit', 'panic')
      await load.until(() => proxy.cutsMade() >= round || undefined, DEADLINE_MS)
      await load.nextDone(5_000)
    }
    t.diagnostic(summary(load))
  })
})

test(
  'a connection that falls silent is given up, and loses and doubles nothing',
  { concurrency: true },
  async (t) => {
    const places = ['before load', 'after load', 'mid-apply', 'before commit', 'after commit'] as const
    const silences = places.map((cut) =>
      t.test(`silent ${cut}`, async (t) => {
        await underLoad(async ({ proxy, load }) => {
          proxy.arm(cut, 'silence')
          await load.until(() => proxy.cutsMade() > 0 || undefined, DEADLINE_MS)
          const struckAtMs = performance.now()
          await load.nextDone(SILENCE_MAX_MS)
          t.diagnostic(
            `works again after ${((performance.now() - struckAtMs) / 1000).toFixed(1)} s; ${summary(load)}`,
          )
        })
      }),
    )
    await Promise.all(silences)
  },
)

test('while the whole network is silent every read and command ends in time, and afterwards all works', async (t) => {
  await underLoad(async ({ proxy, load, store }) => {
    await Promise.all(Array.from({ length: 12 }, () => store.findAccount('1' as AccountId))) // Fill the pool.
    proxy.silence(true)
    const reads = Array.from({ length: 30 }, async () => {
      const askedAtMs = performance.now()
      await assert.rejects(store.findAccount('1' as AccountId), { kind: 'unavailable' })
      return performance.now() - askedAtMs
    })
    const slowestMs = Math.max(...(await Promise.all(reads)))
    assert.ok(slowestMs < READ_MAX_MS, `a read took ${slowestMs.toFixed()} ms`)
    proxy.silence(false)
    const backAtMs = performance.now()
    assert.notEqual(await eventually(() => store.findAccount('1' as AccountId)), undefined)
    const readsAgainMs = performance.now() - backAtMs
    await load.nextDone(SILENCE_MAX_MS)
    const worksAgainMs = performance.now() - backAtMs
    t.diagnostic(
      `reads ended after ${slowestMs.toFixed()} ms, came back after ${readsAgainMs.toFixed()} ms; commands after ${worksAgainMs.toFixed()} ms`,
    )
  })
})

/** Tries again until it works, for as long as a silent server may go unnoticed. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + SILENCE_MAX_MS
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await wait(20)
    }
  }
}

test('a slow network delays answers and changes nothing else', async () => {
  await underLoad(async ({ proxy, load }) => {
    proxy.delay(40)
    for (let i = 0; i < 5; i++) {
      const { tookMs } = await load.nextDone(5_000)
      assert.ok(tookMs >= 80, 'two round trips')
    }
    proxy.delay(0)
    assert.ok(load.answers.every(({ told }) => told === 'done'))
  })
})

test('sessions that are terminated again and again, while they write and read, lose nothing', async (t) => {
  await underLoad(async ({ url, load, store }) => {
    const reading = new AbortController()
    let reads = 0
    const readers = Array.from({ length: 8 }, async () => {
      while (!reading.signal.aborted) {
        try {
          await store.listTransfers({ limit: 100 })
          reads += 1
        } catch (error) {
          assert.ok(error instanceof AppError && error.kind === 'unavailable', String(error))
        }
      }
    })
    for (let round = 0; round < 20; round++) {
      await wait(Math.random() * 60)
      await run(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name like 'florin %er' and datname = current_database()`,
      )
      await load.nextDone(5_000)
    }
    reading.abort()
    await Promise.all(readers)
    assert.ok(reads > 100)
    t.diagnostic(`${summary(load)}; reads ${reads}`)
  })
})

for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
  test(`PostgreSQL ended by ${signal} refuses at once while it is away, and comes back with everything`, async (t) => {
    await underLoad(async ({ load, batcher, store }) => {
      for (let round = 0; round < 3; round++) {
        await wait(Math.random() * 100)
        await server.stop(signal)
        await wait(200)
        assert.notEqual(store.problem(), null, 'the store says that it is away')
        await assertRefusedAtOnce(batcher)
        const readAt = performance.now()
        await assert.rejects(store.lastPage(), { kind: 'unavailable' })
        assert.ok(performance.now() - readAt < AT_ONCE_MS, 'a read is refused at once, too')
        await server.start()
        await load.nextDone(10_000)
      }
      t.diagnostic(summary(load))
    })
  })
}

test('a database that is away when a batch is posted is told at once, and changes nothing', async () => {
  await underLoad(async ({ batcher, load }) => {
    await server.stop('SIGQUIT')
    await wait(100)
    for (let i = 0; i < 20; i++) await assertRefusedAtOnce(batcher)
    await server.start()
    await load.nextDone(10_000)
  })
})

async function assertRefusedAtOnce(batcher: CommandBatcher): Promise<void> {
  const askedAtMs = performance.now()
  await assert.rejects(batcher.submit(toCommand('pay 1>2 0.01 EUR', createTestIds())), {
    kind: 'unavailable',
    retry: 'temporary',
  })
  const tookMs = performance.now() - askedAtMs
  assert.ok(tookMs < AT_ONCE_MS, `refused after ${tookMs.toFixed()} ms`)
}

function summary({ answers }: Load): string {
  const count = (told: string): number => answers.filter((answer) => answer.told === told).length
  return `done ${count('done')}, not done ${count('not done')}, unknown ${count('unknown')}`
}
