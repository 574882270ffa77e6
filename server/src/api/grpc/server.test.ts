import assert from 'node:assert/strict'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadSync } from '@grpc/proto-loader'
import { protoPath } from 'grpc-health-check'
import { openAccess } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { AppError } from '#core/errors.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { contract, createGrpcClient, serviceNames } from '#test/grpc-client.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'
import { idleLoad } from '#test/idle-load.ts'
import { quietLog } from '#test/quiet-log.ts'
import { createGrpcServer } from './server.ts'

const CREATE_ACCOUNT = 'florin.v1.AccountService/CreateAccount'
const CREATE_TRANSFER = 'florin.v1.TransferService/CreateTransfer'
const transfer = { source_account_id: 1, destination_account_id: 2, amount: '1' }

function failing(error: Error): { change: (florin: Florin) => Partial<Florin> } {
  async function post(): Promise<never> {
    throw error
  }
  return { change: ({ transfers }) => ({ transfers: { ...transfers, post } }) }
}

/** Transfers that wait before or after their hand-over until they are let go. */
function holdTransfers(when: 'before' | 'after') {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>()
  async function wait(): Promise<void> {
    arrive()
    await gate
  }
  const held =
    <Asked extends unknown[], Outcome>(act: (...asked: Asked) => Promise<Outcome>) =>
    async (...asked: Asked): Promise<Outcome> => {
      if (when === 'before') await wait()
      const outcome = await act(...asked)
      if (when === 'after') await wait()
      return outcome
    }
  const change = ({ transfers }: Florin): Partial<Florin> => ({
    transfers: {
      ...transfers,
      create: held((...asked: Parameters<typeof transfers.create>) => transfers.create(...asked)),
      post: held((...asked: Parameters<typeof transfers.post>) => transfers.post(...asked)),
    },
  })
  return { arrived, letGo, change }
}

describe('the gRPC server', () => {
  it('hides and logs bugs, and says when to come back', async () => {
    await using bug = await createGrpcEdge(failing(new Error('secret')))
    const hidden = await bug.call(CREATE_TRANSFER, transfer, { metadata: { 'x-request-id': 'r-1' } })
    assert.deepEqual([hidden.status, hidden.reason, hidden.requestId], ['INTERNAL', 'internal', 'r-1'])
    assert.doesNotMatch(JSON.stringify(hidden), /secret/)
    const [line] = bug.log
    assert.deepEqual(
      [line?.level, line?.fields.request_id, line?.fields.err.message],
      ['error', 'r-1', 'secret'],
    )

    await using full = await createGrpcEdge(failing(new AppError('unavailable', 'the queue is full')))
    const later = await full.call(CREATE_TRANSFER, transfer)
    assert.deepEqual(
      [later.status, later.reason, later.retryDelay.seconds],
      ['UNAVAILABLE', 'unavailable', '1'],
    )
    assert.equal(full.log[0]?.level, 'warn')

    await using lost = await createGrpcEdge(failing(new AppError('unavailable', '?', { retry: 'unknown' })))
    const unknown = await lost.call(CREATE_TRANSFER, transfer)
    assert.deepEqual([unknown.status, unknown.reason], ['DEADLINE_EXCEEDED', 'outcome_unknown'])
    assert.equal(unknown.retryDelay, undefined)
  })

  it('gives a new request id in the place of one that is not safe to log', async () => {
    await using edge = await createGrpcEdge()
    const { requestId } = await edge.call(
      CREATE_ACCOUNT,
      { account_id: 1 },
      { metadata: { 'x-request-id': 'a b' } },
    )
    assert.match(requestId ?? '', /^[0-9a-f-]{36}$/)
  })

  it("goes on with the caller's trace, in answers, refusals and the log", async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const metadata = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    const goesOn = new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`)
    await using edge = await createGrpcEdge()
    const done = await edge.call(CREATE_ACCOUNT, { account_id: 1 }, { metadata })
    const refused = await edge.call(CREATE_ACCOUNT, { account_id: 1 }, { metadata })
    assert.deepEqual([done.status, refused.status], ['OK', 'ALREADY_EXISTS'])
    for (const { traceparent } of [done, refused]) assert.match(traceparent ?? '', goesOn)
    const { traceparent } = await edge.call(CREATE_ACCOUNT, { account_id: 2 })
    assert.match(traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)

    await using bug = await createGrpcEdge(failing(new Error('secret')))
    await bug.call(CREATE_TRANSFER, transfer, { metadata })
    assert.equal(bug.log[0]?.fields.trace_id, traceId)
  })

  it('does not post what nobody waits for', async () => {
    for (const reason of ['deadline', 'cancelled']) {
      const { arrived, letGo, change } = holdTransfers('before')
      await using edge = await createGrpcEdge({ change })
      for (const id of [1, 2]) await edge.call(CREATE_ACCOUNT, { account_id: id, initial_balance: '5' })
      if (reason === 'deadline') {
        const late = await edge.call(CREATE_TRANSFER, transfer, { deadlineMs: 1000 })
        assert.equal(late.status, 'DEADLINE_EXCEEDED')
        await arrived
      } else {
        const rpc = edge.service('florin.v1.TransferService').CreateTransfer(transfer, () => {})
        await arrived
        rpc.cancel()
      }
      // The server hears of it a moment later.
      await sleep(300)
      letGo()
      await sleep(50)
      const commands = edge.commands.map(({ kind }) => kind)
      assert.deepEqual(commands, ['create_account', 'create_account'], reason)
      assert.deepEqual(edge.log, [])
    }
  })

  it('carries out what was handed on before the deadline, and shows it afterwards', async () => {
    const { letGo, change } = holdTransfers('after')
    await using edge = await createGrpcEdge({ change })
    for (const id of [1, 2]) await edge.call(CREATE_ACCOUNT, { account_id: id, initial_balance: '5' })
    const id = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'
    const asked = { transfer: { id, source: '1', destination: '2', amount: '1', currency: 'XXX' } }
    const late = await edge.call('florin.v2.TransferService/CreateTransfer', asked, { deadlineMs: 1000 })
    assert.equal(late.status, 'DEADLINE_EXCEEDED')
    letGo()
    const shown = await edge.call('florin.v2.TransferService/GetTransfer', { transfer_id: id })
    assert.equal(shown.message.transfer.status, 'TRANSFER_STATUS_POSTED')
  })

  it('answers bytes that are no message with INVALID_ARGUMENT', async () => {
    await using edge = await createGrpcEdge()
    const bytes = {
      // Field 1, a string of 255 bytes, of which one is there.
      truncated: Buffer.from([0x0a, 0xff, 0x01, 0x41]),
      'another wire type': Buffer.from([0x0a, 0x02, 0x41, 0x41, 0x07]),
      'text that is not UTF-8': Buffer.from([0x1a, 0x02, 0xc3, 0x28]),
      'half of a surrogate pair': Buffer.from([0x1a, 0x03, 0xed, 0xa0, 0x80]),
      'a bad character beside a replacement character': Buffer.from([0x1a, 0x04, 0xef, 0xbf, 0xbd, 0xff]),
    }
    for (const [what, message] of Object.entries(bytes)) {
      const answer = await raw(edge, CREATE_TRANSFER, message)
      assert.deepEqual([answer.status, answer.message], ['3', answer.message], what)
      assert.match(answer.message ?? '', /^the request /, what)
    }
    // U+FFFD itself is text like any other.
    const told = await raw(edge, CREATE_TRANSFER, Buffer.from([0x1a, 0x03, 0xef, 0xbf, 0xbd]))
    assert.match(told.message ?? '', /^source_account_id is missing/)
    assert.deepEqual(edge.log, [])
  })

  it('refuses large messages, unknown methods and other media types', async () => {
    await using edge = await createGrpcEdge({ messageSizeMax: 1024 })
    const large = await edge.call(CREATE_TRANSFER, { ...transfer, amount: '1'.repeat(2000) })
    assert.equal(large.status, 'RESOURCE_EXHAUSTED')
    assert.equal((await raw(edge, 'florin.v1.TransferService/Steal', Buffer.alloc(0))).status, '12')
    assert.equal((await raw(edge, 'florin.v9.Nothing/Nothing', Buffer.alloc(0))).status, '12')
    const json = await raw(edge, CREATE_TRANSFER, Buffer.alloc(0), { 'content-type': 'application/json' })
    assert.equal(json[':status'], '415')
    assert.equal((await edge.call(CREATE_ACCOUNT, { account_id: 1 })).status, 'OK')
  })

  it('survives binary junk in metadata and on the connection', async () => {
    await using edge = await createGrpcEdge()
    const junk = {
      'x-junk-bin': '!!not base64!!',
      'x-request-id': '\u0080\u00ff',
      'idempotency-key': '\u00ff',
    }
    const answer = await raw(edge, CREATE_ACCOUNT, Buffer.from([0x08, 0x01]), junk)
    assert.equal(answer.status, '0')
    await raw(edge, CREATE_ACCOUNT, Buffer.from([0x08, 0x01]), { 'grpc-timeout': 'soon' })
    const port = Number(edge.address.split(':')[1])
    for (const bytes of [
      Buffer.alloc(64, 0xff),
      'GET / HTTP/1.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\xff',
    ]) {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.on('error', () => {})
      socket.end(bytes)
      await new Promise((resolve) => socket.resume().once('close', resolve))
    }
    assert.equal((await edge.call(CREATE_ACCOUNT, { account_id: 2 })).status, 'OK')
  })

  it('tells its health, for the whole and for each service', async () => {
    let problem: string | null = null
    await using edge = await createGrpcEdge({ change: () => ({ health: { problem: () => problem } }) })
    const definitions = loadSync(protoPath, { enums: String })
    const health = createGrpcClient(edge.address, definitions)
    const status = async (service: string) =>
      (await health.call('grpc.health.v1.Health/Check', { service })).message?.status
    assert.equal(await status(''), 'SERVING')
    for (const name of serviceNames(contract)) {
      assert.equal(await status(name), 'SERVING', name)
    }
    assert.equal(await status('florin.v1.Nothing'), undefined)
    problem = 'the store is away'
    await sleep(400)
    assert.equal(await status('florin.v1.AccountService'), 'NOT_SERVING')
    health.close()
  })

  it('lets calls under way finish when it closes', async () => {
    const { arrived, letGo, change } = holdTransfers('before')
    const edge = await createGrpcEdge({ change })
    for (const id of [1, 2]) await edge.call(CREATE_ACCOUNT, { account_id: id, initial_balance: '5' })
    const posting = edge.call(CREATE_TRANSFER, transfer)
    await arrived
    const closed = edge.server.close()
    await sleep(50)
    letGo()
    await closed
    assert.equal((await posting).status, 'OK')
    assert.equal((await edge.call(CREATE_TRANSFER, transfer)).status, 'UNAVAILABLE')
    edge.close()
  })

  it('says with the code of the system that a port is taken', async () => {
    await using edge = await createGrpcEdge()
    const { florin } = createMemoryFlorin()
    const other = createGrpcServer({
      florin,
      accessControl: openAccess(florin),
      load: idleLoad,
      log: quietLog,
      messageSizeMax: 1024,
    })
    const port = Number(edge.address.split(':')[1])
    await assert.rejects(other.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' })
    await other.close()
  })
})

/** Sends one frame as it is, and answers the headers and trailers. */
async function raw(
  { address }: GrpcEdge,
  method: string,
  message: Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: string | undefined; message: string | undefined; ':status': string }> {
  const session = connectHttp2(`http://${address}`)
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    const frame = Buffer.alloc(5)
    frame.writeUInt32BE(message.length, 1)
    stream.end(Buffer.concat([frame, message]))
    const told: Partial<Record<string, string | string[] | number>> = {}
    stream.on('response', (answer) => Object.assign(told, answer))
    stream.on('trailers', (trailers) => Object.assign(told, trailers))
    await new Promise((resolve) => stream.resume().once('close', resolve))
    const text = (name: string) => (told[name] === undefined ? undefined : decodeURI(String(told[name])))
    return { status: text('grpc-status'), message: text('grpc-message'), ':status': String(told[':status']) }
  } finally {
    session.close()
  }
}
