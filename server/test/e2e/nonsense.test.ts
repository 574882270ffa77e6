/** Nonsense sent to the real program over a real socket: a clear 4xx that names the field, and nothing changed. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { BODY_SIZE_MAX } from '#api/http/json-body.ts'
import { createServedFlorin, type Answer } from './served-florin.ts'

const florin = createServedFlorin()
let untouched: unknown

before(async () => {
  await florin.start()
  for (const [id, balance] of [
    [1001, '500'],
    [2002, '0'],
  ] as const) {
    assert.equal(
      (await florin.ask('POST', '/v1/accounts', { account_id: id, initial_balance: balance })).status,
      201,
    )
  }
  untouched = await balances()
})
after(() => florin.remove())

/** Every account with its balance; a refused transfer is recorded, but moves nothing. */
async function balances(): Promise<unknown> {
  const { status, body } = await florin.ask('GET', '/v2/accounts?limit=1000')
  assert.equal(status, 200)
  return body.data
}

const JSON_HEADERS = { 'content-type': 'application/json' }
const send = (
  path: string,
  text: string | Buffer,
  headers: Record<string, string> = JSON_HEADERS,
): Promise<Answer> => florin.askRaw(path, text, headers)

async function assertRefused(answer: Answer, statuses: readonly number[], about: string): Promise<void> {
  const { status, headers, body } = answer
  assert.ok(statuses.includes(status), `${about}: ${status} ${JSON.stringify(body)}`)
  assert.match(String(headers['content-type']), /^application\/problem\+json/, about)
  assert.equal(typeof body.code, 'string', about)
  assert.equal(body.status, status, about)
  assert.ok(String(body.detail).length > 5, about)
  assert.doesNotMatch(
    JSON.stringify(body),
    /node_modules|\.ts:|at Object|select |florin\./,
    'nothing of the inside is shown',
  )
}

/** JSON text, so that numbers can be written which JavaScript would round. */
const AMOUNTS = [
  '0',
  '0.0',
  '-0',
  '-1',
  '-0.00000001',
  '+1',
  '1e3',
  '1E3',
  '1e-1',
  '1.',
  '.5',
  '.',
  '-',
  '',
  ' ',
  ' 1',
  '1 ',
  '1\\n',
  '01',
  '00',
  '1,5',
  '1.000,00',
  '1_000',
  '0x10',
  '0b1',
  '1/2',
  '1.2.3',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  'abc',
  '１',
  '١',
  '½',
  '1\\u0000',
  '\\ud800',
  '$1',
  '1 EUR',
  "1'; drop table accounts; --",
  '1.123456789',
  '9'.repeat(31),
  '9'.repeat(39),
  '9'.repeat(10_000),
  `0.${'0'.repeat(100)}1`,
].map((text) => `"${text}"`)
const NOT_STRINGS = [
  '1',
  '1.5',
  '0',
  '-1',
  '1e400',
  '123456789012345678901234567890',
  'null',
  'true',
  '[]',
  '["1"]',
  '{}',
]

const IDS = [
  '"0"',
  '"-1"',
  '"01"',
  '"1.5"',
  '"1e3"',
  '" 1"',
  '""',
  '"abc"',
  '"9223372036854775808"',
  `"${'9'.repeat(1000)}"`,
]
const NOT_IDS = [
  '0',
  '-1',
  '1.5',
  '9007199254740993',
  '9223372036854775807',
  '1e400',
  'null',
  'true',
  '[1]',
  '{}',
  '"1\\u0000"',
]

const transfer = (fields: Record<string, string>): string => {
  const all = { source_account_id: '1001', destination_account_id: '2002', amount: '"1"', ...fields }
  return `{${Object.entries(all)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',')}}`
}

test('no nonsense passes for an amount', async () => {
  for (const amount of [...AMOUNTS, ...NOT_STRINGS]) {
    const about = amount.slice(0, 60)
    const paid = await send('/v1/transfers', transfer({ amount }))
    await assertRefused(paid, [400, 422], about)
    if (paid.status === 422)
      assert.equal((paid.body.errors as { field: string }[])[0]?.field, 'amount', about)
    if (['"0"', '"0.0"'].includes(amount)) continue // An account may begin with nothing.
    await assertRefused(
      await send('/v1/accounts', `{"account_id":7,"initial_balance":${amount}}`),
      [400, 422],
      about,
    )
  }
  assert.deepEqual(await balances(), untouched)
})

test('no nonsense passes for an account id', async () => {
  for (const id of [...IDS, ...NOT_IDS]) {
    const about = id.slice(0, 60)
    await assertRefused(await send('/v1/accounts', `{"account_id":${id}}`), [400, 422], about)
    await assertRefused(await send('/v1/transfers', transfer({ source_account_id: id })), [400, 422], about)
    await assertRefused(
      await send('/v1/transfers', transfer({ destination_account_id: id })),
      [400, 422],
      about,
    )
  }
  for (const id of [
    '0',
    '-1',
    '1.5',
    'abc',
    '9223372036854775808',
    '%00',
    '%F0%9F%92%B6',
    '1%2F2',
    '9'.repeat(500),
  ]) {
    await assertRefused(await florin.ask('GET', `/v1/accounts/${id}`), [404, 422], id)
  }
  await assertRefused(await florin.ask('GET', '/v1/accounts/3003'), [404], 'an account that is not there')
  assert.deepEqual(await balances(), untouched)
})

test('no transfer that cannot be passes', async () => {
  const cases: [fields: Record<string, string>, code: string][] = [
    [{ destination_account_id: '1001' }, 'same_account'],
    [{ source_account_id: '404' }, 'account_not_found'],
    [{ destination_account_id: '404' }, 'account_not_found'],
    [{ amount: '"500.00000001"' }, 'insufficient_funds'],
    [{ source_account_id: '2002', destination_account_id: '1001' }, 'insufficient_funds'],
    [{ amount: `"${'9'.repeat(30)}"` }, 'insufficient_funds'],
  ]
  for (const [fields, code] of cases) {
    const answer = await send('/v1/transfers', transfer(fields))
    await assertRefused(answer, [422], code)
    assert.equal(answer.body.code, code)
  }
  const again = await send('/v1/accounts', '{"account_id":1001,"initial_balance":"1"}')
  await assertRefused(again, [409], 'an account that is there')
  assert.deepEqual(await balances(), untouched)
})

test('bodies that are no requests are refused', async () => {
  const bodies = [
    '',
    ' ',
    '{',
    '}',
    '[]',
    '[{}]',
    'null',
    'true',
    '1',
    '"x"',
    '{}',
    '{"account_id"}',
    "{'account_id':1}",
    '{"account_id":1,}',
    '{"account_id":}',
    '\u0000',
    '<xml/>',
    'account_id=7',
    '{"account_id":7}{"account_id":8}',
    '{"account_id":7} x',
    '{"__proto__":{"account_id":7}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"account_id":7,"extra":1}',
    '{"ACCOUNT_ID":7}',
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    `{"account_id":7,"initial_balance":"${'1'.repeat(BODY_SIZE_MAX)}"}`,
  ]
  for (const body of bodies)
    await assertRefused(await send('/v1/accounts', body), [400, 413, 422], body.slice(0, 40))
  // Of a far larger body Florin does not read the rest: whether its sender hears 413 or a closed connection is chance.
  const huge = await send('/v1/accounts', `{"account_id":7}${' '.repeat(20 * BODY_SIZE_MAX)}`).catch(
    () => null,
  )
  if (huge !== null) await assertRefused(huge, [413], 'a huge body')
  await assertRefused(
    await send('/v1/accounts', Buffer.from([0xff, 0xfe, 0x7b, 0x7d])),
    [400, 422],
    'no UTF-8',
  )
  await assertRefused(
    await send('/v1/accounts', '{"account_id":7}', { 'content-type': 'text/plain' }),
    [415],
    'text',
  )
  await assertRefused(
    await send('/v1/accounts', 'account_id=7', { 'content-type': 'application/x-www-form-urlencoded' }),
    [415],
    'a form',
  )
  assert.deepEqual(await balances(), untouched)
})

test('idempotency keys have bounds', async () => {
  for (const key of ['', ' ', 'a b', 'k'.repeat(256), 'k'.repeat(10_000), 'käse']) {
    const answer = await send('/v1/transfers', transfer({}), {
      ...JSON_HEADERS,
      'idempotency-key': Buffer.from(key).toString('latin1'),
    })
    await assertRefused(answer, [400, 422, 431], `key of ${key.length}`)
  }
  const longest = await send('/v1/transfers', transfer({ amount: '"600"' }), {
    ...JSON_HEADERS,
    'idempotency-key': 'k'.repeat(255),
  })
  assert.equal(longest.body.code, 'insufficient_funds')
  assert.deepEqual(await balances(), untouched)
})

test('paths and methods that are not there are said so', async () => {
  await assertRefused(await florin.ask('GET', '/v1/nothing'), [404], 'path')
  await assertRefused(await florin.ask('GET', '/../../etc/passwd'), [404], 'path')
  const answer = await florin.ask('PATCH', '/v1/accounts', {})
  await assertRefused(answer, [405], 'method')
  assert.match(String(answer.headers.allow), /POST/)
})

test('after all of it Florin works, and its ledger is proven', async () => {
  assert.equal((await send('/v1/transfers', transfer({}))).status, 201)
  await florin.verify()
})
