/** What a call has sent and nobody reads must not keep the other calls of its connection from sending. */
import assert from 'node:assert/strict'
import { connect, type ClientHttp2Session } from 'node:http2'
import { it } from 'node:test'
import type { AccessControl } from '#app/access-control.ts'
import { roleTokens } from '#test/access-world.ts'
import { createGrpcEdge } from '#test/grpc-edge.ts'
import { createEdge } from '#test/http-edge.ts'

const CREATE_USER = 'florin.v2.UserService/CreateUser'
const POST_TRANSFERS = 'florin.v2.TransferService/PostTransfers'
/** Together they send many times what a connection may have under way, which is 64 KiB unless told. */
const CALLS = 40
const SIZE = 50_000
/** Far more than an answer takes, and far less than a client waits that was told nothing. */
const ANSWER_MAX_MS = 20_000

interface Refused {
  readonly path?: string
  readonly type?: string
  readonly token?: string
  /** When the client gives up; else it waits for the answer with its message half sent. */
  readonly cancels?: 'at once' | 'when answered'
}

const refused: Record<string, Refused> = {
  'without a token': {},
  'without the scope': { token: 'auditor' },
  'of a stream': { path: POST_TRANSFERS },
  'of an unknown method': { path: 'florin.v2.UserService/Nothing' },
  'of another media type': { type: 'application/json' },
  'that was cancelled at once': { cancels: 'at once' },
  'that is cancelled when it is answered': { cancels: 'when answered' },
}

for (const [which, how] of Object.entries(refused)) {
  it(`a call ${which} leaves the connection to others, before its message is there`, async () => {
    await using world = await openWorld()
    const calls = Array.from({ length: CALLS }, () => begin(world.session, how))
    const ends = await Promise.all(calls.map(({ answered }) => answered))
    assert.ok(!ends.includes('late'), ends.join(' '))
    assert.equal(await world.createUser(), '0')
  })
}

it('calls that wait at the door leave the connection to others', async () => {
  const door = Promise.withResolvers<void>()
  await using world = await openWorld(async (token) => {
    if (token === 'Bearer nobody') await door.promise
  })
  const calls = Array.from({ length: CALLS }, () => begin(world.session, { token: 'nobody' }))
  assert.equal(await world.createUser(), '0')
  door.resolve()
  await Promise.all(calls.map(({ answered }) => answered))
  assert.equal(await world.createUser(), '0')
})

/** An edge that asks who calls, and one connection to it. */
async function openWorld(wait: (authorization: string | undefined) => Promise<void> = async () => {}) {
  const rest = await createEdge({ tokens: roleTokens })
  const accessControl: AccessControl = {
    ...rest.accessControl,
    async admit(credentials, operation) {
      await wait(credentials.authorization)
      return await rest.accessControl.admit(credentials, operation)
    },
  }
  const grpc = await createGrpcEdge({ florin: rest.florin, accessControl })
  const session = connect(`http://${grpc.address}`)

  /** A call whose message alone would fill what a connection may have under way. */
  async function createUser(): Promise<string> {
    // Field 15 is unknown to the contract, and passed over.
    const message = Buffer.concat([Buffer.from([0x7a, 0x80, 0x80, 0x04]), Buffer.alloc(65_536)])
    const { stream, answered } = begin(session, { token: 'admin' }, message)
    stream.end()
    return await answered
  }

  return {
    session,
    createUser,
    async [Symbol.asyncDispose]() {
      session.destroy()
      await grpc[Symbol.asyncDispose]()
      await rest.close()
    },
  }
}

/** Begins a call; without a message, with half of one. `answered` is its status, or how it ended without. */
function begin(session: ClientHttp2Session, refusal: Refused, message?: Buffer) {
  const { path = CREATE_USER, type = 'application/grpc', token, cancels } = refusal
  const stream = session.request({
    ':method': 'POST',
    ':path': `/${path}`,
    'content-type': type,
    te: 'trailers',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  })
  stream.on('error', () => {})
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message?.length ?? 2 * SIZE, 1)
  stream.write(Buffer.concat([head, message ?? Buffer.alloc(SIZE)]))
  if (cancels === 'at once') setImmediate(() => stream.close(8))
  const answered = new Promise<string>((resolve) => {
    const tell = (headers: object): void => {
      if (cancels === 'when answered') stream.close(8)
      if ('grpc-status' in headers) resolve(String(headers['grpc-status']))
      else if (type !== 'application/grpc') resolve('refused')
    }
    stream.on('response', tell).on('trailers', tell).resume()
    stream.once('close', () => resolve('closed'))
    setTimeout(resolve, ANSWER_MAX_MS, 'late').unref()
  })
  return { stream, answered }
}
