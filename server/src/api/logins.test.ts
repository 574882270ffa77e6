/** Users who log in, over both edges: what lets them in, what keeps them in, and what ends it. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Caller } from '#app/request.ts'
import type { Principal } from '#core/command-fields.ts'
import type { UserId } from '#core/ids.ts'
import { PASSWORD } from '#test/access-world.ts'
import type { Answer, Loose } from '#test/http-edge.ts'
import { bearer, openTokenEdges, type TokenEdges } from '#test/token-edges.ts'

const OTHER = 'another password of a test'

let edges: TokenEdges
let rest: TokenEdges['rest']
let grpc: TokenEdges['grpc']
let world: TokenEdges['world']
const admin = bearer('admin')
before(async () => {
  edges = await openTokenEdges()
  ;({ rest, grpc, world } = edges)
})
after(() => edges.close())

const caller: Caller = { principal: 'test' as Principal, idempotencyKey: null }
let users = 0

/** A user of the test's own, with the password. */
async function newUser(): Promise<{ readonly id: UserId; readonly email: string }> {
  const email = `User${(users += 1)}@Example.org`
  const made = await rest.florin.users.create(caller, { id: null, name: null, email, metadata: {} })
  assert(made.kind === 'accepted')
  const { id } = made.result
  await rest.florin.logins.setPassword(caller, id, { password: PASSWORD, ifRoles: null })
  return { id, email }
}

async function logIn(email: string, password = PASSWORD): Promise<Answer> {
  return await rest.post('/v2/auth/login', { email, password })
}

test('who logs in gets tokens, whatever the case of the address, and sees what is theirs', async () => {
  const { id, email } = await newUser()
  const { status, body } = await logIn(email.toUpperCase())
  assert.equal(status, 200)
  assert.deepEqual([body.token_type, body.expires_in, body.user_id], ['Bearer', 900, id])
  const list = await rest.get('/v2/users', bearer(body.access_token))
  assert.deepEqual(
    list.body.data.map((user: Loose) => user.id),
    [id],
  )
  const overGrpc = await grpc.call('florin.v2.AuthService/Login', { email, password: PASSWORD })
  assert.equal(overGrpc.status, 'OK')
  await edges.taken(overGrpc.message.tokens.access_token)
})

test('an address that nobody has, a wrong password and a user without one are answered the same', async () => {
  const { email, id } = await newUser()
  const wrong = await logIn(email, OTHER)
  const nobody = await logIn('nobody@example.org')
  await rest.florin.logins.setPassword(caller, id, { password: null, ifRoles: null })
  const without = await logIn(email)
  const told = ({ status, body }: Answer) => {
    return { status, body: { ...body, request_id: null, trace_id: null } }
  }
  assert.equal(wrong.body.code, 'login_refused')
  assert.deepEqual([told(nobody), told(without)], [told(wrong), told(wrong)])
})

test('no password is in an answer, a log line, a fact or a kept answer', async () => {
  const secret = 'xyzzy is no password 1'
  const { id, email } = await newUser()
  const answers = [
    await rest.ask(`/v2/users/${id}/password`, {
      method: 'PUT',
      body: { password: secret },
      headers: { ...admin, 'idempotency-key': 'a-key' },
    }),
    await rest.ask(`/v2/users/${id}/password`, {
      method: 'PUT',
      body: { password: secret, other: 1 },
      headers: admin,
    }),
    await rest.ask(`/v2/users/${id}/password`, { method: 'PUT', body: { password: 7 }, headers: admin }),
    await logIn(email, secret),
    await logIn(email, `${secret} not`),
    await logIn(email, secret.repeat(100)),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 422, 422, 200, 401, 422],
  )
  const { pages, idempotency } = rest.store.tables
  const everything = JSON.stringify([
    answers.map(({ body }) => body),
    rest.log,
    pages,
    [...idempotency.values()],
  ])
  assert.ok(!everything.includes('xyzzy'))
})

test('passwords have 12 to 200 characters', async () => {
  const { id } = await newUser()
  const set = async (password: string) =>
    (await rest.ask(`/v2/users/${id}/password`, { method: 'PUT', body: { password }, headers: admin })).status
  assert.deepEqual(
    [
      await set('a'.repeat(11)),
      await set('🐴'.repeat(12)),
      await set('🐴'.repeat(200)),
      await set('a'.repeat(201)),
    ],
    [422, 200, 200, 422],
  )
})

test('a refresh token is good once; used again it ends the session, over both edges', async () => {
  const { email } = await newUser()
  const first = (await logIn(email)).body
  const second = (await rest.post('/v2/auth/refresh', { refresh_token: first.refresh_token })).body
  await edges.taken(second.access_token)
  // Within the grace the answer is the same next token, not one more.
  const again = await grpc.call('florin.v2.AuthService/Refresh', { refresh_token: first.refresh_token })
  assert.equal(again.message.tokens.refresh_token, second.refresh_token)
  const third = (await rest.post('/v2/auth/refresh', { refresh_token: second.refresh_token })).body
  await edges.taken(third.access_token)
  const reused = await grpc.call('florin.v2.AuthService/Refresh', { refresh_token: first.refresh_token })
  assert.deepEqual([reused.status, reused.reason], ['UNAUTHENTICATED', 'refresh_token_reused'])
  for (const { access_token: token } of [first, second, third]) await edges.refused(token, 'session_ended')
  const over = await rest.post('/v2/auth/refresh', { refresh_token: third.refresh_token })
  assert.deepEqual([over.status, over.body.code], [401, 'session_ended'])
})

test('a refresh token that was made up ends nothing', async () => {
  const { email } = await newUser()
  const { body } = await logIn(email)
  const [prefix, , mac = ''] = body.refresh_token.split('.')
  for (const forged of [
    `${prefix}.9.${mac}`,
    `${prefix}.1.${'0'.repeat(64)}`,
    'flr_',
    'x',
    body.access_token,
  ]) {
    const answer = await rest.post('/v2/auth/refresh', { refresh_token: forged })
    assert.deepEqual([answer.status, answer.body.code], [401, 'invalid_token'], forged)
  }
  await edges.taken(body.access_token)
})

test('logging out ends the session at once, by either token', async () => {
  const { email } = await newUser()
  const one = (await logIn(email)).body
  const two = (await logIn(email)).body
  await edges.taken(one.access_token)
  assert.equal((await rest.post('/v2/auth/logout', { refresh_token: one.refresh_token })).status, 200)
  await edges.refused(one.access_token, 'session_ended')
  assert.equal((await rest.post('/v2/auth/logout', { refresh_token: one.refresh_token })).status, 200)
  await edges.taken(two.access_token)
  const out = await grpc.call('florin.v2.AuthService/Logout', {}, { metadata: bearer(two.access_token) })
  assert.equal(out.status, 'OK')
  await edges.refused(two.access_token, 'session_ended')
  const nobody = await rest.post('/v2/auth/logout', {})
  assert.deepEqual([nobody.status, nobody.body.code], [401, 'unauthenticated'])
})

test('who changes the password must know the old one, and is logged in anew', async () => {
  const { email } = await newUser()
  const { access_token: token } = (await logIn(email)).body
  const change = { current_password: OTHER, new_password: OTHER }
  const wrong = await rest.post('/v2/auth/password', change, bearer(token))
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'login_refused'])
  const changed = await rest.post(
    '/v2/auth/password',
    { ...change, current_password: PASSWORD },
    bearer(token),
  )
  assert.equal(changed.status, 200)
  await edges.refused(token, 'session_ended')
  await edges.taken(changed.body.access_token)
  assert.deepEqual([(await logIn(email)).status, (await logIn(email, OTHER)).status], [401, 200])
})

test('roles count at once in the sessions that there are', async () => {
  const { id, email } = await newUser()
  const { access_token: token } = (await logIn(email)).body
  const events = async () => (await rest.get('/v2/events?limit=1', bearer(token))).status
  const set = async (roles: string[]) =>
    (await rest.ask(`/v2/users/${id}/roles`, { method: 'PUT', body: { roles }, headers: admin })).status
  assert.equal(await events(), 403)
  assert.equal(await set(['auditor']), 200)
  assert.equal(await events(), 200)
  assert.equal(await set(['user']), 200)
  assert.equal(await events(), 403)
  assert.deepEqual([await set(['user', 'auditor']), await set(['boss']), await set([])], [422, 422, 422])
})

test('nobody gives roles, or sets the password of one, who may do more than they', async () => {
  const { id } = await newUser()
  const operator = { authorization: 'Bearer operator' }
  const put = async (what: string, body: object) =>
    await rest.ask(`/v2/users/${id}/${what}`, { method: 'PUT', body, headers: operator })
  assert.equal((await put('roles', { roles: ['operator'] })).status, 200)
  const given = await put('roles', { roles: ['admin'] })
  assert.deepEqual([given.status, given.body.code], [403, 'scope_not_yours'])
  await rest.florin.logins.setRoles(caller, id, { roles: ['admin'], ifRoles: null })
  for (const refused of [
    await put('roles', { roles: ['user'] }),
    await put('password', { password: OTHER }),
  ]) {
    assert.deepEqual([refused.status, refused.body.code], [403, 'scope_not_yours'])
  }
})

test('sessions are listed and ended, also by who looks after users', async () => {
  const { id, email } = await newUser()
  const sessions = [await logIn(email), await logIn(email), await logIn(email)].map(({ body }) => body)
  const list = async () =>
    (await rest.get(`/v2/users/${id}/sessions`, admin)).body.data.map((session: Loose) => session.id)
  assert.deepEqual(new Set(await list()), new Set(sessions.map((session) => session.session_id)))
  const ended = await rest.ask(`/v2/users/${id}/sessions/${sessions[1].session_id}`, {
    method: 'DELETE',
    headers: bearer(sessions[0].access_token),
  })
  assert.equal(ended.status, 200)
  await edges.refused(sessions[1].access_token, 'session_ended')
  const all = await rest.ask(`/v2/users/${id}/sessions`, { method: 'DELETE', headers: admin })
  assert.equal(all.body.data.length, 2)
  assert.deepEqual(await list(), [])
})

test('guesses are counted by address, and have to wait', async () => {
  const { email } = await newUser()
  for (let i = 0; i < 10; i++) assert.equal((await logIn(email, OTHER)).status, 401)
  const late = await logIn(email)
  assert.deepEqual([late.status, late.body.code], [429, 'rate_limited'])
  assert.match(String(late.headers['retry-after']), /^[1-9]/)
  const overGrpc = await grpc.call('florin.v2.AuthService/Login', { email, password: PASSWORD })
  assert.equal(overGrpc.status, 'RESOURCE_EXHAUSTED')
  const others = await newUser()
  assert.equal((await logIn(others.email)).status, 200)
})

test('an access token that was tampered with, is unsigned, junk, too long or of another key is none', async () => {
  const token = world.ann.login.accessToken
  const [header = '', payload = '', signature = ''] = token.split('.')
  const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const read = (part: string): Loose => JSON.parse(Buffer.from(part, 'base64url').toString())
  const { keys } = (await rest.get('/.well-known/jwks.json')).body
  assert.equal(keys[0].kid, read(header).kid)
  assert.deepEqual([keys[0].alg, 'd' in keys[0]], ['EdDSA', false])
  const hs = `${encode({ ...read(header), alg: 'HS256' })}.${payload}`
  const mac = createHmac('sha256', Buffer.from(keys[0].x, 'base64url')).update(hs).digest('base64url')
  const bad: [string, string][] = [
    [`${header}.${encode({ ...read(payload), sub: world.bob.userId })}.${signature}`, 'invalid_token'],
    [`${encode({ ...read(header), alg: 'none' })}.${payload}.`, 'invalid_token'],
    [`${hs}.${mac}`, 'invalid_token'],
    [`${encode({ ...read(header), kid: 'other' })}.${payload}.${signature}`, 'invalid_token'],
    [`${header}.${payload}.${signature.slice(2)}AA`, 'invalid_token'],
    [`${header}.${encode({ ...read(payload), iss: 'https://elsewhere' })}.${signature}`, 'wrong_issuer'],
    [`${header}.${payload}`, 'invalid_token'],
    ['a.b.c', 'invalid_token'],
    [`..${'.'.repeat(50)}`, 'invalid_token'],
    [`${header}.${payload}.${'A'.repeat(9000)}`, 'invalid_token'],
  ]
  for (const [one, code] of bad) await edges.refused(one, code)
  await edges.taken(token)
})

test('an access token expires, and so does a session that is not refreshed', async () => {
  const { email } = await newUser()
  const { body } = await logIn(email)
  await edges.taken(body.access_token)
  assert.equal((await rest.post('/v2/test-clock/advance', { seconds: 910 }, admin)).status, 200)
  await edges.refused(body.access_token, 'token_expired')
  const { status, body: next } = await rest.post('/v2/auth/refresh', { refresh_token: body.refresh_token })
  assert.equal(status, 200)
  await edges.taken(next.access_token)
  await rest.post('/v2/test-clock/advance', { seconds: 31 * 86_400 }, admin)
  const over = await rest.post('/v2/auth/refresh', { refresh_token: next.refresh_token })
  assert.deepEqual([over.status, over.body.code], [401, 'session_ended'])
  assert.equal(await rest.florin.logins.expireSessions(), 'done')
  assert.equal([...rest.store.tables.sessions.values()].length, 0)
  // The key has signed for long enough; the one before verifies until its tokens are over.
  await rest.florin.logins.tokens?.rotate()
  assert.equal((await rest.get('/.well-known/jwks.json')).body.keys.length, 2)
  await rest.post('/v2/test-clock/advance', { seconds: 3601 }, admin)
  await rest.florin.logins.tokens?.rotate()
  assert.equal((await rest.get('/.well-known/jwks.json')).body.keys.length, 1)
})
