import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 users', () => {
  let edge: Edge
  before(async () => void (edge = await createEdge()))
  after(() => edge.close())

  it('makes, shows, changes and lists them', async () => {
    const made = await edge.post('/v2/users', {
      name: 'Ada',
      email: 'Ada@example.com',
      metadata: { tier: 'gold' },
    })
    assert.equal(made.status, 201)
    assert.equal(made.headers['etag'], '"1"')
    assert.equal(made.headers['location'], `/v2/users/${made.body.id}`)
    const path = `/v2/users/${made.body.id}`
    assert.deepEqual((await edge.get(path)).body, made.body)

    const changed = await edge.patch(path, { name: 'Ada King' }, { 'if-match': '"1"' })
    assert.deepEqual([changed.status, changed.headers['etag'], changed.body.name], [200, '"2"', 'Ada King'])
    assert.equal(changed.body.email, 'Ada@example.com')
    const stale = await edge.patch(path, { name: 'Eve' }, { 'if-match': '"1"' })
    assert.deepEqual(
      [stale.status, stale.body.code, stale.body.errors[0].field],
      [412, 'version_mismatch', 'If-Match'],
    )
    const cleared = await edge.patch(path, { email: null }, { 'if-match': '*' })
    assert.equal(cleared.body.email, null)

    const list = await edge.get('/v2/users')
    assert.deepEqual(list.body, { data: [cleared.body], next_cursor: null })
  })

  it('refuses a second user with an e-mail address or id', async () => {
    const made = await edge.post('/v2/users', { email: 'bob@example.com' })
    const email = await edge.post('/v2/users', { email: 'BOB@example.com' })
    assert.deepEqual(
      [email.status, email.body.code, email.body.errors[0].field],
      [409, 'email_taken', 'email'],
    )
    const id = await edge.post('/v2/users', { id: made.body.id })
    assert.deepEqual([id.status, id.body.code, id.body.errors[0].field], [409, 'user_exists', 'id'])
  })

  it('answers 404 for a user that is not there, in GET, PATCH and wallet', async () => {
    for (const answer of [
      await edge.get(`/v2/users/${MISSING}`),
      await edge.patch(`/v2/users/${MISSING}`, { name: 'x' }),
      await edge.get(`/v2/users/${MISSING}/wallet`),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [404, 'user_not_found'])
    }
  })

  it('refuses what is no profile, naming the field', async () => {
    const cases: [unknown, string][] = [
      [{ email: 'nobody' }, 'email'],
      [{ name: '' }, 'name'],
      [{ name: 'a\u0000b' }, 'name'],
      [{ metadata: { a: 1 } }, 'metadata'],
      [{ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) }, 'metadata'],
      [{ metadata: { ['k'.repeat(41)]: '' } }, 'metadata'],
      [{ metadata: { k: 'v'.repeat(501) } }, 'metadata'],
      [{ id: '019aa5b0-7c1e-4d3a-9b5e-2f6c8a1d4e70' }, 'id'],
    ]
    for (const [body, field] of cases) {
      const answer = await edge.post('/v2/users', body)
      assert.deepEqual([answer.status, answer.body.errors[0]?.field], [422, field], JSON.stringify(body))
    }
    const { body: user } = await edge.post('/v2/users', {})
    const nothing = await edge.patch(`/v2/users/${user.id}`, {})
    assert.deepEqual([nothing.status, nothing.body.errors[0].field], [422, 'body'])
    for (const tag of ['1', 'W/"1"', '"1", "2"', '"x"']) {
      const answer = await edge.patch(`/v2/users/${user.id}`, { name: 'x' }, { 'if-match': tag })
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, 'If-Match'], tag)
    }
  })
})
