/**
 * Sixty clients hold, capture, release and undo at once, all of them the same few holds and transfers.
 * FLORIN_E2E_SECONDS=60 for a long run; FLORIN_TEST_SEED=… for the same requests again.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Loose } from '../http-edge.ts'
import { createRandom, testSeed } from '../seed.ts'
import { florin, makeScratch, serve, stop } from './florin-process.ts'
import { createClient, type Answer, type Client } from './http-client.ts'

const SECONDS = Number(process.env.FLORIN_E2E_SECONDS ?? 5)
const CLIENTS = 60
const READERS = 2
const ACCOUNTS = 12
const REQUESTS_MAX = 1_000_000
/** So many of the newest holds and transfers are fought for. */
const CONTESTED = 10
const INITIAL = '50.00'

const { dir: scratch, remove } = makeScratch()
after(remove)
const seed = testSeed()

/** What the answers so far come to, in cents. */
interface Told {
  readonly posted: Map<string, number>
  readonly captured: Map<string, number>
  readonly reversed: Map<string, number>
  readonly counts: Record<string, number>
}

test(`${CLIENTS} clients and the same few holds for ${SECONDS} s`, async (t) => {
  const settings = { FLORIN_DATA_DIR: join(scratch, 'data'), FLORIN_LOG_LEVEL: 'warn' }
  const { child, api } = await serve(settings)
  const client = createClient(api)
  const told: Told = { posted: new Map(), captured: new Map(), reversed: new Map(), counts: {} }
  for (let id = 1; id <= ACCOUNTS; id++) {
    const account = { id: `${id}`, currency: 'EUR', initial_balance: INITIAL }
    assert.equal((await client.post('/v2/accounts', account)).status, 201)
    told.posted.set(`${id}`, toCents(INITIAL))
  }

  const until = performance.now() + SECONDS * 1000
  let requests = 0
  const goesOn = (): boolean => performance.now() < until && requests < REQUESTS_MAX
  const holds: string[] = []
  const transfers: string[] = []

  async function act(random: () => number): Promise<void> {
    while (goesOn()) {
      requests += 1
      await actOnce(client, { random, holds, transfers, told })
    }
  }
  async function read(): Promise<void> {
    while (goesOn()) assertWhole(await client.list('/v2/accounts'))
  }
  const actors = Array.from({ length: CLIENTS }, (_, i) => act(createRandom(seed + i)))
  await Promise.all([...actors, ...Array.from({ length: READERS }, read)])
  t.diagnostic(`${Math.round(requests / SECONDS)} requests/s: ${JSON.stringify(told.counts)}`)
  for (const what of EXPECTED)
    assert.ok((told.counts[what] ?? 0) > 0, `${what}: ${JSON.stringify(told.counts)}`)

  await assertTold(client, told)
  const verified = await florin(['verify'], settings)
  assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr)
  assert.equal(await stop(child, 'SIGTERM'), 0)
})

/** What has to happen in a run that means something. */
const EXPECTED = [
  'held',
  'captured',
  'released',
  'reversed',
  'bulk',
  'insufficient_funds',
  'hold_captured',
  'hold_released',
  'capture_exceeds_hold',
  'reversal_exceeds_original',
]

interface Scene {
  readonly random: () => number
  readonly holds: string[]
  readonly transfers: string[]
  readonly told: Told
}

async function actOnce(client: Client, { random, holds, transfers, told }: Scene): Promise<void> {
  const below = (n: number): number => Math.floor(random() * n)
  const newest = (ids: readonly string[]): string | undefined =>
    ids.at(-1 - below(Math.min(CONTESTED, ids.length)))
  const movement = () => {
    const source = 1 + below(ACCOUNTS)
    const destination = 1 + ((source + below(ACCOUNTS - 1)) % ACCOUNTS)
    return {
      source: `${source}`,
      destination: `${destination}`,
      amount: toText(1 + below(900)),
      currency: 'EUR',
    }
  }
  const kind = random()
  const hold = newest(holds)
  const transfer = newest(transfers)
  if (kind < 0.3 || hold === undefined || transfer === undefined) {
    const held = await client.post('/v2/holds', movement())
    if (accepted(told, 'held', held, 201)) holds.push(held.body.id)
    const paid = await client.post('/v2/transfers', movement())
    if (accepted(told, 'posted', paid, 201)) transfers.push(paid.body.id)
    if (paid.status === 201) count(told, paid.body.postings)
    return
  }
  if (kind < 0.6) {
    const body = random() < 0.2 ? {} : { amount: toText(1 + below(400)), release_rest: random() < 0.1 }
    const answer = await client.post(`/v2/holds/${hold}/capture`, body)
    if (!accepted(told, 'captured', answer, 200)) return
    const [posting] = answer.body.transfer.postings
    told.captured.set(hold, (told.captured.get(hold) ?? 0) + toCents(posting.amount))
    count(told, answer.body.transfer.postings)
    return
  }
  if (kind < 0.7) {
    accepted(told, 'released', await client.post(`/v2/holds/${hold}/release`, {}), 200)
    return
  }
  if (kind < 0.9) {
    const body = random() < 0.3 ? {} : { amount: toText(1 + below(300)) }
    const answer = await client.post(`/v2/transfers/${transfer}/reverse`, body)
    if (!accepted(told, 'reversed', answer, 201)) return
    const [posting] = answer.body.postings
    told.reversed.set(transfer, (told.reversed.get(transfer) ?? 0) + toCents(posting.amount))
    count(told, answer.body.postings)
    return
  }
  const answer = await client.post('/v2/transfers/bulk', {
    mode: 'atomic',
    items: [movement(), movement(), movement()],
  })
  if (!accepted(told, 'bulk', answer, 200)) return
  for (const result of answer.body.results) count(told, result.transfer.postings)
}

/** True when it was done; what it was refused for is counted. */
function accepted({ counts }: Told, what: string, { status, body, text }: Answer, done: number): boolean {
  assert.ok([done, 409, 422].includes(status), text)
  const name = status === done ? what : body.code
  counts[name] = (counts[name] ?? 0) + 1
  return status === done
}

function count({ posted }: Told, postings: readonly Loose[]): void {
  for (const { source, destination, amount } of postings) {
    posted.set(source, (posted.get(source) as number) - toCents(amount))
    posted.set(destination, (posted.get(destination) as number) + toCents(amount))
  }
}

/** One answer of the list is one moment: nothing appears or vanishes, what is held is announced, nobody owes. */
function assertWhole(accounts: readonly Loose[]): void {
  assert.equal(accounts.length, ACCOUNTS + 1)
  let [posted, held, incoming] = [0, 0, 0]
  for (const { id, kind, balances } of accounts) {
    posted += toCents(balances.posted)
    held += toCents(balances.held)
    incoming += toCents(balances.incoming)
    assert.ok(
      kind === 'external' || toCents(balances.posted) - toCents(balances.held) >= 0,
      `account ${id} owes`,
    )
  }
  assert.deepEqual([posted, held], [0, incoming])
}

/** In the end everything is as the answers said. */
async function assertTold(client: Client, { posted, captured, reversed }: Told): Promise<void> {
  const accounts = await client.list('/v2/accounts')
  assertWhole(accounts)
  const held = new Map<string, number>()
  for (const hold of await client.list('/v2/holds')) {
    assert.equal(toCents(hold.captured), captured.get(hold.id) ?? 0, `hold ${hold.id}`)
    held.set(hold.source, (held.get(hold.source) ?? 0) + toCents(hold.remaining))
  }
  for (const { id, kind, balances } of accounts) {
    if (kind === 'external') continue
    assert.deepEqual(
      [toCents(balances.posted), toCents(balances.held)],
      [posted.get(id), held.get(id) ?? 0],
      `account ${id}`,
    )
  }
  for (const [id, cents] of reversed) {
    const { body } = await client.get(`/v2/transfers/${id}`)
    assert.equal(toCents(body.reversed_amount), cents, `transfer ${id}`)
    assert.ok(cents <= toCents(body.postings[0].amount))
  }
}

/** Small amounts of their own arithmetic, so that the product's is not its own judge. */
function toCents(text: string): number {
  assert.match(text, /^-?\d+\.\d\d$/)
  return Number(text.replace('.', ''))
}

function toText(cents: number): string {
  return (cents / 100).toFixed(2)
}
