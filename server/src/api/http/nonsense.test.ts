// Whatever nonsense arrives: a clear 4xx that names the field, and nothing changed.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Ask, type Edge, type Loose } from '#test/http-edge.ts'

const SOURCE = '1001'
const DESTINATION = '2002'
const BAD_AMOUNTS = [
  '0', '0.00', '-1', '+1', '1e3', '1.', '.5', '0x10', ' 1', '1 ', '', '01', '1,5', '١', '1.123456789', 'NaN', 'Infinity',
  '1'.repeat(40), `0.${'1'.repeat(40)}`, '1'.repeat(10_000), 1.5, 1, true, null, {}, ['1'],
] // prettier-ignore
const BAD_IDS = [
  '0',
  '-1',
  '01',
  '1.5',
  '1e3',
  ' 1',
  '',
  'abc',
  '9223372036854775808',
  '9'.repeat(30),
  true,
  null,
  {},
  [1],
]

describe('nonsense', () => {
  let edge: Edge
  let untouched: string

  before(async () => {
    edge = await createEdge()
    await edge.post('/v1/accounts', { account_id: 1001, initial_balance: '500' })
    await edge.post('/v1/accounts', { account_id: 2002 })
    await edge.post('/v2/accounts', { id: '3003', currency: 'EUR' })
    untouched = await balances()
  })
  after(() => edge.close())

  async function balances(): Promise<string> {
    return JSON.stringify(
      (await edge.get('/v2/accounts?limit=1000')).body.data.map((one: Loose) => [one.id, one.balances]),
    )
  }

  /** Refused, about this field, and nothing changed. */
  async function refuses(path: string, body: unknown, field: string, status = 422): Promise<void> {
    const answer = await edge.post(path, body)
    const told = JSON.stringify(body)?.slice(0, 80)
    assert.equal(answer.status, status, told)
    assert.equal(answer.body.errors[0]?.field, field, told)
    assert.ok(answer.body.errors[0].message.length > 5)
    assert.equal(await balances(), untouched, told)
  }

  const v1 = { source_account_id: 1001, destination_account_id: 2002, amount: '1' }
  const v2 = { source: SOURCE, destination: DESTINATION, amount: '1', currency: 'XXX' }

  it('refuses bad amounts', async () => {
    for (const amount of BAD_AMOUNTS) {
      await refuses('/v1/transfers', { ...v1, amount }, 'amount')
      await refuses('/v2/transfers', { ...v2, amount }, 'amount')
      await refuses('/v2/transfers', { postings: [{ ...v2, amount }] }, 'postings[0].amount')
      if (amount === '0' || amount === '0.00') continue
      await refuses('/v1/accounts', { account_id: 5, initial_balance: amount }, 'initial_balance')
    }
  })

  it('says why a JSON number is no amount', async () => {
    const { body } = await edge.post('/v1/transfers', { ...v1, amount: 1.5 })
    assert.match(body.detail, /string.*floating point/)
  })

  it('refuses bad ids', async () => {
    for (const id of BAD_IDS) {
      await refuses('/v1/accounts', { account_id: id }, 'account_id')
      await refuses('/v1/transfers', { ...v1, source_account_id: id }, 'source_account_id')
      await refuses('/v1/transfers', { ...v1, destination_account_id: id }, 'destination_account_id')
      await refuses('/v2/transfers', { ...v2, source: id }, 'source')
    }
    for (const id of [0, -1, 1.5]) await refuses('/v1/accounts', { account_id: id }, 'account_id')
    await refuses('/v2/transfers', { ...v2, source: 1001 }, 'source')
    for (const id of ['0', '-1', 'abc', '9223372036854775808', '1%00', '%F0%9F%92%B6']) {
      for (const [path, field] of [
        [`/v1/accounts/${id}`, 'account_id'],
        [`/v2/accounts/${id}`, 'account_id'],
        [`/v1/transfers/${id}`, 'id'],
        [`/v2/transfers/${id}`, 'transfer_id'],
        [`/v2/users/${id}`, 'user_id'],
      ] as const) {
        const answer = await edge.get(path)
        assert.deepEqual([answer.status, answer.body.errors[0]?.field], [422, field], path)
      }
    }
  })

  it('refuses an id that JSON has rounded, and says to send a string', async () => {
    for (const digits of ['9007199254740992', '9007199254740993', '9223372036854775807', '1e300']) {
      const body = `{"account_id":${digits}}`
      await refuses('/v1/accounts', body, 'account_id')
      assert.match((await edge.post('/v1/accounts', body)).body.detail, /string of digits/)
    }
  })

  it('refuses what cannot happen', async () => {
    await refuses('/v1/transfers', { ...v1, destination_account_id: 1001 }, 'destination_account_id')
    await refuses('/v1/transfers', { ...v1, destination_account_id: 3003 }, 'destination_account_id')
    await refuses('/v1/transfers', { ...v1, source_account_id: 404 }, 'source_account_id')
    await refuses('/v1/transfers', { ...v1, amount: '500.00000001' }, 'source_account_id')
    await refuses('/v2/transfers', { ...v2, destination: SOURCE }, 'destination')
    await refuses('/v2/transfers', { ...v2, currency: 'EUR' }, 'source')
    await refuses('/v2/transfers', { ...v2, destination: '404' }, 'destination')
    await refuses('/v1/accounts', { account_id: 1001, initial_balance: '1' }, 'account_id', 409)
  })

  it('refuses fields it does not know, by name, and missing ones', async () => {
    await refuses('/v1/transfers', { ...v1, currency: 'XXX' }, 'currency')
    await refuses('/v1/transfers', { ...v1, amuont: '1' }, 'amuont')
    await refuses('/v2/transfers', { postings: [{ ...v2, fee: '1' }] }, 'postings[0].fee')
    await refuses('/v1/transfers', {}, 'source_account_id')
    const { body } = await edge.post('/v1/transfers', {})
    assert.deepEqual(
      body.errors.map(({ field, message }: Loose) => `${field} ${message}`),
      ['source_account_id is missing', 'destination_account_id is missing', 'amount is missing'],
    )
  })

  it('refuses bodies that are no JSON object', async () => {
    for (const body of ['[]', '"x"', '1', 'null', 'true']) await refuses('/v1/transfers', body, 'body')
    await refuses('/v1/transfers', '{"__proto__":{"amount":"1"}}', '__proto__')
    await refuses('/v2/users', '{"metadata":{"\\u005f_proto__":"1"}}', 'metadata.__proto__')
    await refuses('/v2/users', '{"name":"\\ud800"}', 'name')
    await refuses('/v2/users', '{"metadata":{"a\\u0000":"1"}}', 'metadata')
  })

  it('refuses a key that is given twice, wherever and however it is written', async () => {
    const pair = '"source_account_id":1001,"destination_account_id":2002'
    await refuses('/v1/transfers', `{${pair},"amount":"1","amount":"400"}`, 'amount')
    await refuses('/v1/transfers', `{${pair},"amount":"1","am\\u006funt":"400"}`, 'amount')
    await refuses('/v2/users', '{"metadata":{"a":"x:{,","b":"\\"","a":"y"}}', 'a')
    await refuses('/v2/users', '{"__proto__":"a","__proto__":"b"}', '__proto__')
    // The same key in two objects is nothing special.
    const posting = `{"source":"${SOURCE}","destination":"${DESTINATION}","amount":"9999","currency":"XXX"}`
    const { status, body } = await edge.post('/v2/transfers', `{"postings":[${posting},${posting}]}`)
    assert.deepEqual([status, body.code], [422, 'insufficient_funds'])
  })

  it('refuses what nests deep, before anything is made of it', async () => {
    const nest = (levels: number, open: string, shut: string) => open.repeat(levels) + shut.repeat(levels)
    for (const bomb of [nest(31, '[', ']'), nest(500_000, '[', ']'), `${'{"a":'.repeat(100_000)}1`]) {
      const { status, body } = await edge.post('/v2/users', `{"metadata":{"a":${bomb}}}`)
      assert.equal(status, 400, bomb.slice(0, 20))
      assert.match(body.detail, /deeper than 32 levels/)
    }
    await refuses('/v2/users', `{"metadata":{"a":${nest(30, '[', ']')}}}`, 'metadata')
    await refuses('/v2/users', `{"name":"${'[{'.repeat(1000)}"}`, 'name')
  })

  it('answers 400 for what cannot be read', async () => {
    const cut = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
    for (const body of ['', '{', '{"a":1,}', "{'a':1}", 'NaN', '{"amount":NaN}', '\ufeff{', cut]) {
      const answer = await edge.post('/v2/users', body)
      assert.deepEqual([answer.status, answer.body.code], [400, 'bad_request'], String(body))
    }
    assert.match((await edge.post('/v2/users', cut)).body.detail, /UTF-8/)
    assert.match((await edge.post('/v2/users', '')).body.detail, /empty/)
    const deep = `{"name":"\\u0041","metadata":${'['.repeat(5000)}${']'.repeat(5000)}}`
    assert.equal((await edge.post('/v2/users', deep)).status, 400)
  })

  it('answers 422 for no body at all', async () => {
    const answer = await edge.ask('/v1/transfers', { method: 'POST' })
    assert.deepEqual([answer.status, answer.body.detail], [422, 'body is missing'])
  })

  it('answers 413 for a body of 10 MB', async () => {
    const answer = await edge.post('/v1/transfers', `{"amount":"${'1'.repeat(10_000_000)}"}`)
    assert.deepEqual([answer.status, answer.body.code], [413, 'body_too_large'])
  })

  it('answers 415 for anything but JSON in UTF-8', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
      'nonsense',
      '',
    ]
    for (const type of types) {
      const answer = await edge.post('/v1/transfers', v1, { 'content-type': type })
      assert.deepEqual([answer.status, answer.body.code], [415, 'unsupported_media_type'], type)
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      const answer = await edge.post('/v1/transfers', {}, { 'content-type': type })
      assert.equal(answer.status, 422, type)
    }
    assert.equal(await balances(), untouched)
  })

  it('answers 404, 405 with Allow, and 400 for wrong paths', async () => {
    const cases: [string, Ask, number, string?][] = [
      ['/nope', {}, 404],
      ['/v1/accounts//', {}, 404],
      ['/v2/transfers', { method: 'DELETE' }, 405, 'GET, HEAD, POST'],
      ['/v2/accounts/1', { method: 'PUT', body: {} }, 405, 'GET, HEAD, PATCH'],
      ['/v1/transfers', {}, 405, 'POST'],
      [`/v2/accounts/${'1'.repeat(200)}`, {}, 404],
      ['/v2/accounts/%zz', {}, 400],
    ]
    for (const [path, ask, status, allow] of cases) {
      const answer = await edge.ask(path, ask)
      assert.equal(answer.status, status, path)
      assert.equal(answer.headers['allow'], allow)
    }
  })
})
