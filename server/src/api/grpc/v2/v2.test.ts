import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createBothEdges, type BothEdges } from '#test/both-edges.ts'
import type { Loose } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'
const posting = { source: '1', destination: '2', currency: 'EUR' }

describe('florin.v2', () => {
  let edges: BothEdges
  before(async () => (edges = await createBothEdges()))
  after(async () => await edges[Symbol.asyncDispose]())

  it('makes, shows, lists and changes users', async () => {
    const { user } = await edges.ok('UserService/CreateUser', {
      name: 'Ada',
      email: 'ada@x.y',
      metadata: { a: '1' },
    })
    const path = { user_id: user.id }
    await edges.same(user, `/v2/users/${user.id}`)
    assert.deepEqual(await edges.ok('UserService/GetUser', path), { user })
    const changed = await edges.ok('UserService/UpdateUser', {
      ...path,
      name: '',
      metadata: { entries: { b: '2' } },
      if_version: 1,
    })
    assert.deepEqual(
      [changed.user.name, changed.user.email, changed.user.metadata],
      [undefined, 'ada@x.y', { b: '2' }],
    )
    const cleared = await edges.ok('UserService/UpdateUser', { ...path, metadata: {} })
    assert.equal(cleared.user.metadata, undefined)
    await edges.same((await edges.ok('UserService/ListUsers', {})).users, '/v2/users')

    await edges.refused('UserService/UpdateUser', { ...path, name: 'x', if_version: 1 }, [
      'ABORTED',
      'version_mismatch',
      'if_version',
    ])
    await edges.refused('UserService/UpdateUser', path, ['INVALID_ARGUMENT', 'validation_failed', 'request'])
    await edges.refused('UserService/UpdateUser', { user_id: MISSING, name: 'x' }, [
      'NOT_FOUND',
      'user_not_found',
      'user_id',
    ])
    await edges.refused('UserService/GetUser', { user_id: MISSING }, ['NOT_FOUND', 'user_not_found'])
    await edges.refused('UserService/CreateUser', { email: 'ada@x.y' }, [
      'ALREADY_EXISTS',
      'email_taken',
      'email',
    ])
  })

  it('makes, shows and lists currencies', async () => {
    const { currency } = await edges.ok('CurrencyService/CreateCurrency', {
      code: 'POINTS',
      scale: 0,
      name: 'Points',
    })
    await edges.same(currency, '/v2/currencies/POINTS')
    assert.deepEqual(await edges.ok('CurrencyService/GetCurrency', { code: 'POINTS' }), { currency })
    const { currencies, next_cursor: cursor } = await edges.ok('CurrencyService/ListCurrencies', { limit: 2 })
    const next = await edges.ok('CurrencyService/ListCurrencies', { cursor })
    await edges.same([...currencies, ...next.currencies], '/v2/currencies')
    await edges.refused('CurrencyService/CreateCurrency', { code: 'GOLD', name: 'x' }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'scale',
    ])
    await edges.refused('CurrencyService/GetCurrency', { code: 'NONE' }, ['NOT_FOUND', 'currency_not_found'])
  })

  it('opens, shows, lists, changes and closes accounts', async () => {
    const { user } = await edges.ok('UserService/CreateUser', {})
    const own = { id: '77', user_id: user.id, currency: 'EUR', credit_limit: '5' }
    const { account } = await edges.ok('AccountService/CreateAccount', own)
    const path = { account_id: '77' }
    await edges.same(account, '/v2/accounts/77')
    const at = account.created_at
    const past = await edges.ok('AccountService/GetAccount', { ...path, at: at, clock: 'recorded' })
    await edges.same(past.account, `/v2/accounts/77?clock=recorded&at=${at}`)
    await edges.same(
      (await edges.ok('AccountService/ListAccounts', { user_id: user.id })).accounts,
      `/v2/accounts?user_id=${user.id}`,
    )
    await edges.same(
      await edges.ok('AccountService/GetWallet', { user_id: user.id }),
      `/v2/users/${user.id}/wallet`,
    )
    const changed = await edges.ok('AccountService/UpdateAccount', {
      ...path,
      metadata: { entries: { a: 'b' } },
      if_version: 1,
    })
    await edges.same(changed.account, '/v2/accounts/77')
    await edges.refused('AccountService/UpdateAccount', { account_id: '404', credit_limit: '1' }, [
      'NOT_FOUND',
      'account_not_found',
      'account_id',
    ])
    await edges.refused('AccountService/UpdateAccount', { ...path, credit_limit: '1', if_version: 0 }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'if_version',
    ])

    await edges.ok('TransferService/CreateTransfer', {
      transfer: { ...posting, destination: '77', amount: '5' },
    })
    await edges.same((await edges.ok('AccountService/ListEntries', path)).entries, '/v2/accounts/77/entries')
    await edges.refused('AccountService/CloseAccount', path, [
      'FAILED_PRECONDITION',
      'balance_not_zero',
      'account_id',
    ])
    const closed = await edges.ok('AccountService/CloseAccount', { ...path, sweep_to: '1' })
    assert.equal(closed.account.status, 'closed')
    await edges.same(closed.account, '/v2/accounts/77')
  })

  it('rules accounts', async () => {
    const rules = {
      maximum: '500',
      velocity: [{ window: 'day', amount: '9000', count: 900 }],
      allowed_destinations: { accounts: ['2', '3'] },
      freeze: 'credits',
      fee: { account: '2', fixed: '0.10', maximum: '1' },
    }
    const { policy } = await edges.ok('PolicyService/CreatePolicy', {
      account_id: '3',
      rules: { maximum: '500' },
    })
    const path = { policy_id: policy.id }
    await edges.same(policy, `/v2/policies/${policy.id}`)
    const other = { currency: 'EUR', rules }
    const { policy: wide } = await edges.ok('PolicyService/CreatePolicy', other)
    const shown = (await edges.rest.get(`/v2/policies/${wide.id}`)).body
    assert.deepEqual(wide.rules.allowed_destinations, { accounts: shown.rules.allowed_destinations })
    assert.deepEqual(wide.rules.velocity, shown.rules.velocity)
    await edges.refused('PolicyService/CreatePolicy', other, ['ALREADY_EXISTS', 'policy_exists', 'currency'])
    await edges.ok('PolicyService/RemovePolicy', { policy_id: wide.id, if_version: 1 })

    const updated = await edges.ok('PolicyService/UpdatePolicy', {
      ...path,
      rules: { minimum: '1' },
      if_version: 1,
    })
    await edges.same(updated.policy, `/v2/policies/${policy.id}`)
    assert.deepEqual(await edges.ok('PolicyService/GetPolicy', path), updated)
    await edges.same(
      (await edges.ok('PolicyService/ListPolicies', { account_id: '3' })).policies,
      '/v2/policies?account_id=3',
    )
    await edges.same(
      (await edges.ok('AccountService/ListAccountPolicies', { account_id: '3' })).policies,
      '/v2/accounts/3/policies',
    )
    const { versions } = await edges.ok('PolicyService/ListPolicyVersions', path)
    assert.deepEqual(
      versions.map(({ policy: one, principal }: Loose) => [one.version, principal]),
      [
        [2, 'anonymous'],
        [1, 'anonymous'],
      ],
    )
    await edges.ok('PolicyService/RemovePolicy', path)
    await edges.refused('PolicyService/GetPolicy', path, ['NOT_FOUND', 'policy_not_found'])
  })

  it('quotes and converts', async () => {
    const { quote } = await edges.ok('FxService/CreateQuote', {
      sell_currency: 'EUR',
      buy_currency: 'JPY',
      sell_amount: '1',
    })
    await edges.same(quote, `/v2/fx/quotes/${quote.id}`)
    const path = { quote_id: quote.id }
    const { transfer } = await edges.ok('FxService/ConvertQuote', { ...path, source: '1', destination: '3' })
    await edges.same(transfer, `/v2/transfers/${transfer.id}`)
    assert.equal((await edges.ok('FxService/GetQuote', path)).quote.transfer_id, transfer.id)
    const again = { ...path, source: '1', destination: '3' }
    await edges.refused('FxService/ConvertQuote', again, ['FAILED_PRECONDITION', 'quote_used', 'quote_id'])
  })

  it('tells events, a page at a time and as they happen', async () => {
    const { events, next_cursor: cursor } = await edges.ok('EventService/ListEvents', { limit: 3 })
    const shown = (await edges.rest.get('/v2/events?limit=3')).body
    assert.deepEqual(
      events.map((event: Loose) => ({ ...event, data: fromStruct(event.data) })),
      shown.data,
    )
    assert.equal(cursor, shown.next_cursor)
    await edges.refused('EventService/ListEvents', { types: ['nonsense'] }, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'types',
    ])
  })

  it('makes, shows, lists, rotates and revokes API keys', async () => {
    const asked = { name: 'shop', scopes: ['users:read', 'accounts:read'], idempotency_key: 'key' }
    const made = await edges.ok('ApiKeyService/CreateApiKey', asked)
    assert.match(made.key, /^flk_/)
    const path = { api_key_id: made.api_key.id }
    const url = `/v2/api-keys/${made.api_key.id}`
    await edges.same(made.api_key, url)
    assert.deepEqual(await edges.ok('ApiKeyService/CreateApiKey', asked), { api_key: made.api_key })
    assert.deepEqual(await edges.ok('ApiKeyService/GetApiKey', path), { api_key: made.api_key })
    await edges.same((await edges.ok('ApiKeyService/ListApiKeys', {})).api_keys, '/v2/api-keys')
    const second = await edges.ok('ApiKeyService/RotateApiKey', { ...path, overlap_seconds: 0 })
    assert.equal(second.api_key.overlaps_until, undefined)
    const third = await edges.ok('ApiKeyService/RotateApiKey', path)
    assert.ok(third.api_key.overlaps_until !== undefined)
    assert.equal(new Set([made.key, second.key, third.key]).size, 3)
    const { api_key: ended } = await edges.ok('ApiKeyService/RevokeApiKey', path)
    assert.ok(ended.revoked_at !== undefined)
    await edges.same(ended, url)

    const invalid = ['INVALID_ARGUMENT', 'validation_failed']
    await edges.refused('ApiKeyService/CreateApiKey', { name: 'x' }, [...invalid, 'scopes'])
    await edges.refused('ApiKeyService/CreateApiKey', { name: 'x', scopes: ['root'] }, [...invalid, 'scopes'])
    const past = { name: 'x', scopes: ['users:read'], expires_at: '2020-01-01T00:00:00Z' }
    await edges.refused('ApiKeyService/CreateApiKey', past, [
      'INVALID_ARGUMENT',
      'expires_at_in_past',
      'expires_at',
    ])
    await edges.refused('ApiKeyService/RotateApiKey', path, [
      'FAILED_PRECONDITION',
      'api_key_revoked',
      'api_key_id',
    ])
    const missing = { api_key_id: MISSING }
    const unknown = ['NOT_FOUND', 'api_key_not_found']
    await edges.refused('ApiKeyService/GetApiKey', missing, unknown)
    await edges.refused('ApiKeyService/RotateApiKey', missing, [...unknown, 'api_key_id'])
    await edges.refused('ApiKeyService/RevokeApiKey', missing, [...unknown, 'api_key_id'])
  })

  it('lets transfers wait, and shows, lists and rejects what waits', async () => {
    await edges.ok('AccountService/CreateAccount', { id: '61', currency: 'EUR', initial_balance: '100' })
    const rules = { approval_above: '20' }
    const { policy } = await edges.ok('PolicyService/CreatePolicy', { account_id: '61', rules })
    assert.deepEqual(policy.rules, { approval_above: '20.00' })
    const transfer = { ...posting, source: '61', amount: '30' }
    const would = await edges.ok('TransferService/SimulateTransfer', { transfer })
    assert.deepEqual([would.would, would.approval.status], ['pend', 'pending'])
    const waits = await edges.ok('TransferService/CreateTransfer', { transfer, idempotency_key: 'waits' })
    assert.equal(waits.transfer, undefined)
    const path = { approval_id: waits.approval.id }
    await edges.same(waits.approval, `/v2/approvals/${waits.approval.id}`)
    assert.deepEqual(await edges.ok('ApprovalService/GetApproval', path), { approval: waits.approval })
    const all = await edges.ok('TransferService/CreateTransfer', { transfer: { ...transfer, amount: 'all' } })
    await edges.same(all.approval, `/v2/approvals/${all.approval.id}`)
    const { approvals } = await edges.ok('ApprovalService/ListApprovals', { status: 'pending' })
    await edges.same(approvals, '/v2/approvals?status=pending')

    // Without authentication everybody is the same.
    await edges.refused('ApprovalService/ApproveTransfer', path, [
      'PERMISSION_DENIED',
      'approver_is_maker',
      'approval_id',
    ])
    const { approval } = await edges.ok('ApprovalService/RejectTransfer', path)
    assert.equal(approval.status, 'rejected')
    await edges.refused('ApprovalService/RejectTransfer', path, [
      'FAILED_PRECONDITION',
      'approval_rejected',
      'approval_id',
    ])
    const unknown = ['NOT_FOUND', 'approval_not_found']
    await edges.refused('ApprovalService/GetApproval', { approval_id: MISSING }, unknown)
    await edges.refused('ApprovalService/ApproveTransfer', { approval_id: MISSING }, [
      ...unknown,
      'approval_id',
    ])
    const again = await edges.ok('TransferService/CreateTransfer', { transfer, idempotency_key: 'waits' })
    assert.deepEqual(again, waits)
  })

  it('closes the books, and shows that they add up', async () => {
    const balance = await edges.ok('PeriodService/GetTrialBalance', { currency: 'EUR' })
    const { at: _, ...others } = (await edges.rest.get('/v2/trial-balance?currency=EUR')).body
    assert.deepEqual({ ...balance, at: '' }, { ...others, at: '' })
    assert.deepEqual(await edges.ok('PeriodService/GetBooks', {}), { books: {} })
    const through = '2020-09-13T12:26:40.000000Z'
    const closed = await edges.ok('PeriodService/ClosePeriod', { through })
    assert.equal(closed.books.closed_through, through)
    await edges.same((await edges.ok('PeriodService/GetBooks', {})).books, '/v2/periods')
    await edges.refused('PeriodService/ClosePeriod', { through }, [
      'FAILED_PRECONDITION',
      'period_not_closable',
      'through',
    ])
  })

  it('puts the clock forward', async () => {
    const before_ = (await edges.ok('TestClockService/GetTestClock', {})).test_clock
    const { test_clock: clock } = await edges.ok('TestClockService/AdvanceTestClock', { seconds: 60 })
    assert.ok(clock.now > before_.now)
    assert.ok(clock.offset_seconds > 59, String(clock.offset_seconds))
    await edges.refused('TestClockService/AdvanceTestClock', {}, [
      'INVALID_ARGUMENT',
      'validation_failed',
      'seconds',
    ])
  })
})

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
