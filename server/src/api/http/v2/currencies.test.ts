import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

describe('v2 currencies', () => {
  let edge: Edge
  before(async () => void (edge = await createEdge()))
  after(() => edge.close())

  it('makes your own, and knows those of ISO 4217', async () => {
    const points = { code: 'POINTS', scale: 0, name: 'Points' }
    const made = await edge.post('/v2/currencies', points)
    assert.equal(made.status, 201)
    assert.deepEqual(made.body, { ...points, external_account_id: null, in_use: true })
    assert.deepEqual((await edge.get('/v2/currencies/POINTS')).body, made.body)
    assert.equal((await edge.get('/v2/currencies/EUR')).body.in_use, false)
    assert.equal((await edge.get('/v2/currencies/ABC')).status, 404)
    for (const code of ['EUR', 'XXX', 'POINTS']) {
      const answer = await edge.post('/v2/currencies', { ...points, code })
      assert.deepEqual([answer.status, answer.body.code], [409, 'currency_exists'])
    }
    const codes = (await edge.get('/v2/currencies')).body.data.map(({ code }: { code: string }) => code)
    assert.deepEqual(codes, ['EUR', 'JPY', 'POINTS', 'XXX'])
  })

  it('refuses a bad code or scale', async () => {
    for (const [body, field] of [
      [{ code: 'eur', scale: 2, name: 'x' }, 'code'],
      [{ code: 'ABCD', scale: 19, name: 'x' }, 'scale'],
      [{ code: 'ABCD', scale: '2', name: 'x' }, 'scale'],
      [{ code: 'ABCD', scale: 2 }, 'name'],
    ] as const) {
      const answer = await edge.post('/v2/currencies', body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field])
    }
  })
})
