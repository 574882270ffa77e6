/** Nonsense over real HTTP: each a clear 4xx that names the field, with a request id; and nothing has changed. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeScratch, serve, stop, type Served } from './florin-process.ts'
import { createClient, type Answer, type Ask, type Client } from './http-client.ts'

const { dir: scratch, remove } = makeScratch()
after(remove)

const DIGITS_40 = '1'.repeat(40)
const ABOVE_INT64 = '9223372036854775808'
const ABOVE_DOUBLE = '9007199254740993'

/** As JSON text, because some of it is no JSON. */
const BAD_AMOUNTS: readonly string[] = [
  ...['0', '-1', '1e3', '1.', '.5', '0x10', ' 1', '1.123456789', DIGITS_40, 'NaN', ''].map((text) => `"${text}"`),
  '1.5', '1', '1e3', 'true', 'null', '{}', '["1"]', DIGITS_40,
] // prettier-ignore

/** The body, the field that the answer names, and the code when it is not about the form. */
type Refused = readonly [path: string, body: string, field: string, code?: string]

const v1 = (fields: Readonly<Record<string, string>>): string =>
  toJson({ source_account_id: '1001', destination_account_id: '2002', amount: '"1"', ...fields })
const v2 = (fields: Readonly<Record<string, string>>): string =>
  toJson({ source: '"1001"', destination: '"2002"', amount: '"1"', currency: '"XXX"', ...fields })

const badAmounts = BAD_AMOUNTS.flatMap((amount): Refused[] => [
  ['/v1/transfers', v1({ amount }), 'amount'],
  ['/v1/transactions', v1({ amount }), 'amount'],
  ['/v2/transfers', v2({ amount }), 'amount'],
  ['/v2/transfers', `{"postings":[${v2({})},${v2({ amount })}]}`, 'postings[1].amount'],
  ...(amount === '"0"'
    ? []
    : ([
        ['/v1/accounts', `{"account_id":5,"initial_balance":${amount}}`, 'initial_balance'],
        ['/v2/accounts', `{"currency":"XXX","initial_balance":${amount}}`, 'initial_balance'],
        ['/v2/accounts', `{"currency":"XXX","credit_limit":${amount}}`, 'credit_limit'],
      ] as const)),
])

const badIds = ['0', '"0"', '-1', '1.5', '"abc"', `"${ABOVE_INT64}"`, ABOVE_INT64, ABOVE_DOUBLE, '1e300', 'null']
  .flatMap((id): Refused[] => [
    ['/v1/accounts', `{"account_id":${id}}`, 'account_id'],
    ['/v1/transfers', v1({ source_account_id: id }), 'source_account_id'],
    ['/v1/transfers', v1({ destination_account_id: id }), 'destination_account_id'],
    ['/v2/transfers', v2({ source: id }), 'source'],
    ...(id === 'null' ? [] : [['/v2/accounts', `{"currency":"XXX","id":${id}}`, 'id'] as const]),
  ]) // prettier-ignore

const impossible: readonly Refused[] = [
  ['/v1/transfers', v1({ destination_account_id: '1001' }), 'destination_account_id', 'same_account'],
  ['/v2/transfers', v2({ destination: '"1001"' }), 'destination', 'same_account'],
  ['/v1/transfers', v1({ destination_account_id: '3003' }), 'destination_account_id', 'currency_mismatch'],
  ['/v2/transfers', v2({ currency: '"EUR"' }), 'source', 'currency_mismatch'],
  ['/v2/transfers', v2({ currency: '"QQQ"' }), 'currency'],
  ['/v1/transfers', v1({ source_account_id: '404' }), 'source_account_id', 'account_not_found'],
  ['/v2/transfers', v2({ destination: '"404"' }), 'destination', 'account_not_found'],
  ['/v1/transfers', v1({ amount: '"500.00000001"' }), 'source_account_id', 'insufficient_funds'],
  ['/v2/transfers', v2({ amount: '"501"' }), 'source', 'insufficient_funds'],
]

const unknownFields: readonly Refused[] = [
  ['/v1/accounts', '{"account_id":5,"currency":"EUR"}', 'currency'],
  ['/v1/transfers', v1({ amuont: '"1"' }), 'amuont'],
  ['/v2/transfers', v2({ fee: '"1"' }), 'fee'],
  ['/v2/accounts', '{"currency":"XXX","balance":"5"}', 'balance'],
  ['/v1/transfers', '{}', 'source_account_id'],
  ['/v1/transfers', '[]', 'body'],
  ['/v2/transfers', 'null', 'body'],
  ['/v1/transfers?amount=5', v1({}), 'amount'],
]

describe('nonsense over HTTP', () => {
  let served: Served
  let client: Client
  let untouched: string

  before(async () => {
    served = await serve({ FLORIN_DATA_DIR: join(scratch, 'data') })
    client = createClient(served.api)
    assert.equal(
      (await client.post('/v1/accounts', { account_id: 1001, initial_balance: '500' })).status,
      201,
    )
    assert.equal((await client.post('/v1/accounts', { account_id: 2002 })).status, 201)
    assert.equal((await client.post('/v2/accounts', { id: '3003', currency: 'EUR' })).status, 201)
    untouched = await balances()
  })

  for (const [what, cases] of Object.entries({ badAmounts, badIds, impossible, unknownFields })) {
    test(`${what}: ${cases.length} requests are refused, and say which field`, async () => {
      assert.ok(cases.length > 0)
      for (const [path, body, field, code = 'validation_failed'] of cases) {
        const told = `${path} ${body.slice(0, 200)}`
        const answer = await ask(path, { method: 'POST', body })
        assert.deepEqual([answer.status, answer.body.code], [422, code], told)
        assert.equal(answer.body.errors[0]?.field, field, told)
        assert.ok(answer.body.detail.length > 5, told)
      }
      assert.equal(await balances(), untouched)
    })
  }

  test('an account that is there is a conflict', async () => {
    const { status, body } = await ask('/v1/accounts', { method: 'POST', body: '{"account_id":1001}' })
    assert.deepEqual([status, body.code, body.errors[0]?.field], [409, 'account_exists', 'account_id'])
  })

  test('NaN, broken UTF-8 and other bodies that cannot be read are 400', async () => {
    const broken = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
    for (const body of [v1({ amount: 'NaN' }), v1({ amount: 'Infinity' }), '', '{', "{'a':1}", broken]) {
      const answer = await ask('/v1/transfers', { method: 'POST', body })
      assert.deepEqual([answer.status, answer.body.code], [400, 'bad_request'], String(body))
      assert.ok(answer.body.detail.length > 5)
    }
    assert.match((await ask('/v2/users', { method: 'POST', body: broken })).body.detail, /UTF-8/)
    assert.equal(await balances(), untouched)
  })

  test('a body of 10 MB is 413, and the next request is answered', async () => {
    const text = v1({ amount: `"${'1'.repeat(10_000_000)}"` })
    // A stream has no length that could be refused before it is sent.
    for (const toBody of [() => text, () => new Blob([text]).stream()]) {
      for (let times = 0; times < 5; times++) {
        const answer = await ask('/v1/transfers', { method: 'POST', body: toBody() })
        assert.deepEqual([answer.status, answer.body.code], [413, 'body_too_large'])
      }
    }
    assert.equal(await balances(), untouched)
  })

  test('a body of 10 MB with more wrong about it is answered, too', async () => {
    const body = ' '.repeat(10_000_000)
    const headers = { 'content-type': 'text/plain' }
    assert.equal((await ask('/v1/transfers', { method: 'POST', body, headers })).status, 415)
    assert.equal((await ask('/v3/transfers', { method: 'POST', body, headers })).status, 404)
    assert.equal((await ask('/v3/transfers', { method: 'POST', body })).status, 413)
    assert.equal((await ask('/v1/transfers', { method: 'PUT', body })).status, 413)
  })

  test('anything but JSON is 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
    ]) {
      const answer = await ask('/v1/transfers', {
        method: 'POST',
        body: v1({}),
        headers: { 'content-type': type },
      })
      assert.deepEqual([answer.status, answer.body.code], [415, 'unsupported_media_type'], type)
    }
    assert.equal(await balances(), untouched)
  })

  test('wrong methods are 405 with Allow, unknown paths 404', async () => {
    const cases: readonly (readonly [method: string, path: string, status: number, allow: string | null])[] =
      [
        ['DELETE', '/v2/transfers', 405, 'GET, HEAD, POST'],
        ['PUT', '/v2/accounts/1001', 405, 'GET, HEAD, PATCH'],
        ['GET', '/v1/transfers', 405, 'POST'],
        ['PATCH', '/v1/accounts/1001', 405, 'GET, HEAD'],
        ['GET', '/v3/transfers', 404, null],
        ['POST', '/v1/transfer', 404, null],
        ['GET', '/v1/accounts/', 422, null],
        ['GET', '/v1/accounts/404', 404, null],
        ['GET', '/v2/accounts/%zz', 400, null],
      ]
    for (const [method, path, status, allow] of cases) {
      const answer = await ask(path, { method })
      assert.equal(answer.status, status, `${method} ${path}`)
      assert.equal(answer.headers.get('allow'), allow, `${method} ${path}`)
    }
  })

  test('an id above 2^53 - 1 is taken as a string, and stays what it was', async () => {
    for (const id of [ABOVE_DOUBLE, '9223372036854775807']) {
      const made = await client.post('/v1/accounts', { account_id: id })
      assert.deepEqual([made.status, made.body.account_id], [201, id])
      assert.equal((await client.get(`/v2/accounts/${id}`)).body.id, id)
    }
    assert.equal((await client.post('/v1/accounts', '{"account_id":9007199254740991}')).status, 201)
  })

  test('it still runs, and stops cleanly', async () => {
    assert.equal((await client.post('/v1/transfers', v1({}))).status, 201)
    assert.equal(await stop(served.child, 'SIGTERM'), 0)
  })

  /** A 4xx, as a problem, with its request's id. */
  async function ask(path: string, request: Ask): Promise<Answer> {
    const answer = await client.ask(path, request)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.match(answer.headers.get('x-request-id') ?? '', /^[A-Za-z0-9._-]{1,64}$/)
    assert.equal(answer.body.request_id, answer.headers.get('x-request-id'))
    return answer
  }

  async function balances(): Promise<string> {
    return JSON.stringify((await client.list('/v2/accounts')).map(({ id, balances }) => [id, balances]))
  }
})

function toJson(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, json]) => `"${name}":${json}`)
    .join(',')}}`
}
