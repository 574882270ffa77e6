import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createGrpcEdge } from '#test/grpc-edge.ts'

const CREATE_ACCOUNT = 'florin.v1.AccountService/CreateAccount'
const GET_ACCOUNT = 'florin.v1.AccountService/GetAccount'
const CREATE_TRANSFER = 'florin.v1.TransferService/CreateTransfer'
const GET_TRANSFER = 'florin.v1.TransferService/GetTransfer'

describe('florin.v1', () => {
  let edge: Awaited<ReturnType<typeof createGrpcEdge>>
  before(async () => {
    edge = await createGrpcEdge()
    await edge.call(CREATE_ACCOUNT, { account_id: 1001, initial_balance: '500' })
    await edge.call(CREATE_ACCOUNT, { account_id: 2002 })
  })
  after(async () => await edge[Symbol.asyncDispose]())

  const transfer = { source_account_id: 1001, destination_account_id: 2002, amount: '1.5' }

  it('opens an account and shows it', async () => {
    const made = await edge.call(CREATE_ACCOUNT, { account_id: 42, initial_balance: '0.50' })
    assert.deepEqual(made.message, { account: { account_id: '42', balance: '0.5' } })
    assert.match(made.requestId ?? '', /^[0-9a-f-]{36}$/)
    assert.deepEqual((await edge.call(GET_ACCOUNT, { account_id: 42 })).message, made.message)
  })

  it('takes and gives ids up to 2^63 - 1', async () => {
    const id = '9223372036854775807'
    const made = await edge.call(CREATE_ACCOUNT, { account_id: id })
    assert.equal(made.message.account.account_id, id)
  })

  it('moves money, and answers with the balances after', async () => {
    const { message, status } = await edge.call(CREATE_TRANSFER, transfer)
    assert.equal(status, 'OK')
    const { id, created_at: createdAt, ...shown } = message.transfer
    assert.match(id, /^[0-9a-f]{8}-/)
    assert.ok(Number(createdAt.seconds) > 0)
    assert.deepEqual(shown, {
      source_account_id: '1001',
      destination_account_id: '2002',
      amount: '1.5',
      status: 'TRANSFER_STATUS_POSTED',
      source_balance_after: '498.5',
      destination_balance_after: '1.5',
    })
    assert.deepEqual((await edge.call(GET_TRANSFER, { id })).message, message)
  })

  it('refuses with a reason, the field and the failed transfer, which it shows', async () => {
    const refused = await edge.call(CREATE_TRANSFER, { ...transfer, amount: '9999' })
    assert.deepEqual([refused.status, refused.reason], ['FAILED_PRECONDITION', 'insufficient_funds'])
    assert.deepEqual(refused.errors, [{ field: 'source_account_id', description: refused.detail }])
    const shown = await edge.call(GET_TRANSFER, { id: refused.info['transfer_id'] })
    const { status, failure, source_balance_after: after_ } = shown.message.transfer
    assert.deepEqual(
      [status, failure.code, after_],
      ['TRANSFER_STATUS_FAILED', 'insufficient_funds', undefined],
    )
  })

  it('names the fields of what it cannot take', async () => {
    const wrong = { destination_account_id: -1, amount: '' }
    const { status, reason, errors } = await edge.call(CREATE_TRANSFER, wrong)
    assert.deepEqual([status, reason], ['INVALID_ARGUMENT', 'validation_failed'])
    const range = 'must be a whole number from 1 to 9223372036854775807'
    assert.deepEqual(errors, [
      { field: 'source_account_id', description: 'is missing' },
      { field: 'destination_account_id', description: range },
      { field: 'amount', description: 'is missing' },
    ])
    const amount = await edge.call(CREATE_TRANSFER, { ...transfer, amount: '1,5' })
    assert.deepEqual(
      amount.errors.map(({ field }) => field),
      ['amount'],
    )
    assert.deepEqual((await edge.call(CREATE_ACCOUNT, {})).errors, [
      { field: 'account_id', description: 'is missing' },
    ])
    assert.equal((await edge.call(GET_TRANSFER, { id: 'x' })).errors[0]?.field, 'id')
  })

  it('says what exists, and what does not', async () => {
    const exists = await edge.call(CREATE_ACCOUNT, { account_id: 1001 })
    assert.deepEqual([exists.status, exists.reason], ['ALREADY_EXISTS', 'account_exists'])
    assert.equal(exists.errors[0]?.field, 'account_id')
    const account = await edge.call(GET_ACCOUNT, { account_id: 777 })
    assert.deepEqual([account.status, account.reason], ['NOT_FOUND', 'account_not_found'])
    const missing = await edge.call(GET_TRANSFER, { id: '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70' })
    assert.deepEqual([missing.status, missing.reason], ['NOT_FOUND', 'transfer_not_found'])
  })

  it('gives the first answer again under the same key, as metadata or as a field', async () => {
    const first = await edge.call(CREATE_TRANSFER, { ...transfer, idempotency_key: 'k1' })
    const again = await edge.call(CREATE_TRANSFER, transfer, { metadata: { 'idempotency-key': 'k1' } })
    assert.deepEqual([first.replayed, again.replayed], [false, true])
    assert.deepEqual(again.message, first.message)

    const other = await edge.call(CREATE_TRANSFER, { ...transfer, amount: '3', idempotency_key: 'k1' })
    assert.deepEqual([other.status, other.reason], ['ALREADY_EXISTS', 'idempotency_key_reused'])

    const poor = { ...transfer, amount: '9999', idempotency_key: 'k2' }
    const refused = await edge.call(CREATE_TRANSFER, poor)
    const refusedAgain = await edge.call(CREATE_TRANSFER, poor)
    assert.deepEqual([refused.replayed, refusedAgain.replayed], [false, true])
    assert.equal(refusedAgain.info['transfer_id'], refused.info['transfer_id'])
  })

  it('refuses two different keys, and keys that are none', async () => {
    const key = (metadata: string, field: string) =>
      edge.call(
        CREATE_TRANSFER,
        { ...transfer, idempotency_key: field },
        { metadata: { 'idempotency-key': metadata } },
      )
    assert.equal((await key('same', 'same')).status, 'OK')
    const different = await key('one', 'another')
    assert.deepEqual([different.status, different.errors[0]?.field], ['INVALID_ARGUMENT', 'idempotency_key'])
    assert.equal((await key('a b', '')).errors[0]?.field, 'idempotency-key')
    assert.equal(
      (await edge.call(CREATE_TRANSFER, { ...transfer, idempotency_key: 'ä' })).status,
      'INVALID_ARGUMENT',
    )
  })
})
