/** A hundred times the same request at once, over HTTP: it happens once, and everybody gets the same answer. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { uuidv7 } from 'uuidv7'
import { makeScratch, serve, stop, type Served } from './florin-process.ts'
import { createClient, sameness, type Answer, type Client } from './http-client.ts'

const TIMES = 100
const { dir: scratch, remove } = makeScratch()
after(remove)

/** One way of asking for something, and the same with one thing changed. */
interface Case {
  readonly name: string
  readonly path: string
  readonly key: string | null
  readonly body: object
  readonly otherBody: object
  readonly status: number
  /** Of the other body under the same key or id. */
  readonly reused: string
}

const eur = { source: '1001', destination: '2002', currency: 'EUR' }
const v1 = { source_account_id: 11, destination_account_id: '12' }
const id = uuidv7()
const keyReused = { status: 201, reused: 'idempotency_key_reused' }

const CASES: readonly Case[] = [
  {
    name: 'a v2 transfer with a key',
    path: '/v2/transfers',
    key: 'transfer',
    body: { ...eur, amount: '1.50', reference: 'keyed' },
    otherBody: { ...eur, amount: '1.51', reference: 'keyed' },
    ...keyReused,
  },
  {
    name: 'a v2 transfer with an id of its own',
    path: '/v2/transfers',
    key: null,
    body: { ...eur, id, amount: '2.00', reference: 'chosen' },
    otherBody: { ...eur, id, amount: '2.00', reference: 'changed' },
    status: 201,
    reused: 'transfer_id_reused',
  },
  {
    name: 'a v2 transfer with a key and an id of its own',
    path: '/v2/transfers',
    key: 'both',
    body: { ...eur, id: uuidv7(), amount: '4.00', reference: 'both' },
    otherBody: { ...eur, id: uuidv7(), amount: '4.00', reference: 'both' },
    ...keyReused,
  },
  {
    name: 'a v2 transfer that is refused',
    path: '/v2/transfers',
    key: 'refused',
    body: { ...eur, amount: '5000.00', reference: 'refused' },
    otherBody: { ...eur, amount: '0.01', reference: 'refused' },
    status: 422,
    reused: 'idempotency_key_reused',
  },
  {
    name: 'a v2 account whose id is allotted',
    path: '/v2/accounts',
    key: 'account',
    body: { currency: 'EUR', initial_balance: '7.00' },
    otherBody: { currency: 'EUR', initial_balance: '7.01' },
    ...keyReused,
  },
  {
    name: 'a v1 account',
    path: '/v1/accounts',
    key: 'v1-account',
    body: { account_id: 77, initial_balance: '3' },
    otherBody: { account_id: 78, initial_balance: '3' },
    ...keyReused,
  },
  {
    name: 'a v1 transfer',
    path: '/v1/transfers',
    key: 'v1-transfer',
    body: { ...v1, amount: '1.5' },
    otherBody: { ...v1, amount: '2.5' },
    ...keyReused,
  },
]

describe(`${TIMES} identical requests at once`, () => {
  const settings = { FLORIN_DATA_DIR: join(scratch, 'data'), FLORIN_LOG_LEVEL: 'warn' }
  const first = new Map<Case, string>()
  let served: Served
  let client: Client

  before(async () => {
    served = await serve(settings)
    client = createClient(served.api)
    for (const account of [
      { id: '1001', currency: 'EUR', initial_balance: '500.00' },
      { id: '2002', currency: 'EUR' },
      { id: '11', currency: 'XXX', initial_balance: '500' },
      { id: '12', currency: 'XXX' },
    ]) {
      assert.equal((await client.post('/v2/accounts', account)).status, 201)
    }
  })

  for (const one of CASES) {
    test(`${one.name}: one of it, and one answer`, async () => {
      const answers = await repeat(one)
      for (const { status, text } of answers) assert.equal(status, one.status, text)
      assert.equal(new Set(answers.map(sameness)).size, 1)
      const fresh = answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')
      assert.equal(fresh.length, 1, 'all but one say that they are replayed')
      first.set(one, sameness(answers[0] as Answer))
      await assertReused(one)
    })
  }

  test('each of them happened once', assertLedger)

  test('the same after a restart', async () => {
    assert.equal(await stop(served.child, 'SIGTERM'), 0)
    served = await serve(settings)
    client = createClient(served.api)
    for (const one of CASES) {
      const answers = await repeat(one)
      for (const answer of answers) {
        assert.equal(sameness(answer), first.get(one), one.name)
        assert.equal(answer.headers.get('idempotency-replayed'), 'true', one.name)
      }
      await assertReused(one)
    }
    await assertLedger()
    assert.equal(await stop(served.child, 'SIGTERM'), 0)
  })

  async function repeat({ path, key, body }: Case): Promise<Answer[]> {
    return await Promise.all(Array.from({ length: TIMES }, () => client.post(path, body, toHeaders(key))))
  }

  async function assertReused({ path, key, otherBody, reused }: Case): Promise<void> {
    const { status, body } = await client.post(path, otherBody, toHeaders(key))
    assert.deepEqual([status, body.code], [422, reused])
  }

  async function assertLedger(): Promise<void> {
    for (const [reference, status] of [
      ['keyed', 'posted'],
      ['chosen', 'posted'],
      ['both', 'posted'],
      ['refused', 'failed'],
    ]) {
      const found = await client.list(`/v2/transfers?reference=${reference}`)
      assert.deepEqual(
        found.map((transfer) => transfer.status),
        [status],
        reference,
      )
    }
    assert.deepEqual(await client.list('/v2/transfers?reference=changed'), [])
    assert.equal((await client.list('/v2/transfers?account_id=12')).length, 1)
    const accounts = await client.list('/v2/accounts')
    const standard = accounts.filter(({ kind }) => kind === 'standard')
    assert.deepEqual(standard.map(({ balances }) => String(balances.posted)).toSorted(), [
      '1.50000000', '3.00000000', '492.50', '498.50000000', '7.00', '7.50',
    ]) // prettier-ignore
  }
})

function toHeaders(key: string | null): Record<string, string> {
  return key === null ? {} : { 'idempotency-key': key }
}
