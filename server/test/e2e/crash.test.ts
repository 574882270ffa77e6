/**
 * Florin or its PostgreSQL is killed at random moments while clients send. Afterwards: what was acknowledged is in the
 * ledger, nothing happened twice, what was not answered has exactly one outcome, and the ledger is proven.
 * FLORIN_CRASH_ROUNDS=20 for the full run.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom, testSeed } from '../seed.ts'
import { createServedFlorin, type Answer, type ServedFlorin } from './served-florin.ts'

const ROUNDS = Number(process.env.FLORIN_CRASH_ROUNDS ?? 2)
const CLIENTS = 32
const ACCOUNTS = 20
const WEALTH = 1_000_000
/** A kill comes this long after the clients began, at the latest. */
const KILL_WITHIN_MS = 600
const BACK_WITHIN_MS = 20_000
const AFTER_TROUBLE_MS = 20

const random = createRandom(testSeed())

/** A request, and the answer if there was one. The name is its idempotency key. */
interface Sent {
  readonly name: string
  readonly body: { source_account_id: number; destination_account_id: number; amount: string }
  answer: Answer | null
}

/** Clients of a Florin of their own. */
interface Crowd {
  readonly florin: ServedFlorin
  readonly sent: readonly Sent[]
  /** Lets them send, kills, waits until all is back, and lets them end. */
  round(kill: () => Promise<void>): Promise<void>
}

async function withCrowd(body: (crowd: Crowd) => Promise<void>): Promise<void> {
  const florin = createServedFlorin()
  await florin.start()
  try {
    for (let id = 1; id <= ACCOUNTS; id++) {
      const account = { account_id: id, initial_balance: `${WEALTH}` }
      assert.equal((await florin.ask('POST', '/v1/accounts', account)).status, 201)
    }
    await body(createCrowd(florin))
  } finally {
    await florin.remove()
  }
}

function createCrowd(florin: ServedFlorin): Crowd {
  const sent: Sent[] = []

  async function client(leaving: AbortSignal): Promise<void> {
    while (!leaving.aborted) {
      const source = 1 + Math.floor(random() * ACCOUNTS)
      const request: Sent = {
        name: `request-${sent.length}`,
        body: { source_account_id: source, destination_account_id: (source % ACCOUNTS) + 1, amount: '1' },
        answer: null,
      }
      sent.push(request)
      try {
        request.answer = await send(florin, request)
        if (request.answer.status !== 201) await wait(AFTER_TROUBLE_MS)
      } catch {
        await wait(AFTER_TROUBLE_MS) // The connection broke: nobody knows.
      }
    }
  }

  return {
    florin,
    sent,
    async round(kill) {
      const leaving = new AbortController()
      const clients = Array.from({ length: CLIENTS }, () => client(leaving.signal))
      await wait(100 + random() * KILL_WITHIN_MS)
      await kill()
      await untilReady(florin)
      await wait(100)
      leaving.abort()
      await Promise.all(clients)
    },
  }
}

async function send(florin: ServedFlorin, { name, body }: Sent): Promise<Answer> {
  return await florin.ask('POST', '/v1/transfers', body, { 'idempotency-key': name })
}

async function untilReady(florin: ServedFlorin): Promise<void> {
  const deadline = performance.now() + BACK_WITHIN_MS
  for (;;) {
    try {
      if ((await florin.ask('GET', '/health/ready')).status === 200) return
    } catch {
      // It is not there yet.
    }
    assert.ok(performance.now() < deadline, 'it is ready again in time')
    await wait(20)
  }
}

/** Asks for the outcome of every request; then each is in the ledger once, and nothing else is. */
async function settle({ florin, sent }: Crowd): Promise<string> {
  const told = { done: 0, refused: 0, unknown: 0, lost: 0, 'done though lost or unknown': 0 }
  const transferIds = new Set<unknown>()

  async function settleOne(request: Sent): Promise<void> {
    const { name, answer } = request
    const again = await send(florin, request)
    assert.equal(again.status, 201)
    const replayed = again.headers['idempotency-replayed'] === 'true'
    if (answer?.status === 201) {
      told.done += 1
      assert.ok(replayed, `${name} was acknowledged and is not in the ledger`)
      assert.deepEqual(again.body, answer.body)
    } else if (answer === null || answer.body.code === 'outcome_unknown') {
      told[answer === null ? 'lost' : 'unknown'] += 1
      if (replayed) told['done though lost or unknown'] += 1
    } else {
      told.refused += 1
      assert.equal(answer.status, 503)
      assert.ok(!replayed, `${name} was refused and is in the ledger`)
    }
    assert.ok(!transferIds.has(again.body.id), 'a transfer of its own')
    transferIds.add(again.body.id)
    assert.deepEqual((await send(florin, request)).body, again.body, 'one outcome, from now on')
  }

  for (let i = 0; i < sent.length; i += CLIENTS) await Promise.all(sent.slice(i, i + CLIENTS).map(settleOne))
  const balances = new Map<number, number>()
  const move = (id: number, by: number): void => void balances.set(id, (balances.get(id) ?? WEALTH) + by)
  for (const { body } of sent) {
    move(body.source_account_id, -1)
    move(body.destination_account_id, 1)
  }
  for (const [id, balance] of balances) {
    assert.equal((await florin.ask('GET', `/v1/accounts/${id}`)).body.balance, `${balance}`)
  }
  await florin.verify()
  return Object.entries(told)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

test(`Florin is killed ${ROUNDS} times under load`, async (t) => {
  await withCrowd(async (crowd) => {
    const { florin, sent } = crowd
    for (let i = 0; i < ROUNDS; i++) {
      await crowd.round(async () => {
        await florin.stop('SIGKILL')
        await florin.start()
      })
    }
    t.diagnostic(await settle(crowd))
    const lost = sent.filter(({ answer }) => answer === null)
    assert.ok(lost.length > 0, 'it struck while requests were under way')
  })
})

test(`PostgreSQL is killed ${ROUNDS} times under load`, async (t) => {
  await withCrowd(async (crowd) => {
    for (let i = 0; i < ROUNDS; i++) {
      await crowd.round(async () => {
        crowd.florin.killPostgres()
        await wait(50)
      })
    }
    t.diagnostic(await settle(crowd))
    const troubled = crowd.sent.filter(({ answer }) => answer?.status === 503)
    assert.ok(troubled.length > 0, 'it struck while requests were under way')
  })
})
