// gRPC load from a thread of its own, over raw HTTP/2 connections: a client that costs little, so that the two cores are
// left to the server. Runs as a worker: see `grpcLoad`.
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { messageOf } from '../server/src/api/grpc/contract.ts'
import { pickAccounts } from './accounts.ts'
import { connectHttp2, type Http2Client } from './http2-client.ts'
import { runLoad, type LoadResult } from './load.ts'

/** Where to send transfers, and how. */
export interface GrpcLoad {
  readonly port: number
  readonly connections: number
  /** Transfers without an answer, over all connections. */
  readonly inFlight: number
  /** unary: a call each. stream: one PostTransfers a connection. */
  readonly kind: 'unary' | 'stream'
  readonly seconds: number
}

/** Posts transfers over gRPC for the given time; throws when one is not posted. */
export function grpcLoad(load: GrpcLoad): Promise<LoadResult> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>()
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: load })
  worker.once('message', resolve)
  worker.once('error', reject)
  return promise
}

const SERVICE = '/florin.v2.TransferService'
// Both requests have the same two fields.
const request = messageOf('florin.v2.PostTransfersRequest')

if (!isMainThread) {
  const { port, connections, inFlight, kind, seconds } = workerData as GrpcLoad
  const clients = Array.from({ length: connections }, () => connectHttp2(port))
  const senders = clients.map(kind === 'unary' ? createUnarySender : createStreamSender)
  const result = await runLoad(
    async (client) => await (senders[client % connections] as Sender)(frameOf(nextTransfer())),
    { clients: inFlight, seconds },
  )
  for (const client of clients) client.close()
  parentPort?.postMessage(result)
}

/** Sends one message and waits until its transfer is posted. */
type Sender = (frame: Buffer) => Promise<void>

function nextTransfer(): object {
  return {
    transfer: { ...pickAccounts('uniform'), amount: '0.01', currency: 'EUR' },
    idempotency_key: randomUUID(),
  }
}

function frameOf(message: object): Buffer {
  const bytes = request.write(message)
  const frame = Buffer.allocUnsafe(5 + bytes.length)
  frame.writeUInt8(0)
  frame.writeUInt32BE(bytes.length, 1)
  bytes.copy(frame, 5)
  return frame
}

function createUnarySender(client: Http2Client): Sender {
  return (frame) =>
    new Promise((resolve, reject) => {
      let answered = false
      const call = client.open(`${SERVICE}/CreateTransfer`, {
        // A refusal ends the call without a message.
        onData: () => (answered = true),
        onEnd: (error) => (answered ? resolve() : reject(error ?? new Error('a transfer was not posted'))),
      })
      call.send(frame, true)
    })
}

function createStreamSender(client: Http2Client): Sender {
  const waiting: PromiseWithResolvers<void>[] = []
  let rest: Buffer = Buffer.alloc(0)
  const call = client.open(`${SERVICE}/PostTransfers`, {
    onData(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = frameEnd(rest); end !== null; end = frameEnd(rest)) {
        const outcome = waiting.shift()
        if (isPosted(rest.subarray(5, end))) outcome?.resolve()
        else outcome?.reject(new Error('a transfer was not posted'))
        rest = rest.subarray(end)
      }
    },
    onEnd: (error) => waiting.at(0)?.reject(error ?? new Error('the stream has ended')),
  })
  return (frame) => {
    const outcome = Promise.withResolvers<void>()
    waiting.push(outcome)
    call.send(frame, false)
    return outcome.promise
  }
}

function frameEnd(bytes: Buffer): number | null {
  if (bytes.length < 5) return null
  const end = 5 + bytes.readUInt32BE(1)
  return end <= bytes.length ? end : null
}

/** Field 1 is the index, a varint; field 2 the status, of which 1 is posted. */
function isPosted(message: Buffer): boolean {
  let at = 1
  while ((message[at] ?? 0) > 0x7f) at += 1
  return message[at + 1] === 0x10 && message[at + 2] === 1
}
