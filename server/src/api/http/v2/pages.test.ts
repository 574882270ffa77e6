import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v2 pages', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
    for (let i = 0; i < 5; i += 1) {
      await edge.post('/v2/transfers', { source: '1', destination: '2', amount: '1', currency: 'EUR' })
    }
  })
  after(() => edge.close())

  it('goes through a list, everything once, with or without repeating the filters', async () => {
    for (const repeat of ['', '&account_id=2']) {
      const seen: string[] = []
      let path = '/v2/transfers?limit=2&account_id=2'
      for (;;) {
        const { body } = await edge.get(path)
        seen.push(...body.data.map(({ id }: { id: string }) => id))
        if (body.next_cursor === null) break
        path = `/v2/transfers?limit=2&cursor=${body.next_cursor}${repeat}`
      }
      assert.deepEqual([seen.length, new Set(seen).size], [5, 5])
    }
  })

  it('shows a statement, newest first, with a running balance', async () => {
    const first = (await edge.get('/v2/accounts/2/entries?limit=3')).body
    const rest = (await edge.get(`/v2/accounts/2/entries?limit=3&cursor=${first.next_cursor}`)).body
    const lines = [...first.data, ...rest.data]
    assert.deepEqual(
      lines.map(({ number }) => number),
      ['5', '4', '3', '2', '1'],
    )
    assert.deepEqual(
      lines.map(({ balance_after: after_ }) => after_),
      ['5.00', '4.00', '3.00', '2.00', '1.00'],
    )
    assert.equal(rest.next_cursor, null)
    const elsewhere = await edge.get(`/v2/accounts/1/entries?cursor=${first.next_cursor}`)
    assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].field], [422, 'cursor'])
  })

  it('refuses a cursor that is broken, of another list or of other filters, naming cursor', async () => {
    const { next_cursor: cursor } = (await edge.get('/v2/transfers?limit=1&account_id=2')).body
    const forged = Buffer.from('["transfers",{"account_id":"x"},"1"]').toString('base64url')
    for (const path of [
      '/v2/transfers?cursor=nonsense',
      `/v2/transfers?cursor=${forged}`,
      `/v2/transfers?cursor=${cursor}&account_id=1`,
      `/v2/transfers?cursor=${cursor}&status=posted`,
      `/v2/accounts?cursor=${cursor}`,
    ]) {
      const answer = await edge.get(path)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'cursor'], path)
    }
  })

  it('refuses limits outside 1 to 1000, parameters it does not know, and parameters given twice', async () => {
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=1001', 'limit'],
      ['limit=x', 'limit'],
      ['limit=', 'limit'],
      ['page=2', 'page'],
      ['limit=1&limit=2', 'limit'],
      ['status=done', 'status'],
    ] as const) {
      const answer = await edge.get(`/v2/transfers?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], query)
    }
    assert.equal((await edge.get('/v2/transfers?limit=1000')).status, 200)
    const post = await edge.post('/v2/transfers?dry_run=true', {})
    assert.equal(post.status, 422)
  })
})
