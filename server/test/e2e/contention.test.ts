/**
 * Two hundred clients move money among fifty poor accounts at once. FLORIN_E2E_SECONDS=60 for a long run;
 * FLORIN_TEST_SEED=… for the same transfers again (what meets what is the machine's choice).
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createRandom, testSeed } from '../seed.ts'
import { florin, makeScratch, serve, stop } from './florin-process.ts'
import { createClient, type Client } from './http-client.ts'

const SECONDS = Number(process.env.FLORIN_E2E_SECONDS ?? 5)
const CLIENTS = 200
const READERS = 2
const ACCOUNTS = 50
const TRANSFERS_MAX = 1_000_000
const POSTINGS_MAX = 3
/** Every fifth account may owe this much. */
const CREDIT_MINOR = 300n
const INITIAL_MINOR = 1000n
const AMOUNT_MAX_MINOR = 800
const CURRENCIES = [
  { code: 'EUR', scale: 2 },
  { code: 'JPY', scale: 0 },
  { code: 'XXX', scale: 8 },
] as const

type Currency = (typeof CURRENCIES)[number]
interface PoorAccount {
  readonly id: string
  readonly currency: Currency
  readonly floor: bigint
}

const { dir: scratch, remove } = makeScratch()
after(remove)
const seed = testSeed()

const ACCOUNT_LIST = Array.from({ length: ACCOUNTS }, (_, i): PoorAccount => {
  const currency = CURRENCIES[i % CURRENCIES.length] as Currency
  return { id: `${1001 + i}`, currency, floor: i % 5 === 0 ? -CREDIT_MINOR : 0n }
})
const FLOORS = new Map(ACCOUNT_LIST.map(({ id, floor }) => [id, floor]))

test(`${CLIENTS} clients among ${ACCOUNTS} poor accounts for ${SECONDS} s`, async (t) => {
  const settings = { FLORIN_DATA_DIR: join(scratch, 'data'), FLORIN_LOG_LEVEL: 'warn' }
  const { child, api } = await serve(settings)
  const client = createClient(api)
  for (const account of ACCOUNT_LIST) await open(client, account)

  const expected = new Map(ACCOUNT_LIST.map(({ id }) => [id, INITIAL_MINOR]))
  const counts = { posted: 0, refused: 0, reads: 0 }
  const until = performance.now() + SECONDS * 1000
  const goesOn = (): boolean => performance.now() < until && counts.posted + counts.refused < TRANSFERS_MAX

  async function move(random: () => number): Promise<void> {
    while (goesOn()) {
      const postings = randomPostings(random)
      const { status, body, text } = await client.post('/v2/transfers', { postings })
      if (status === 422) {
        assert.equal(body.code, 'insufficient_funds', text)
        counts.refused += 1
        continue
      }
      assert.equal(status, 201, text)
      counts.posted += 1
      // Postings happen together: between them an account may be below its floor, after the last it is not.
      const left = new Map<string, bigint>()
      for (const { source, destination, amount, currency, ...after } of body.postings) {
        const minor = toMinor(amount, currency)
        expected.set(source, (expected.get(source) as bigint) - minor)
        expected.set(destination, (expected.get(destination) as bigint) + minor)
        left.set(source, toMinor(after.source_balance_after, currency))
        left.set(destination, toMinor(after.destination_balance_after, currency))
      }
      for (const [id, minor] of left) assertFloor(id, minor)
    }
  }

  async function read(): Promise<void> {
    while (goesOn()) {
      assertWhole(await client.list('/v2/accounts'))
      counts.reads += 1
    }
  }

  const movers = Array.from({ length: CLIENTS }, (_, i) => move(createRandom(seed + i)))
  await Promise.all([...movers, ...Array.from({ length: READERS }, read)])
  t.diagnostic(
    `${Math.round((counts.posted + counts.refused) / SECONDS)} transfers/s: ${JSON.stringify(counts)}`,
  )
  assert.ok(counts.posted > 0 && counts.refused > 0 && counts.reads > 0, JSON.stringify(counts))

  const accounts = await client.list('/v2/accounts')
  assertWhole(accounts)
  for (const { id, kind, currency, balances } of accounts) {
    if (kind === 'standard')
      assert.equal(toMinor(balances.posted, currency), expected.get(id), `account ${id}`)
  }
  const verified = await florin(['verify'], settings)
  assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr)
  assert.equal(await stop(child, 'SIGTERM'), 0)
})

async function open(client: Client, { id, currency, floor }: PoorAccount): Promise<void> {
  const { status, text } = await client.post('/v2/accounts', {
    id,
    currency: currency.code,
    initial_balance: toText(INITIAL_MINOR, currency),
    credit_limit: toText(-floor, currency),
  })
  assert.equal(status, 201, text)
}

/** 1 to 3 postings, each in a currency of its own choice. */
function randomPostings(random: () => number): object[] {
  const below = (n: number): number => Math.floor(random() * n)
  return Array.from({ length: 1 + below(POSTINGS_MAX) }, () => {
    const source = ACCOUNT_LIST[below(ACCOUNTS)] as PoorAccount
    const { currency } = source
    const others = ACCOUNT_LIST.filter((one) => one.currency === currency && one !== source)
    const destination = others[below(others.length)] as PoorAccount
    const amount = toText(BigInt(1 + below(AMOUNT_MAX_MINOR)), currency)
    return { source: source.id, destination: destination.id, amount, currency: currency.code }
  })
}

/** One answer of the list is one moment of the ledger: no floor is passed, and nothing has appeared or vanished. */
function assertWhole(accounts: Awaited<ReturnType<Client['list']>>): void {
  assert.equal(accounts.length, ACCOUNTS + CURRENCIES.length)
  const sums = new Map<string, bigint>()
  for (const { id, kind, currency, balances } of accounts) {
    const minor = toMinor(balances.posted, currency)
    sums.set(currency, (sums.get(currency) ?? 0n) + minor)
    if (kind === 'standard') assertFloor(id, minor)
  }
  for (const { code } of CURRENCIES) assert.equal(sums.get(code), 0n, code)
}

function assertFloor(id: string, minor: bigint): void {
  assert.ok(minor >= (FLOORS.get(id) as bigint), `account ${id} has ${minor}, its floor is ${FLOORS.get(id)}`)
}

/** Their own arithmetic, so that the product's is not its own judge. */
function toText(minor: bigint, { scale }: Currency): string {
  const digits = minor.toString().padStart(scale + 1, '0')
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Answers carry all digits of their currency, so the point can be left out. */
function toMinor(text: string, currency: string): bigint {
  const scale = CURRENCIES.find(({ code }) => code === currency)?.scale
  assert.equal(text.split('.')[1]?.length ?? 0, scale, text)
  return BigInt(text.replace('.', ''))
}
