import assert from 'node:assert/strict'
import { connect } from 'node:http2'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Metadata, Server, ServerCredentials, status, type UntypedHandleCall } from '@grpc/grpc-js'
import { openAccess } from '#app/access-control.ts'
import { FLORIN, type Scope } from '#core/access.ts'
import type { ApiKeyId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { makeAccessWorld, roleTokens, type AccessWorld } from '#test/access-world.ts'
import { contract, serviceNames, toErrorAnswer, type RpcAnswer } from '#test/grpc-client.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'
import { idleLoad } from '#test/idle-load.ts'
import { quietLog } from '#test/quiet-log.ts'
import { controlAccess } from './access.ts'
import { serviceOf } from './contract.ts'
import { assertRows, methodNames, operationOf } from './methods.ts'

const LIST_ACCOUNTS = 'florin.v2.AccountService/ListAccounts'
const CREATE_USER = 'florin.v2.UserService/CreateUser'

let rest: Edge
let edge: GrpcEdge & AsyncDisposable
let world: AccessWorld
before(async () => {
  rest = await createEdge({ tokens: roleTokens })
  const { florin, accessControl } = rest
  edge = await createGrpcEdge({ florin, accessControl })
})
beforeEach(async () => {
  world = await makeAccessWorld(rest.florin)
})
after(async () => {
  await edge[Symbol.asyncDispose]()
  await rest.close()
})

const caller = { principal: FLORIN.principal, idempotencyKey: null }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const codeOf = ({ status: name, reason }: RpcAnswer): string => `${name} ${reason}`

async function makeKey(scopes: readonly Scope[], expiresAt: Instant | null = null) {
  const issued = await rest.florin.apiKeys.create(caller, { name: 'test', scopes, expiresAt })
  assert(issued.kind === 'accepted' && issued.secret !== null)
  return { id: issued.result.id, metadata: bearer(issued.secret) }
}

async function ask(method: string, message: object, metadata: Record<string, string>): Promise<string> {
  return codeOf(await edge.json.call(method, message, { metadata }))
}

describe('authentication over gRPC', () => {
  it('asks who it is, and tells why not as over REST', async () => {
    assert.equal(await ask(LIST_ACCOUNTS, {}, {}), 'UNAUTHENTICATED unauthenticated')
    for (const authorization of ['Bearer nonsense', 'flk_x', 'Basic eDp5', 'Bearer', 'Bearer a b']) {
      assert.equal(await ask(LIST_ACCOUNTS, {}, { authorization }), 'UNAUTHENTICATED invalid_token')
    }
    const { metadata } = await makeKey(['users:write'])
    assert.equal(await ask(LIST_ACCOUNTS, {}, metadata), 'PERMISSION_DENIED scope_missing')
    const answer = await edge.json.call(CREATE_USER, {}, { metadata: { 'x-request-id': 'r-1' } })
    assert.deepEqual([answer.requestId, edge.log], ['r-1', []])
  })

  it('asks before the message is there, whatever kind of method it is', async () => {
    for (const method of [
      CREATE_USER,
      'florin.v2.EventService/Watch',
      'florin.v2.TransferService/PostTransfers',
    ]) {
      assert.equal(await rawStatus(method), status.UNAUTHENTICATED, method)
    }
  })

  it('knows callers by their keys in what they do, and keeps their idempotency keys apart', async () => {
    const keys = [await makeKey(['users:write']), await makeKey(['users:write'])]
    const made: string[] = []
    for (const { id, metadata } of keys) {
      const key = { ...metadata, 'idempotency-key': 'same' }
      for (const replayed of [false, true]) {
        const answer = await edge.json.call(CREATE_USER, {}, { metadata: key })
        assert.equal(answer.replayed, replayed)
        made.push(answer.message.user.id)
      }
      const { data } = (await rest.get('/v2/events?limit=1000', bearer('admin'))).body
      assert.equal(data.at(-1).principal, `key:${id}`)
    }
    assert.deepEqual([made[0] === made[1], made[2] === made[3], made[0] === made[2]], [true, true, false])
  })

  it('wants nothing for health and reflection', async () => {
    for (const method of methodNames.filter((name) => name.startsWith('grpc.'))) {
      // Watch of health has no end.
      if (!method.endsWith('/Watch')) assert.equal(await rawStatus(method, EMPTY_MESSAGE), status.OK, method)
    }
  })
})

describe('a stream', () => {
  const soon = (): Instant => new Date(Date.now() + 700).toISOString().replace('Z', '000Z') as Instant
  const leg = () => ({ source: world.ann.accounts[0], destination: world.ann.accounts[1], currency: 'EUR' })

  function open(service: string, method: string, metadata: Record<string, string>, message?: object) {
    const sent = new Metadata()
    for (const [name, value] of Object.entries(metadata)) sent.set(name, value)
    const start = edge.json.service(`florin.v2.${service}`)
    const stream: Loose = message === undefined ? start[method](sent) : start[method](message, sent)
    const received: Loose[] = []
    stream.on('data', (one: Loose) => received.push(one))
    stream.on('error', () => {})
    const ended = new Promise<RpcAnswer>((resolve) => {
      stream.once('status', (told: Loose) => resolve(toErrorAnswer(told)))
    })
    return { stream, received, ended }
  }

  const ways: Record<string, readonly [reason: string, end: (id: ApiKeyId) => unknown]> = {
    revoked: ['key_revoked', (id) => rest.florin.apiKeys.revoke(caller, id)],
    expired: ['key_expired', () => null],
    'rotated out': ['invalid_token', (id) => rest.florin.apiKeys.rotate(caller, id, 0)],
  }

  for (const [how, [reason, end]] of Object.entries(ways)) {
    it(`of events ends when its key is ${how}`, { timeout: 5000 }, async () => {
      const { id, metadata } = await makeKey(['events:read'], how === 'expired' ? soon() : null)
      const { received, ended } = open('EventService', 'Watch', metadata, {})
      await until(() => received.length > 0)
      await end(id)
      assert.equal(codeOf(await ended), `UNAUTHENTICATED ${reason}`)
      const before = received.length
      await makeKey(['events:read'])
      assert.equal(received.length, before)
    })

    it(`of transfers ends when its key is ${how}, after what it has read`, { timeout: 5000 }, async () => {
      const { id, metadata } = await makeKey(['transfers:write'], how === 'expired' ? soon() : null)
      const { stream, received, ended } = open('TransferService', 'PostTransfers', metadata)
      const writing = setInterval(() => stream.write({ transfer: { ...leg(), amount: '0.01' } }), 20)
      void ended.then(() => clearInterval(writing))
      await until(() => received.length > 0)
      await end(id)
      assert.equal(codeOf(await ended), `UNAUTHENTICATED ${reason}`)
      assert.deepEqual(new Set(received.map(({ status: told }) => told)), new Set(['posted']))
      const recorded = await rest.florin.reader.listTransfers({ accountIds: [leg().source], limit: 1000 })
      assert.equal(received.length, recorded.filter(({ id: made }) => made !== world.ann.deposit).length)
    })
  }

  it('goes on as long as its key is good', async () => {
    const { metadata } = await makeKey(['transfers:write'])
    const { stream, received, ended } = open('TransferService', 'PostTransfers', metadata)
    await sleep(1200)
    stream.write({ transfer: { ...leg(), amount: '1' } })
    stream.end()
    assert.equal((await ended).status, 'OK')
    assert.equal(received[0].status, 'posted')
  })
})

describe('a long poll', () => {
  it('tells nothing to a key that was revoked meanwhile', async () => {
    const polls = {
      REST: (metadata: Record<string, string>, after: string) =>
        rest.get(`/v2/events?wait=20&after=${after}`, metadata).then(({ body }) => body.code),
      gRPC: (metadata: Record<string, string>, after: string) =>
        edge.json
          .call('florin.v2.EventService/ListEvents', { after, wait: 20 }, { metadata })
          .then(({ reason }) => reason),
    }
    for (const [name, poll] of Object.entries(polls)) {
      const { id, metadata } = await makeKey(['events:read'])
      const { next_cursor: end } = (await rest.get('/v2/events?limit=1000', bearer('admin'))).body
      const polling = poll(metadata, end)
      await sleep(50)
      await rest.florin.apiKeys.revoke(caller, id)
      assert.equal(await polling, 'key_revoked', name)
    }
  })
})

describe('a method', () => {
  it('has its row in the table, and every row its method', () => {
    const florin = serviceNames(contract).flatMap((service) =>
      Object.keys(serviceOf(service)).map((method) => `${service}/${method}`),
    )
    const own = methodNames.filter((name) => name.startsWith('florin.'))
    assert.deepEqual([...own].sort(), florin.sort())
  })

  it('is the operation of its name', () => {
    const others: Record<string, string> = {
      StreamStatement: 'getStatement',
      Watch: 'listEvents',
      GetBooks: 'getPeriods',
      BulkCreateTransfers: 'createTransfers',
      PostTransfers: 'createTransfer',
    }
    for (const method of methodNames.filter((name) => name.startsWith('florin.'))) {
      const [, version, name = ''] = /^florin\.(v\d)\.\w+\/(\w+)$/.exec(method) ?? []
      const wanted = others[name] ?? (version === 'v1' ? `v1${name}` : name[0]?.toLowerCase() + name.slice(1))
      assert.equal(operationOf(method), wanted)
    }
  })

  it('without a row ends the start', () => {
    assert.throws(() => assertRows('florin.v2.UserService', ['GetUser', 'Steal']), /without a row.*: Steal$/)
    assert.throws(() => assertRows('constructor', ['name']), /without a row/)
  })

  it('without a row lets nobody in, should it start', async () => {
    const { florin } = rest
    const { interceptor } = controlAccess({
      florin,
      accessControl: openAccess(florin),
      load: idleLoad,
      log: quietLog,
    })
    const server = new Server({ interceptors: [interceptor] })
    const { GetUser } = serviceOf('florin.v2.UserService')
    const path = '/florin.v2.UserService/Steal'
    const steal: UntypedHandleCall = (_rpc: unknown, respond: Loose) => respond(null, {})
    server.addService({ Steal: { ...GetUser!, path } }, { Steal: steal })
    const port = await new Promise<number>((resolve) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound)),
    )
    assert.equal(await rawStatus(path.slice(1), EMPTY_MESSAGE, `127.0.0.1:${port}`), status.INTERNAL)
    server.forceShutdown()
  })
})

/** A frame with no field in it. */
const EMPTY_MESSAGE = Buffer.alloc(5)

/** The status of a call. Without a message only the headers are sent, and the stream stays open. */
async function rawStatus(method: string, message?: Buffer, address = edge.address): Promise<number> {
  const session = connect(`http://${address}`)
  try {
    const stream = session.request(
      { ':method': 'POST', ':path': `/${method}`, 'content-type': 'application/grpc', te: 'trailers' },
      { endStream: false },
    )
    if (message !== undefined) stream.end(message)
    const told: Loose = {}
    for (const event of ['response', 'trailers']) stream.on(event, (part) => Object.assign(told, part))
    stream.resume()
    while (told['grpc-status'] === undefined) await sleep(5)
    return Number(told['grpc-status'])
  } finally {
    session.destroy()
  }
}

/** Waits as long as it takes; the runner has a limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10)
}
