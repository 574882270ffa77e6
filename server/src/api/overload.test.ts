/** Too much for one process: both edges turn away at once what they cannot answer, and say so to whoever watches. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Metadata } from '@grpc/grpc-js'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { createAccessControl } from '#app/access-control.ts'
import { createLoad } from '#app/load.ts'
import { roleTokens } from '#test/access-world.ts'
import { createGrpcEdge } from '#test/grpc-edge.ts'
import { createEdge } from '#test/http-edge.ts'
import { CONNECTION_LIMITS } from './http/connections.ts'

const GET_ACCOUNT = 'florin.v1.AccountService/GetAccount'

describe('too much load', () => {
  it('turns requests away on both edges and is told by health, until there is less', async () => {
    const late = { ms: 1000 }
    const load = createLoad({ delayMs: () => late.ms })
    const rest = await createEdge({ server: { load } })
    await using grpc = await createGrpcEdge({ server: { load } })
    await load.look()
    const shed = await rest.get('/v1/accounts/1')
    assert.deepEqual(
      [shed.status, shed.body.code, shed.headers['retry-after'], shed.body.detail],
      [503, 'unavailable', '1', 'Florin has too much to do'],
    )
    assert.equal((await rest.get('/nothing')).status, 503)
    const call = await grpc.call(GET_ACCOUNT, { account_id: 1 })
    assert.deepEqual([call.status, call.retryDelay.seconds], ['UNAVAILABLE', '1'])
    const ready = await rest.get('/health/ready')
    assert.deepEqual([ready.status, ready.body.problem], [503, 'Florin has too much to do'])
    assert.equal((await rest.get('/health/live')).status, 200)

    late.ms = 0
    for (let i = 0; i < 3; i++) await load.look()
    assert.equal((await rest.get('/v1/accounts/1')).status, 404)
    assert.equal((await grpc.call(GET_ACCOUNT, { account_id: 1 })).status, 'NOT_FOUND')
    assert.equal((await rest.get('/health/ready')).status, 200)
    await rest.close()
  })

  it('counts what is under way on both edges together, however it ends', async () => {
    const load = createLoad({ delayMs: () => 0 }, { loopDelayMaxMs: 500, requestsMax: 2 })
    const counted = { now: 0, most: 0 }
    const counting = {
      ...load,
      enter: () => (load.enter(), (counted.most = Math.max(counted.most, ++counted.now))),
      leave: () => (load.leave(), void counted.now--),
    }
    const { promise: gate, resolve: letGo } = Promise.withResolvers<undefined>()
    const rest = await createEdge({
      server: { load: counting },
      change: ({ reader }) => ({ reader: { ...reader, findAccount: async () => await gate } }),
    })
    await rest.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = rest.app.server.address() as AddressInfo
    await using grpc = await createGrpcEdge({ florin: rest.florin, server: { load: counting } })
    const path = `http://127.0.0.1:${port}/v1/accounts/1`
    const held = fetch(path)
    const stream = grpc.service('florin.v2.TransferService').PostTransfers()
    stream.on('error', () => {})
    while (counted.now < 2) await sleep(5)
    const refused = await fetch(path)
    assert.match(((await refused.json()) as { detail: string }).detail, /^2 requests are under way already/)
    assert.equal((await grpc.call(GET_ACCOUNT, { account_id: 1 })).status, 'UNAVAILABLE')
    // A client that goes frees its place, and an answer does.
    stream.cancel()
    while (counted.now > 1) await sleep(5)
    letGo(undefined)
    assert.equal((await held).status, 404)
    while (counted.now > 0) await sleep(5)
    assert.equal((await fetch(path)).status, 404)
    assert.equal((await grpc.call(GET_ACCOUNT, { account_id: 1 })).status, 'NOT_FOUND')
    assert.equal((await grpc.call('florin.v1.AccountService/Nothing', {}).catch(() => null)) ?? null, null)
    while (counted.now > 0) await sleep(5)
    assert.equal(counted.most, 2)
    await rest.close()
  })

  it('limits callers over gRPC as over HTTP, and streams by reading more slowly', async () => {
    const rest = await createEdge()
    const clock = { ms: 0 }
    const perPrincipal = createMemoryRateLimiter({ perSecond: 20, burst: 3 }, { nowMs: () => clock.ms })
    const rateLimits = { perAddress: null, perPrincipal }
    const { florin } = rest
    const accessControl = createAccessControl({ florin, reader: rest.store, tokens: roleTokens })
    await using grpc = await createGrpcEdge({ florin, accessControl, server: { rateLimits } })
    const ask = { metadata: { authorization: 'Bearer admin' } }
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push(await grpc.call(GET_ACCOUNT, { account_id: 1 }, ask))
    assert.deepEqual(
      statuses.map(({ status }) => status),
      ['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'RESOURCE_EXHAUSTED'],
    )
    assert.deepEqual([statuses[3]?.reason, statuses[3]?.retryDelay.seconds], ['rate_limited', '1'])

    const metadata = new Metadata()
    metadata.set('authorization', 'Bearer operator')
    const stream = grpc.service('florin.v2.TransferService').PostTransfers(metadata)
    const startedAtMs = performance.now()
    let answers = 0
    stream.on('data', () => answers++)
    for (let i = 0; i < 12; i++)
      stream.write({ transfer: { source: '1', destination: '2', amount: '1', currency: 'EUR' } })
    stream.end()
    await once(stream, 'end')
    assert.equal(answers, 12)
    // The call itself and 12 transfers, of which 2 need not wait, are 10 too many at 20 a second.
    const tookMs = performance.now() - startedAtMs
    assert.ok(tookMs > 450, `${tookMs} ms`)

    const perAddress = createMemoryRateLimiter({ perSecond: 1, burst: 1 })
    await using crowded = await createGrpcEdge({ server: { rateLimits: { perAddress, perPrincipal: null } } })
    await crowded.call(GET_ACCOUNT, { account_id: 1 })
    assert.equal((await crowded.call(GET_ACCOUNT, { account_id: 1 })).reason, 'rate_limited')
    await rest.close()
  })
})

describe('a client that takes its time', () => {
  it('is cut off when its headers or its body do not come, and when there are too many', async () => {
    const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 }
    const rest = await createEdge({
      server: { connectionLimits: { ...CONNECTION_LIMITS, ...limits }, connectionsMax: 3 },
    })
    await rest.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = rest.app.server.address() as AddressInfo
    const slow = (head: string, drip: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      socket.write(head)
      const dripping = setInterval(() => socket.write(drip), 20)
      return text(socket)
        .catch(() => 'reset')
        .finally(() => clearInterval(dripping))
    }
    const headers = slow('GET / HTTP/1.1\r\nHost: a\r\n', 'X-A: b\r\n')
    const body = slow(
      'POST /v1/accounts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
      ' ',
    )
    const silent = text(connect(port, '127.0.0.1')).catch(() => 'reset')
    await sleep(100)
    const fourth = connect(port, '127.0.0.1').on('error', () => {})
    assert.equal(await text(fourth).catch(() => ''), '')
    assert.match(await headers, /^HTTP\/1.1 408|^reset/)
    assert.match(await body, /^HTTP\/1.1 408|^reset/)
    assert.match(await silent, /^HTTP\/1.1 408|^$/)
    assert.equal((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 200)
    await rest.close()
  })
})

describe('a client of gRPC that takes its time', () => {
  it('is cut off when its first bytes do not come', { timeout: 30_000 }, async () => {
    await using grpc = await createGrpcEdge({ server: { prefaceTimeoutMs: 200 } })
    const { hostname, port } = new URL(`http://${grpc.address}`)
    for (const begin of ['', 'PRI * HTTP/2.0']) {
      const socket = connect(Number(port), hostname).on('error', () => {})
      socket.write(begin)
      await text(socket).catch(() => 'reset')
    }
    assert.equal((await grpc.call(GET_ACCOUNT, { account_id: 1 })).status, 'NOT_FOUND')
  })

  it('keeps its message to itself, and others are served meanwhile, until its deadline', async () => {
    await using grpc = await createGrpcEdge()
    const session = connectHttp2(`http://${grpc.address}`)
    const late = session.request({
      ':method': 'POST',
      ':path': `/${GET_ACCOUNT}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '300m',
    })
    // Of 255 bytes one is there.
    late.write(Buffer.from([0, 0, 0, 0, 255, 8]))
    const told = new Promise<unknown>((resolve) => late.once('response', resolve))
    assert.equal((await grpc.call(GET_ACCOUNT, { account_id: 1 })).status, 'NOT_FOUND')
    assert.equal(((await told) as Record<string, unknown>)['grpc-status'], '4')
    session.destroy()
    assert.deepEqual(grpc.log, [])
  })
})

describe('floods of HTTP/2', () => {
  const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const FLOOD_MAX_MS = 2000
  const [HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION] = [1, 3, 4, 6, 9]

  function frame(type: number | undefined, flags: number, stream: number, payload: Buffer): Buffer {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head.writeUInt8(type ?? 0, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(stream, 5)
    return Buffer.concat([head, payload])
  }

  /** Literal fields, so that the test needs no compression. */
  function literal(name: string, value: string): Buffer {
    return Buffer.from([0, name.length, ...Buffer.from(name), value.length, ...Buffer.from(value)])
  }

  const call = Buffer.concat([
    literal(':method', 'POST'),
    literal(':scheme', 'http'),
    literal(':path', `/${GET_ACCOUNT}`),
    literal(':authority', 'a'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
  ])

  const floods: Record<string, (i: number) => Buffer> = {
    'rapid resets': (i) =>
      Buffer.concat([
        frame(HEADERS, 4, 2 * i + 1, call),
        frame(RST_STREAM, 0, 2 * i + 1, Buffer.from([0, 0, 0, 8])),
      ]),
    settings: () => frame(SETTINGS, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100])),
    pings: () => frame(PING, 0, 0, Buffer.alloc(8)),
    'empty continuations': (i) =>
      i === 0 ? frame(HEADERS, 0, 1, call) : frame(CONTINUATION, 0, 1, Buffer.alloc(0)),
  }

  /** Sends as fast as it can; answers whether the server cut it off in time. */
  async function flood(socket: Socket, make: (i: number) => Buffer): Promise<boolean> {
    const until = performance.now() + FLOOD_MAX_MS
    const isCut = (): boolean => socket.destroyed || socket.readableEnded
    for (let i = 0; !isCut() && performance.now() < until; i += 100) {
      socket.write(Buffer.concat(Array.from({ length: 100 }, (_, k) => make(i + k))))
      await sleep(1)
    }
    return isCut()
  }

  const all = Object.entries(floods).flatMap(([name, make]) =>
    [true, false].map((reads) => ({ name, make, reads })),
  )
  for (const { name, make, reads } of all) {
    it(`of ${name}, ${reads ? 'whose answers are read' : 'of which nobody reads the answers'}: others are served meanwhile`, async () => {
      await using grpc = await createGrpcEdge()
      const { hostname, port } = new URL(`http://${grpc.address}`)
      await grpc.call(GET_ACCOUNT, { account_id: 1 })
      const before = process.memoryUsage().rss
      const socket = connect(Number(port), hostname).on('error', () => {})
      if (reads) socket.resume()
      socket.write(Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, Buffer.alloc(0))]))
      const flooding = flood(socket, make)
      for (let i = 0; i < 10; i++) {
        const answer = await grpc.call(GET_ACCOUNT, { account_id: 1 }, { deadlineMs: 3000 })
        assert.equal(answer.status, 'NOT_FOUND')
      }
      const wasCut = await flooding
      // Settings and pings cost no more than they take to send.
      if (reads && !['settings', 'pings'].includes(name)) assert.equal(wasCut, true)
      socket.destroy()
      const grownMb = (process.memoryUsage().rss - before) / 1e6
      assert.ok(grownMb < 200, `${grownMb} MB`)
      assert.deepEqual(grpc.log, [])
    })
  }
})
