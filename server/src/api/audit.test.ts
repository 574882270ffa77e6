import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import type { Scope } from '#core/access.ts'
import { FLORIN } from '#core/access.ts'
import { makeAccessWorld, roleTokens, type AccessWorld } from '#test/access-world.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'
import { createClientAddress } from './client-address.ts'

const PROXY = '127.0.0.1'
const CALLER = '203.0.113.7'
const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

let edge: Edge
let grpc: GrpcEdge & AsyncDisposable
let world: AccessWorld
let ann: string
const clientAddress = createClientAddress([PROXY])

before(async () => {
  edge = await createEdge({ tokens: roleTokens, server: { clientAddress } })
  const { florin, accessControl } = edge
  grpc = await createGrpcEdge({ florin, accessControl, messageSizeMax: 10_000, server: { clientAddress } })
  world = await makeAccessWorld(florin)
  ann = world.ann.userId
})
after(async () => {
  await grpc[Symbol.asyncDispose]()
  await edge.close()
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'x-forwarded-for': CALLER })

/** Rows in an order of their own. */
const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1)

/** What the audit log got while the work was done, newest first, as an auditor is shown it. */
async function audited(work: () => Promise<unknown>, query = ''): Promise<Loose[]> {
  await edge.florin.attempts.flush()
  const before = await edge.florin.audit.listAudit({ limit: 1 })
  await work()
  await edge.florin.attempts.flush()
  const answer = await edge.get(`/v2/audit?limit=100${query}`, bearer('auditor'))
  assert.equal(answer.status, 200)
  const known = answer.body.data.findIndex(
    ({ id }: Loose) => id === `${before.entries[0]?.page}-${before.entries[0]?.position}`,
  )
  return known < 0 ? answer.body.data : answer.body.data.slice(0, known)
}

async function makeKey(scopes: readonly Scope[]) {
  const caller = { principal: FLORIN.principal, idempotencyKey: null }
  const issued = await edge.florin.apiKeys.create(caller, { name: 'test', scopes, expiresAt: null })
  assert(issued.kind === 'accepted' && issued.secret !== null)
  return { id: issued.result.id, secret: issued.secret }
}

describe('the audit log', () => {
  it('tells of a change: who, by what, from where, before and after', async () => {
    const { id, secret } = await makeKey(['users:write'])
    const headers = { ...bearer(secret), 'x-request-id': 'r-1' }
    const [entry, ...others] = await audited(() =>
      edge.patch(`/v2/users/${ann}`, { metadata: { a: 'b' }, name: 'Grace Hopper' }, headers),
    )
    assert.deepEqual(others, [])
    const {
      principal,
      credential,
      address,
      request_id,
      operation,
      type,
      outcome,
      target,
      before,
      after: now,
    } = entry
    assert.deepEqual(
      [principal, credential, address, request_id, operation, type, outcome, target],
      [`key:${id}`, `key:${id}`, CALLER, 'r-1', 'updateUser', 'user.updated', 'allowed', `user:${ann}`],
    )
    assert.deepEqual([before.metadata, before.kept_apart, now.metadata], [{}, ['name'], { a: 'b' }])
    assert.ok(!JSON.stringify(entry).includes('Grace'))
  })

  it('tells the same over gRPC, under one request id', async () => {
    const { id, secret } = await makeKey(['users:write'])
    let requestId: unknown
    const [entry] = await audited(async () => {
      const message = { user_id: ann, metadata: { entries: { c: 'd' } } }
      const answer = await grpc.json.call('florin.v2.UserService/UpdateUser', message, {
        metadata: bearer(secret),
      })
      requestId = answer.requestId
    })
    assert.match(String(requestId), /^[0-9a-f-]{36}$/)
    assert.deepEqual(
      [entry.principal, entry.address, entry.request_id, entry.operation, entry.target],
      [`key:${id}`, CALLER, requestId, 'updateUser', `user:${ann}`],
    )
    const listed = await grpc.json.call(
      'florin.v2.AuditService/ListAudit',
      { target: `user:${ann}`, outcome: 'allowed', limit: 1 },
      { metadata: bearer('auditor') },
    )
    const [{ time, before, after: now, ...shown }] = listed.message.entries
    assert.deepEqual([shown.id, shown.outcome, shown.request_id], [entry.id, 'allowed', requestId])
    assert.ok(time && before && now)
  })

  it('tells of attempts that were refused at the door, over both edges', async () => {
    const { id, secret } = await makeKey(['users:read'])
    const call = async (headers: Record<string, string>): Promise<void> => {
      await edge.post('/v2/users', {}, headers)
      await grpc.json.call('florin.v2.UserService/CreateUser', {}, { metadata: headers })
    }
    const entries = await audited(async () => {
      await call({ 'x-forwarded-for': CALLER })
      await call(bearer('nonsense'))
      await call(bearer(secret))
    })
    const told = entries.map(({ principal, code, operation, address, attempts }) => [
      principal,
      code,
      operation,
      address,
      attempts.count,
    ])
    assert.deepEqual(told.sort(byText), [
      ['anonymous', 'invalid_token', 'createUser', CALLER, 2],
      ['anonymous', 'unauthenticated', 'createUser', CALLER, 2],
      [`key:${id}`, 'scope_missing', 'createUser', CALLER, 2],
    ])
  })

  it('tells of keys that are revoked, and of accounts that are another’s', async () => {
    const { id, secret } = await makeKey(['users:read'])
    await edge.ask(`/v2/api-keys/${id}`, { method: 'DELETE', headers: bearer('admin') })
    const [source] = world.bob.accounts
    const entries = await audited(async () => {
      await edge.get('/v2/users', bearer(secret))
      const transfer = { source, destination: world.ann.accounts[0], amount: '1', currency: 'EUR' }
      await edge.post('/v2/transfers', transfer, bearer('user'))
      await edge.get(`/v2/accounts/${source}`, bearer('user'))
    })
    assert.deepEqual(
      entries.map(({ principal, code, target }) => [principal, code, target]).sort(byText),
      [
        [`key:${id}`, 'key_revoked', null],
        [`user:${ann}`, 'account_not_found', `account:${source}`],
        [`user:${ann}`, 'not_your_account', `account:${source}`],
      ].sort(byText),
    )
  })

  it('tells of what the ledger refused, once, and of failed transfers as the facts that they are', async () => {
    const [source, destination] = world.ann.accounts
    const transfer = { source, destination, amount: '9999999', currency: 'EUR' }
    const entries = await audited(async () => {
      await edge.post('/v2/users', { id: ann }, { ...bearer('admin'), 'idempotency-key': 'k1' })
      await edge.post('/v2/users', { id: ann }, { ...bearer('admin'), 'idempotency-key': 'k1' })
      await edge.post('/v2/users', { name: 'x' }, { ...bearer('admin'), 'idempotency-key': 'k1' })
      await edge.post('/v2/transfers', transfer, bearer('admin'))
      await edge.get(`/v2/users/${MISSING}`, bearer('admin'))
    })
    assert.deepEqual(
      entries.map(({ type, code, attempts }) => `${type} ${code} ${attempts?.count ?? '-'}`).sort(byText),
      [
        'access.refused idempotency_key_reused 1',
        'access.refused user_exists 1',
        'transfer.failed insufficient_funds -',
      ],
    )
  })

  it('tells of items of bulks and streams that were refused by themselves', async () => {
    const [source, destination] = world.ann.accounts
    const item = (amount: string) => ({
      source,
      destination,
      amount,
      currency: 'EUR',
      idempotency_key: 'item',
    })
    await edge.post('/v2/transfers/bulk', { mode: 'independent', items: [item('1')] }, bearer('admin'))
    const entries = await audited(() =>
      edge.post('/v2/transfers/bulk', { mode: 'independent', items: [item('2')] }, bearer('admin')),
    )
    assert.deepEqual(
      entries.map(({ code, operation, target }) => [code, operation, target]),
      [['idempotency_key_reused', 'createTransfers', `account:${source}`]],
    )
  })

  it('tells of what is no request of any operation, and keeps nothing that it said', async () => {
    const { port } = await listen()
    const entries = await audited(async () => {
      await edge.app.inject('/%ff/ada@example.com')
      await edge.get('/v2/ada@example.com')
      await edge.get('/v2/users/ada@example.com', bearer('admin'))
      await edge.post('/v2/users', '{"name":"Ada', bearer('admin'))
      await send(port, 'ada@example.com\r\n\r\n')
      const huge = { name: 'x'.repeat(20_000) }
      await grpc.json.call('florin.v2.UserService/CreateUser', huge, { metadata: bearer('admin') })
    })
    const codes = entries.map(({ code }) => code).sort(byText)
    assert.deepEqual(
      [...new Set(codes)],
      ['bad_request', 'path_not_found', 'resource_exhausted', 'validation_failed'],
    )
    assert.equal(entries.find(({ code }) => code === 'bad_request')?.attempts.count >= 1, true)
    assert.ok(!/ada/i.test(JSON.stringify(entries)))
  })

  it('is not shown to who may not read it, nor are addresses to who reads events', async () => {
    const { secret } = await makeKey(['events:read'])
    assert.equal((await edge.get('/v2/audit', bearer(secret))).status, 403)
    assert.equal((await edge.get('/v2/audit', bearer('operator'))).status, 200)
    let after = ''
    const events: Loose[] = []
    for (;;) {
      const { body } = await edge.get(`/v2/events?limit=1000${after}`, bearer(secret))
      events.push(...body.data)
      if (body.data.length === 0) break
      after = `&after=${body.next_cursor}`
    }
    assert.ok(events.length > 0)
    assert.ok(!events.some(({ type }) => type === 'access.refused'))
    assert.ok(!JSON.stringify(events).includes(CALLER))
    assert.equal((await edge.get('/v2/events?types=access.refused', bearer(secret))).status, 422)
  })

  it('lets readers of events wait on when only attempts came', async () => {
    const { secret } = await makeKey(['events:read', 'users:write'])
    await edge.florin.attempts.flush()
    const last = await edge.florin.reader.books().then(() => edge.store.lastPage())
    const waiting = edge.get(`/v2/events?wait=30&after=${last}-9`, bearer(secret))
    for (let i = 0; i < 3; i++) {
      await edge.get('/v2/accounts')
      await edge.florin.attempts.flush()
    }
    await edge.post('/v2/users', {}, bearer(secret))
    const { body } = await waiting
    assert.deepEqual(
      body.data.map(({ type }: Loose) => type),
      ['user.created'],
    )
  })

  it('is read page by page, by any filter', async () => {
    const ids: string[] = []
    let cursor = ''
    for (;;) {
      const { body } = await edge.get(
        `/v2/audit?type=user.created&outcome=allowed&limit=2${cursor}`,
        bearer('auditor'),
      )
      ids.push(...body.data.map(({ id }: Loose) => id))
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    assert.ok(ids.length >= 4)
    assert.equal(new Set(ids).size, ids.length)
    for (const query of ['target=ada@example.com', 'type=x', 'outcome=maybe', 'from=yesterday', 'cursor=x']) {
      assert.equal((await edge.get(`/v2/audit?${query}`, bearer('auditor'))).status, 422, query)
    }
  })
})

describe('erasing a user', () => {
  it('takes name and address, wherever they were, and nothing else', async () => {
    const asked = { name: 'Ada Lovelace', email: 'ada@example.com', metadata: { tier: 'gold' } }
    const headers = { ...bearer('admin'), 'idempotency-key': 'ada' }
    const made = await edge.post('/v2/users', asked, headers)
    const path = `/v2/users/${made.body.id}`
    const account = await edge.post(
      '/v2/accounts',
      { currency: 'EUR', user_id: made.body.id, initial_balance: '5' },
      bearer('admin'),
    )
    const erased = await edge.post(`${path}/erase`, {}, bearer('operator'))
    const { name, email, metadata, erased_at: at, version } = erased.body
    assert.deepEqual([erased.status, name, email, metadata, version], [200, null, null, { tier: 'gold' }, 2])
    assert.ok(at !== null)
    const again = await edge.post(`${path}/erase`, {}, bearer('operator'))
    assert.deepEqual(again.body, erased.body)

    const replayed = await edge.post('/v2/users', asked, headers)
    assert.deepEqual(
      [replayed.status, replayed.headers['idempotency-replayed'], replayed.body.name],
      [201, 'true', null],
    )
    const change = await edge.patch(path, { name: 'Ada' }, bearer('admin'))
    assert.deepEqual([change.status, change.body.code], [409, 'user_erased'])
    const balance = await edge.get(`/v2/accounts/${account.body.id}`, bearer('admin'))
    assert.equal(balance.body.balances.posted, '5.00')
    const { tables } = edge.store
    const kept = [[...tables.users.values()], [...tables.idempotency.values()], tables.pages]
    const text = JSON.stringify(kept, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))
    assert.ok(!/Lovelace|ada@example/.test(text))
    assert.equal((await edge.post('/v2/users', { email: 'ADA@example.com' }, bearer('admin'))).status, 201)
  })

  it('is the same over gRPC, and not for services', async () => {
    const call = async (token: string, id: string) =>
      await grpc.json.call('florin.v2.UserService/EraseUser', { user_id: id }, { metadata: bearer(token) })
    const made = await edge.post('/v2/users', { name: 'Bob' }, bearer('admin'))
    const refused = await call('service', made.body.id)
    assert.deepEqual([refused.status, refused.reason], ['PERMISSION_DENIED', 'scope_missing'])
    const { message } = await call('operator', made.body.id)
    assert.equal(message.user.name, undefined)
    assert.ok(message.user.erased_at)
    const missing = await call('operator', MISSING)
    assert.deepEqual([missing.status, missing.reason], ['NOT_FOUND', 'user_not_found'])
  })
})

async function listen(): Promise<AddressInfo> {
  if (!edge.app.server.listening) await edge.app.listen({ host: '127.0.0.1', port: 0 })
  return edge.app.server.address() as AddressInfo
}

/** Sends bytes and waits for the end of the connection. */
async function send(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.resume().end(text)
  await new Promise((resolve) => socket.once('close', resolve))
}
