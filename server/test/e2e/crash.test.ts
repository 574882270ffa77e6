/**
 * kill -9 of Florin, of its PostgreSQL, and of both, at random moments under load. After each: what was acknowledged is
 * in the ledger, what was refused as unavailable is not, and whatever was left without an answer has one outcome, which
 * sending it again tells. FLORIN_CRASH_ROUNDS=20 for the full run; FLORIN_TEST_SEED=… for the same requests and moments.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, testSeed } from '../seed.ts'
import { createLoad, type Load } from './crash-load.ts'
import { florin, killPostmaster, makeScratch, postmasterPid, serve, stop } from './florin-process.ts'
import { createClient, type Client } from './http-client.ts'

const ROUNDS = Number(process.env.FLORIN_CRASH_ROUNDS ?? 3)
/** A kill comes this long after the load began. */
const KILL_AFTER_MIN_MS = 100
const KILL_AFTER_MAX_MS = 900
/** How long the load goes on after PostgreSQL was killed, so that it meets its absence and its return. */
const AFTERMATH_MS = 400
const BACK_WITHIN_MS = 20_000
/**
 * Florin gives up a PostgreSQL that ends 20 times without having lived a minute, and pauses longer after each time. So it
 * is restarted before that; the last pauses are above the 5 s that it waits for the outcome of a commit.
 */
const RESTART_EVERY = 8
const POLL_MS = 10

const { dir: scratch, remove } = makeScratch()
after(remove)
const seed = testSeed()

for (const victim of ['florin', 'postgres', 'both'] as const) {
  test(`kill -9 of ${victim}, ${ROUNDS} times under load`, async (t) => {
    const dataDir = join(scratch, victim)
    const settings = { FLORIN_DATA_DIR: dataDir, FLORIN_LOG_LEVEL: 'fatal' }
    const random = createRandom(seed)
    const downMs: number[] = []
    let { child, api } = await serve(settings)
    const load = createLoad(random)
    await load.openAccounts(createClient(api))

    for (let round = 0; round < ROUNDS; round++) {
      const client = createClient(api)
      await load.openHolds(client)
      const running = load.run(client)
      await sleep(KILL_AFTER_MIN_MS + random() * (KILL_AFTER_MAX_MS - KILL_AFTER_MIN_MS))

      const killedMs = performance.now()
      if (victim === 'postgres') {
        const killed = killPostmaster(dataDir)
        assert.ok(killed !== undefined, 'there was a PostgreSQL to kill')
        const back = untilBack(client, dataDir, killed)
        await sleep(AFTERMATH_MS)
        await running.end()
        await back
      } else {
        if (victim === 'both') assert.ok(killPostmaster(dataDir) !== undefined)
        await stop(child, 'SIGKILL')
        await running.end()
        ;({ child, api } = await serve(settings))
      }
      downMs.push(performance.now() - killedMs)
      await load.settle(createClient(api))
      if ((round + 1) % RESTART_EVERY === 0) {
        assert.equal(await stop(child, 'SIGTERM'), 0)
        ;({ child, api } = await serve(settings))
      }
    }

    report(t, load, downMs)
    await load.compareWithTransfers(createClient(api))
    assert.equal(await stop(child, 'SIGTERM'), 0)
    const verified = await florin(['verify'], settings)
    assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr)
  })
}

/** PostgreSQL is another process than the one that was killed, and Florin says that it takes commands. */
async function untilBack(client: Client, dataDir: string, killed: number): Promise<void> {
  const startedMs = performance.now()
  for (;;) {
    const pid = postmasterPid(dataDir)
    if (pid !== undefined && pid !== killed && (await client.get('/health/ready')).status === 200) return
    assert.ok(performance.now() - startedMs < BACK_WITHIN_MS, `not back within ${BACK_WITHIN_MS} ms`)
    await sleep(POLL_MS)
  }
}

function report(t: { diagnostic(message: string): void }, load: Load, downMs: readonly number[]): void {
  const sorted = downMs.toSorted((a, b) => a - b)
  const median = Math.round(sorted[Math.floor(sorted.length / 2)] as number)
  const longest = Math.round(sorted.at(-1) as number)
  t.diagnostic(`${JSON.stringify(load.counts)}; back after ${median} ms, at most ${longest} ms`)
  assert.ok(load.counts.posted > 0 && load.counts.refused > 0, 'there was load')
  assert.ok(load.counts.unanswered + load.counts.unavailable > 0, 'a kill was noticed')
}
