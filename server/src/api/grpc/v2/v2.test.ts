import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('florin.v2', () => {
  let rest: Edge
  let edge: GrpcEdge & AsyncDisposable
  before(async () => {
    rest = await createEdge()
    edge = await createGrpcEdge({ florin: rest.florin })
    for (const [id, currency] of Object.entries({ 1: 'EUR', 2: 'EUR', 3: 'JPY', 9001: 'EUR', 9002: 'JPY' })) {
      await ok('AccountService/CreateAccount', { id, currency, initial_balance: '1000' })
    }
  })
  after(async () => {
    await edge[Symbol.asyncDispose]()
    await rest.close()
  })

  const call = async (method: string, message: object, metadata = {}) =>
    await edge.json.call(`florin.v2.${method}`, message, { metadata })

  async function ok(method: string, message: object): Promise<Loose> {
    const answer = await call(method, message)
    assert.equal(answer.status, 'OK', `${method} ${answer.detail}`)
    return answer.message
  }

  async function refused(method: string, message: object, [status, reason, field]: readonly string[]) {
    const answer = await call(method, message)
    assert.deepEqual([answer.status, answer.reason, answer.errors[0]?.field], [status, reason, field], method)
    return answer
  }

  /** That a message says what REST says. */
  async function same(message: Loose, path: string): Promise<void> {
    const { status, body } = await rest.get(path)
    assert.equal(status, 200, path)
    assert.deepEqual(plain(message), plain(body), path)
  }

  const posting = { source: '1', destination: '2', currency: 'EUR' }

  it('makes, shows, lists and changes users', async () => {
    const { user } = await ok('UserService/CreateUser', {
      name: 'Ada',
      email: 'ada@x.y',
      metadata: { a: '1' },
    })
    const path = { user_id: user.id }
    await same(user, `/v2/users/${user.id}`)
    assert.deepEqual(await ok('UserService/GetUser', path), { user })
    const changed = await ok('UserService/UpdateUser', {
      ...path,
      name: '',
      metadata: { entries: { b: '2' } },
      if_version: 1,
    })
    assert.deepEqual(
      [changed.user.name, changed.user.email, changed.user.metadata],
      [undefined, 'ada@x.y', { b: '2' }],
    )
    const cleared = await ok('UserService/UpdateUser', { ...path, metadata: {} })
    assert.equal(cleared.user.metadata, undefined)
    await same((await ok('UserService/ListUsers', {})).users, '/v2/users')

    await refused('UserService/UpdateUser', { ...path, name: 'x', if_version: 1 }, [
      'ABORTED',
      'version_mismatch',
      'if_version',
    ])
    await refused('UserService/UpdateUser', path, ['INVALID_ARGUMENT', 'validation_failed', 'request'])
    await refused('UserService/UpdateUser', { user_id: MISSING, name: 'x' }, [
      'NOT_FOUND',
      'user_not_found',
      'user_id',
    ])
    await refused('UserService/GetUser', { user_id: MISSING }, ['NOT_FOUND', 'user_not_found'])
    await refused('UserService/CreateUser', { email: 'ada@x.y' }, ['ALREADY_EXISTS', 'email_taken', 'email'])
  })

  it('makes, shows and lists currencies', async () => {
    const { currency } = await ok('CurrencyService/CreateCurrency', {
      code: 'POINTS',
      scale: 0,
      name: 'Points',
    })
    await same(currency, '/v2/currencies/POINTS')
    assert.deepEqual(await ok('CurrencyService/GetCurrency', { code: 'POINTS' }), { currency })
    const { currencies, next_cursor: cursor } = await ok('CurrencyService/ListCurrencies', { limit: 2 })
    const next = await ok('CurrencyService/ListCurrencies', { cursor })
    await same([...currencies, ...next.currencies], '/v2/currencies')
    await refused('CurrencyService/CreateCurrency', { code: 'GOLD', name: 'x' }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'scale',
    ])
    await refused('CurrencyService/GetCurrency', { code: 'NONE' }, ['NOT_FOUND', 'currency_not_found'])
  })

  it('opens, shows, lists, changes and closes accounts', async () => {
    const { user } = await ok('UserService/CreateUser', {})
    const own = { id: '77', user_id: user.id, currency: 'EUR', credit_limit: '5' }
    const { account } = await ok('AccountService/CreateAccount', own)
    const path = { account_id: '77' }
    await same(account, '/v2/accounts/77')
    const at = account.created_at
    const past = await ok('AccountService/GetAccount', { ...path, at: at, clock: 'recorded' })
    await same(past.account, `/v2/accounts/77?clock=recorded&at=${at}`)
    await same(
      (await ok('AccountService/ListAccounts', { user_id: user.id })).accounts,
      `/v2/accounts?user_id=${user.id}`,
    )
    await same(await ok('AccountService/GetWallet', { user_id: user.id }), `/v2/users/${user.id}/wallet`)
    const changed = await ok('AccountService/UpdateAccount', {
      ...path,
      metadata: { entries: { a: 'b' } },
      if_version: 1,
    })
    await same(changed.account, '/v2/accounts/77')
    await refused('AccountService/UpdateAccount', { account_id: '404', credit_limit: '1' }, [
      'NOT_FOUND',
      'account_not_found',
      'account_id',
    ])
    await refused('AccountService/UpdateAccount', { ...path, credit_limit: '1', if_version: 0 }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'if_version',
    ])

    await ok('TransferService/CreateTransfer', { transfer: { ...posting, destination: '77', amount: '5' } })
    await same((await ok('AccountService/ListEntries', path)).entries, '/v2/accounts/77/entries')
    await refused('AccountService/CloseAccount', path, [
      'FAILED_PRECONDITION',
      'balance_not_zero',
      'account_id',
    ])
    const closed = await ok('AccountService/CloseAccount', { ...path, sweep_to: '1' })
    assert.equal(closed.account.status, 'closed')
    await same(closed.account, '/v2/accounts/77')
  })

  it('streams a statement', async () => {
    const parts = await stream('AccountService', 'StreamStatement', { account_id: '1', clock: 'recorded' })
    const {
      data,
      next_cursor: _,
      ...summary
    } = (await rest.get('/v2/accounts/1/statement?clock=recorded')).body
    const lines = parts.flatMap((part) => part.lines ?? [])
    assert.deepEqual(plain(lines), plain(data))
    assert.deepEqual({ ...parts[0].summary, to: '' }, { ...summary, to: '' })
    await assert.rejects(stream('AccountService', 'StreamStatement', { account_id: '404' }), { code: 5 })
    await assert.rejects(stream('AccountService', 'StreamStatement', { account_id: 'x' }), { code: 3 })
  })

  it('posts, shows, lists, tries and reverses transfers', async () => {
    const flat = { ...posting, amount: '1.50', reference: 'r-1', metadata: { a: 'b' } }
    const { transfer } = await ok('TransferService/CreateTransfer', { transfer: flat })
    const path = { transfer_id: transfer.id }
    await same(transfer, `/v2/transfers/${transfer.id}`)
    assert.deepEqual(await ok('TransferService/GetTransfer', path), { transfer })
    const two = [posting, posting].map((leg, i) => ({ ...leg, amount: `${i + 1}` }))
    await ok('TransferService/CreateTransfer', { transfer: { postings: two } })
    const upTo = await ok('TransferService/CreateTransfer', { transfer: { ...posting, amount_max: '1' } })
    assert.deepEqual([upTo.transfer.postings[0].role, upTo.transfer.postings[0].max], ['balancing', '1.00'])

    const query = { reference: 'r-1', status: 'posted', from: transfer.created_at }
    await same((await ok('TransferService/ListTransfers', query)).transfers, '/v2/transfers?reference=r-1')

    const simulated = await ok('TransferService/SimulateTransfer', { transfer: flat })
    assert.deepEqual([simulated.would, simulated.entries.length, simulated.error], ['post', 2, undefined])
    const poor = { transfer: { ...flat, amount: '99999' } }
    const would = await ok('TransferService/SimulateTransfer', poor)
    assert.deepEqual([would.would, would.transfer.status, would.error.code], ['refuse', 'failed', 9])

    const { transfer: reversal } = await ok('TransferService/ReverseTransfer', { ...path, amount: '0.50' })
    assert.deepEqual([reversal.reversal_of, reversal.postings[0].amount], [transfer.id, '0.50'])
    await same(reversal, `/v2/transfers/${reversal.id}`)
    await refused('TransferService/ReverseTransfer', { ...path, amount: '2' }, [
      'FAILED_PRECONDITION',
      'reversal_exceeds_original',
      'amount',
    ])
    await refused('TransferService/ReverseTransfer', { transfer_id: MISSING }, [
      'NOT_FOUND',
      'transfer_not_found',
      'transfer_id',
    ])
  })

  it('names the fields of a transfer, and explains a refusal', async () => {
    const create = 'TransferService/CreateTransfer'
    const bad = ['INVALID_ARGUMENT', 'validation_failed'] as const
    await refused(create, {}, [...bad, 'transfer'])
    await refused(create, { transfer: { ...posting, source: 'x', amount: '1' } }, [...bad, 'transfer.source'])
    await refused(create, { transfer: { ...posting, amount: '1.001' } }, [...bad, 'transfer.amount'])
    await refused(create, { transfer: { ...posting, amount_max: 'x' } }, [...bad, 'transfer.amount_max'])
    await refused(create, { transfer: { ...posting, postings: [{ ...posting, amount: '1' }] } }, [
      ...bad,
      'transfer.source',
    ])
    const odd = {
      transfer: {
        postings: [
          { ...posting, amount: '1' },
          { ...posting, amount_max: 'x' },
        ],
      },
    }
    await refused(create, odd, [...bad, 'transfer.postings[1].amount_max'])
    for (const time of [
      { seconds: 1, nanos: 1 },
      { seconds: '999999999999999' },
      { seconds: -62135596801 },
    ]) {
      const at = { ...posting, amount: '1', effective_at: time }
      const answer = await edge.call('florin.v2.TransferService/CreateTransfer', { transfer: at })
      assert.equal(answer.errors[0]?.field, 'transfer.effective_at')
    }
    const same_ = { transfer: { ...posting, destination: '1', amount: '1' } }
    await refused(create, same_, ['INVALID_ARGUMENT', 'same_account', 'transfer.destination'])
    const poor = await refused(create, { transfer: { ...posting, amount: '99999' } }, [
      'FAILED_PRECONDITION',
      'insufficient_funds',
      'transfer.source',
    ])
    assert.equal(poor.explanation.rule, 'available')
    assert.equal(poor.explanation.saw.posted, (await rest.get('/v2/accounts/1')).body.balances.posted)
  })

  it('posts many transfers at once', async () => {
    const items = ['1', '2', '99999', 'x'].map((amount) => ({ transfer: { ...posting, amount } }))
    const { results } = await ok('TransferService/BulkCreateTransfers', { mode: 'independent', items })
    assert.deepEqual(
      results.map(({ index = 0, status }: Loose) => [index, status]),
      [
        [0, 'posted'],
        [1, 'posted'],
        [2, 'failed'],
        [3, 'failed'],
      ],
    )
    assert.match(results[3].error.message, /^transfer\.amount must/)
    const all = { mode: 'atomic', items: items.slice(0, 2) }
    assert.equal((await ok('TransferService/BulkCreateTransfers', all)).results.length, 2)
    await refused('TransferService/BulkCreateTransfers', { mode: 'atomic', items: items.slice(0, 3) }, [
      'FAILED_PRECONDITION',
      'insufficient_funds',
      'items[2].transfer.source',
    ])
    const bad = ['INVALID_ARGUMENT', 'validation_failed'] as const
    const bulk = 'TransferService/BulkCreateTransfers'
    await refused(bulk, { items }, [...bad, 'mode'])
    await refused(bulk, { mode: 'atomic' }, [...bad, 'items'])
    await refused(bulk, { mode: 'atomic', items: [{ transfer: { ...posting, source: 'x', amount: '1' } }] }, [
      ...bad,
      'items[0].transfer.source',
    ])
    await refused(bulk, { mode: 'atomic', items: [{ transfer: { ...posting, amount_max: 'x' } }] }, [
      ...bad,
      'items[0].transfer.amount_max',
    ])
    await refused(bulk, { mode: 'atomic', items: [{ ...items[0], linked: true }] }, [
      ...bad,
      'items[0].linked',
    ])
    const tooMany = Array.from({ length: 10_001 }, () => items[0])
    await refused(bulk, { mode: 'independent', items: tooMany }, [...bad, 'items'])
  })

  it('reserves, captures and releases', async () => {
    const asked = { ...posting, amount: '10', expires_at: '2090-01-01T00:00:00.000000Z', reference: 'h' }
    const { hold } = await ok('HoldService/CreateHold', asked)
    await same(hold, `/v2/holds/${hold.id}`)
    const path = { hold_id: hold.id }
    const captured = await ok('HoldService/CaptureHold', { ...path, amount: '4' })
    await same(captured.transfer, `/v2/transfers/${captured.transfer.id}`)
    const released = await ok('HoldService/ReleaseHold', path)
    assert.equal(released.hold.status, 'released')
    assert.deepEqual(await ok('HoldService/GetHold', path), released)
    await same((await ok('HoldService/ListHolds', { status: 'released' })).holds, '/v2/holds?status=released')
    await refused('HoldService/ReleaseHold', path, ['FAILED_PRECONDITION', 'hold_released', 'hold_id'])
    await refused('HoldService/GetHold', { hold_id: MISSING }, ['NOT_FOUND', 'hold_not_found'])
  })

  it('rules accounts', async () => {
    const rules = {
      maximum: '500',
      velocity: [{ window: 'day', amount: '9000', count: 900 }],
      allowed_destinations: { accounts: ['2', '3'] },
      freeze: 'credits',
      fee: { account: '2', fixed: '0.10', maximum: '1' },
    }
    const { policy } = await ok('PolicyService/CreatePolicy', { account_id: '3', rules: { maximum: '500' } })
    const path = { policy_id: policy.id }
    await same(policy, `/v2/policies/${policy.id}`)
    const other = { currency: 'EUR', rules }
    const { policy: wide } = await ok('PolicyService/CreatePolicy', other)
    const shown = (await rest.get(`/v2/policies/${wide.id}`)).body
    assert.deepEqual(wide.rules.allowed_destinations, { accounts: shown.rules.allowed_destinations })
    assert.deepEqual(wide.rules.velocity, shown.rules.velocity)
    await refused('PolicyService/CreatePolicy', other, ['ALREADY_EXISTS', 'policy_exists', 'currency'])
    await ok('PolicyService/RemovePolicy', { policy_id: wide.id, if_version: 1 })

    const updated = await ok('PolicyService/UpdatePolicy', {
      ...path,
      rules: { minimum: '1' },
      if_version: 1,
    })
    await same(updated.policy, `/v2/policies/${policy.id}`)
    assert.deepEqual(await ok('PolicyService/GetPolicy', path), updated)
    await same(
      (await ok('PolicyService/ListPolicies', { account_id: '3' })).policies,
      '/v2/policies?account_id=3',
    )
    await same(
      (await ok('AccountService/ListAccountPolicies', { account_id: '3' })).policies,
      '/v2/accounts/3/policies',
    )
    const { versions } = await ok('PolicyService/ListPolicyVersions', path)
    assert.deepEqual(
      versions.map(({ policy: one, principal }: Loose) => [one.version, principal]),
      [
        [2, 'anonymous'],
        [1, 'anonymous'],
      ],
    )
    await ok('PolicyService/RemovePolicy', path)
    await refused('PolicyService/GetPolicy', path, ['NOT_FOUND', 'policy_not_found'])
  })

  it('quotes and converts', async () => {
    const { quote } = await ok('FxService/CreateQuote', {
      sell_currency: 'EUR',
      buy_currency: 'JPY',
      sell_amount: '1',
    })
    await same(quote, `/v2/fx/quotes/${quote.id}`)
    const path = { quote_id: quote.id }
    const { transfer } = await ok('FxService/ConvertQuote', { ...path, source: '1', destination: '3' })
    await same(transfer, `/v2/transfers/${transfer.id}`)
    assert.equal((await ok('FxService/GetQuote', path)).quote.transfer_id, transfer.id)
    const again = { ...path, source: '1', destination: '3' }
    await refused('FxService/ConvertQuote', again, ['FAILED_PRECONDITION', 'quote_used', 'quote_id'])
  })

  it('tells events, a page at a time and as they happen', async () => {
    const { events, next_cursor: cursor } = await ok('EventService/ListEvents', { limit: 3 })
    const shown = (await rest.get('/v2/events?limit=3')).body
    assert.deepEqual(
      events.map((event: Loose) => ({ ...event, data: fromStruct(event.data) })),
      shown.data,
    )
    assert.equal(cursor, shown.next_cursor)
    await refused('EventService/ListEvents', { types: ['nonsense'] }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'types',
    ])
  })

  it('closes the books, and shows that they add up', async () => {
    const balance = await ok('PeriodService/GetTrialBalance', { currency: 'EUR' })
    const { at: _, ...others } = (await rest.get('/v2/trial-balance?currency=EUR')).body
    assert.deepEqual({ ...balance, at: '' }, { ...others, at: '' })
    assert.deepEqual(await ok('PeriodService/GetBooks', {}), { books: {} })
    const through = '2020-09-13T12:26:40.000000Z'
    const closed = await ok('PeriodService/ClosePeriod', { through })
    assert.equal(closed.books.closed_through, through)
    await same((await ok('PeriodService/GetBooks', {})).books, '/v2/periods')
    await refused('PeriodService/ClosePeriod', { through }, [
      'FAILED_PRECONDITION',
      'period_not_closable',
      'through',
    ])
  })

  it('puts the clock forward', async () => {
    const before_ = (await ok('TestClockService/GetTestClock', {})).test_clock
    const { test_clock: clock } = await ok('TestClockService/AdvanceTestClock', { seconds: 60 })
    assert.ok(clock.now > before_.now)
    assert.ok(clock.offset_seconds > 59, String(clock.offset_seconds))
    await refused('TestClockService/AdvanceTestClock', {}, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'seconds',
    ])
  })

  async function stream(service: string, method: string, message: object): Promise<Loose[]> {
    const messages: Loose[] = []
    for await (const part of edge.json.service(`florin.v2.${service}`)[method](message)) messages.push(part)
    return messages
  }
})

/** Without what protobuf does not send, or cannot tell from what was not sent. */
function plain(json: Loose): Loose {
  if (json?.data !== undefined && 'next_cursor' in json) return plain(json.data)
  if (Array.isArray(json)) return json.map(plain)
  if (json === null || typeof json !== 'object') return json
  const kept = Object.entries(json).filter(([, value]) => ![null, '', 0, false].includes(value as null))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, plain(value)]).filter(([, value]) => JSON.stringify(value) !== '{}'),
  )
}

function fromStruct({ fields = {} }: Loose): Loose {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fromValue(value)]))
}

function fromValue(value: Loose): Loose {
  const [kind] = Object.keys(value)
  switch (kind) {
    case 'structValue':
      return fromStruct(value.structValue)
    case 'listValue':
      return (value.listValue.values ?? []).map(fromValue)
    case 'nullValue':
      return null
    default:
      return value[kind as string]
  }
}
