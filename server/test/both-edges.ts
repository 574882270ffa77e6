/** REST v2 and gRPC v2 over one Florin, to see that they say the same. */
import assert from 'node:assert/strict'
import type { RpcAnswer } from './grpc-client.ts'
import { createGrpcEdge } from './grpc-edge.ts'
import { createEdge, type Edge, type Loose } from './http-edge.ts'

/** Both edges, and a client of gRPC that reads and writes messages as the JSON of REST. */
export interface BothEdges extends AsyncDisposable {
  readonly rest: Edge
  readonly grpc: Awaited<ReturnType<typeof createGrpcEdge>>
  /** The message of a call that must succeed. @example ok('UserService/GetUser', { user_id: id }) */
  ok(method: string, message: object): Promise<Loose>
  /** Expects an error with this status, reason and first field. */
  refused(method: string, message: object, expected: readonly string[]): Promise<RpcAnswer>
  /** Expects that a message says what REST says. */
  same(message: Loose, path: string): Promise<void>
  /** All messages of a call that is answered with a stream. */
  stream(method: string, message: object): Promise<Loose[]>
}

/** Opens both, with accounts 1 and 2 in EUR, 3 in JPY, and the operator's 9001 and 9002, of 1000 each. */
export async function createBothEdges(): Promise<BothEdges> {
  const rest = await createEdge()
  const grpc = await createGrpcEdge({ florin: rest.florin })
  const call = async (method: string, message: object) => await grpc.json.call(`florin.v2.${method}`, message)

  async function ok(method: string, message: object): Promise<Loose> {
    const answer = await call(method, message)
    assert.equal(answer.status, 'OK', `${method} ${answer.detail}`)
    return answer.message
  }

  for (const [id, currency] of Object.entries({ 1: 'EUR', 2: 'EUR', 3: 'JPY', 9001: 'EUR', 9002: 'JPY' })) {
    await ok('AccountService/CreateAccount', { id, currency, initial_balance: '1000' })
  }
  return {
    rest,
    grpc,
    ok,
    async refused(method, message, [status, reason, field]) {
      const answer = await call(method, message)
      assert.deepEqual(
        [answer.status, answer.reason, answer.errors[0]?.field],
        [status, reason, field],
        method,
      )
      return answer
    },
    async same(message, path) {
      const { status, body } = await rest.get(path)
      assert.equal(status, 200, path)
      assert.deepEqual(plain(message), plain(body), path)
    },
    async stream(method, message) {
      const [service, name = ''] = method.split('/')
      const messages: Loose[] = []
      for await (const part of grpc.json.service(`florin.v2.${service}`)[name](message)) messages.push(part)
      return messages
    },
    async [Symbol.asyncDispose]() {
      await grpc[Symbol.asyncDispose]()
      await rest.close()
    },
  }
}

/** The rows of a page, without what protobuf does not send, or cannot tell from what was not sent. */
export function plain(json: Loose): Loose {
  if (json?.data !== undefined && 'next_cursor' in json) return plain(json.data)
  if (Array.isArray(json)) return json.map(plain)
  if (json === null || typeof json !== 'object') return json
  const kept = Object.entries(json).filter(([, value]) => ![null, '', 0, false].includes(value as null))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, plain(value)]).filter(([, value]) => JSON.stringify(value) !== '{}'),
  )
}
