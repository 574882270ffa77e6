import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createBothEdges, plain, type BothEdges } from '#test/both-edges.ts'
import type { Loose } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'
const posting = { source: '1', destination: '2', currency: 'EUR' }

describe('florin.v2 moves money, and', () => {
  let edges: BothEdges
  before(async () => (edges = await createBothEdges()))
  after(async () => await edges[Symbol.asyncDispose]())

  it('posts, shows, lists, tries and reverses transfers', async () => {
    const flat = { ...posting, amount: '1.50', reference: 'r-1', metadata: { a: 'b' } }
    const { transfer } = await edges.ok('TransferService/CreateTransfer', { transfer: flat })
    const path = { transfer_id: transfer.id }
    await edges.same(transfer, `/v2/transfers/${transfer.id}`)
    assert.deepEqual(await edges.ok('TransferService/GetTransfer', path), { transfer })
    const two = [posting, posting].map((leg, i) => ({ ...leg, amount: `${i + 1}` }))
    await edges.ok('TransferService/CreateTransfer', { transfer: { postings: two } })
    const upTo = await edges.ok('TransferService/CreateTransfer', {
      transfer: { ...posting, amount_max: '1' },
    })
    assert.deepEqual([upTo.transfer.postings[0].role, upTo.transfer.postings[0].max], ['balancing', '1.00'])

    const query = { reference: 'r-1', status: 'posted', from: transfer.created_at }
    await edges.same(
      (await edges.ok('TransferService/ListTransfers', query)).transfers,
      '/v2/transfers?reference=r-1',
    )

    const simulated = await edges.ok('TransferService/SimulateTransfer', { transfer: flat })
    assert.deepEqual([simulated.would, simulated.entries.length, simulated.error], ['post', 2, undefined])
    const poor = { transfer: { ...flat, amount: '99999' } }
    const would = await edges.ok('TransferService/SimulateTransfer', poor)
    assert.deepEqual([would.would, would.transfer.status, would.error.code], ['refuse', 'failed', 9])

    const { transfer: reversal } = await edges.ok('TransferService/ReverseTransfer', {
      ...path,
      amount: '0.50',
    })
    assert.deepEqual([reversal.reversal_of, reversal.postings[0].amount], [transfer.id, '0.50'])
    await edges.same(reversal, `/v2/transfers/${reversal.id}`)
    await edges.refused('TransferService/ReverseTransfer', { ...path, amount: '2' }, [
      'FAILED_PRECONDITION',
      'reversal_exceeds_original',
      'amount',
    ])
    await edges.refused('TransferService/ReverseTransfer', { transfer_id: MISSING }, [
      'NOT_FOUND',
      'transfer_not_found',
      'transfer_id',
    ])
  })

  it('names the fields of a transfer, and explains a refusal', async () => {
    const create = 'TransferService/CreateTransfer'
    const bad = ['INVALID_ARGUMENT', 'validation_failed'] as const
    await edges.refused(create, {}, [...bad, 'transfer'])
    await edges.refused(create, { transfer: { ...posting, source: 'x', amount: '1' } }, [
      ...bad,
      'transfer.source',
    ])
    await edges.refused(create, { transfer: { ...posting, amount: '1.001' } }, [...bad, 'transfer.amount'])
    await edges.refused(create, { transfer: { ...posting, amount_max: 'x' } }, [
      ...bad,
      'transfer.amount_max',
    ])
    await edges.refused(create, { transfer: { ...posting, postings: [{ ...posting, amount: '1' }] } }, [
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
    await edges.refused(create, odd, [...bad, 'transfer.postings[1].amount_max'])
    for (const time of [
      { seconds: 1, nanos: 1 },
      { seconds: '999999999999999' },
      { seconds: -62135596801 },
    ]) {
      const at = { ...posting, amount: '1', effective_at: time }
      const answer = await edges.grpc.call('florin.v2.TransferService/CreateTransfer', { transfer: at })
      assert.equal(answer.errors[0]?.field, 'transfer.effective_at')
    }
    const same_ = { transfer: { ...posting, destination: '1', amount: '1' } }
    await edges.refused(create, same_, ['INVALID_ARGUMENT', 'same_account', 'transfer.destination'])
    const poor = await edges.refused(create, { transfer: { ...posting, amount: '99999' } }, [
      'FAILED_PRECONDITION',
      'insufficient_funds',
      'transfer.source',
    ])
    assert.equal(poor.explanation.rule, 'available')
    assert.equal(poor.explanation.saw.posted, (await edges.rest.get('/v2/accounts/1')).body.balances.posted)
  })

  it('posts many transfers at once', async () => {
    const items = ['1', '2', '99999', 'x'].map((amount) => ({ transfer: { ...posting, amount } }))
    const { results } = await edges.ok('TransferService/BulkCreateTransfers', { mode: 'independent', items })
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
    assert.equal((await edges.ok('TransferService/BulkCreateTransfers', all)).results.length, 2)
    await edges.refused('TransferService/BulkCreateTransfers', { mode: 'atomic', items: items.slice(0, 3) }, [
      'FAILED_PRECONDITION',
      'insufficient_funds',
      'items[2].transfer.source',
    ])
    const bad = ['INVALID_ARGUMENT', 'validation_failed'] as const
    const bulk = 'TransferService/BulkCreateTransfers'
    await edges.refused(bulk, { items }, [...bad, 'mode'])
    await edges.refused(bulk, { mode: 'atomic' }, [...bad, 'items'])
    await edges.refused(
      bulk,
      { mode: 'atomic', items: [{ transfer: { ...posting, source: 'x', amount: '1' } }] },
      [...bad, 'items[0].transfer.source'],
    )
    await edges.refused(bulk, { mode: 'atomic', items: [{ transfer: { ...posting, amount_max: 'x' } }] }, [
      ...bad,
      'items[0].transfer.amount_max',
    ])
    await edges.refused(bulk, { mode: 'atomic', items: [{ ...items[0], linked: true }] }, [
      ...bad,
      'items[0].linked',
    ])
    const tooMany = Array.from({ length: 10_001 }, () => items[0])
    await edges.refused(bulk, { mode: 'independent', items: tooMany }, [...bad, 'items'])
  })

  it('reserves, captures and releases', async () => {
    const asked = { ...posting, amount: '10', expires_at: '2090-01-01T00:00:00.000000Z', reference: 'h' }
    const { hold } = await edges.ok('HoldService/CreateHold', asked)
    await edges.same(hold, `/v2/holds/${hold.id}`)
    const path = { hold_id: hold.id }
    const captured = await edges.ok('HoldService/CaptureHold', { ...path, amount: '4' })
    await edges.same(captured.transfer, `/v2/transfers/${captured.transfer.id}`)
    const released = await edges.ok('HoldService/ReleaseHold', path)
    assert.equal(released.hold.status, 'released')
    assert.deepEqual(await edges.ok('HoldService/GetHold', path), released)
    await edges.same(
      (await edges.ok('HoldService/ListHolds', { status: 'released' })).holds,
      '/v2/holds?status=released',
    )
    await edges.refused('HoldService/ReleaseHold', path, ['FAILED_PRECONDITION', 'hold_released', 'hold_id'])
    await edges.refused('HoldService/GetHold', { hold_id: MISSING }, ['NOT_FOUND', 'hold_not_found'])
  })

  it('streams a statement', async () => {
    const parts = await edges.stream('AccountService/StreamStatement', { account_id: '1', clock: 'recorded' })
    const {
      data,
      next_cursor: _,
      ...summary
    } = (await edges.rest.get('/v2/accounts/1/statement?clock=recorded')).body
    const lines = parts.flatMap((part) => part.lines ?? [])
    assert.deepEqual(plain(lines), plain(data))
    assert.deepEqual({ ...parts[0].summary, to: '' }, { ...summary, to: '' })
    await assert.rejects(edges.stream('AccountService/StreamStatement', { account_id: '404' }), { code: 5 })
    await assert.rejects(edges.stream('AccountService/StreamStatement', { account_id: 'x' }), { code: 3 })
  })
})
