// HTTP load from a thread of its own, over raw keep-alive connections: a client that costs little, so that the two cores
// are left to the server. Runs as a worker: see `httpLoad`.
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { randomUUID } from 'node:crypto'
import { runLoad, type LoadResult } from './load.ts'
import { pickAccounts, type Spread } from './accounts.ts'

/** Where to send transfers, from how many connections. */
export interface HttpLoad {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly spread: Spread
  /** How many transfers a request carries as a bulk; null: one, by itself. */
  readonly items: number | null
  /** The header of this name; null: none. */
  readonly authorization: string | null
}

/** Posts transfers over HTTP for the given time; throws when one is not posted. */
export function httpLoad(load: HttpLoad): Promise<LoadResult> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult>()
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: load })
  worker.once('message', resolve)
  worker.once('error', reject)
  return promise
}

if (!isMainThread) {
  const load = workerData as HttpLoad
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => openConnection(load.port)),
  )
  const result = await runLoad((client) => (connections[client] as Connection).post(requestOf(load)), {
    clients: load.connections,
    seconds: load.seconds,
  })
  for (const connection of connections) connection.close()
  parentPort?.postMessage(result)
}

function requestOf({ spread, items, authorization }: HttpLoad): string {
  const next = () => ({ ...pickAccounts(spread), amount: '0.01', currency: 'EUR' })
  const [path, content] =
    items === null
      ? ['/v2/transfers', next()]
      : ['/v2/transfers/bulk', { mode: 'independent', items: Array.from({ length: items }, next) }]
  const body = JSON.stringify(content)
  return (
    `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n` +
    (authorization === null ? '' : `Authorization: ${authorization}\r\n`) +
    `Idempotency-Key: ${randomUUID()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

/** True of the answer to one transfer, and to a bulk of which each was posted. */
function isPosted(answer: string): boolean {
  return (
    answer.startsWith('HTTP/1.1 201') ||
    (answer.startsWith('HTTP/1.1 200') && !answer.includes('"status":"failed"'))
  )
}

interface Connection {
  post(request: string): Promise<void>
  close(): void
}

async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let answer = ''
  let waiting: { resolve: () => void; reject: (error: Error) => void } | null = null
  socket.on('data', (chunk: string) => {
    answer += chunk
    const headEnd = answer.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
    if (length === undefined || answer.length < headEnd + 4 + Number(length)) return
    const whole = answer
    answer = ''
    if (isPosted(whole)) waiting?.resolve()
    else waiting?.reject(new Error(`unexpected answer: ${whole}`))
  })
  socket.on('error', (error) => waiting?.reject(error))
  return {
    post: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}
