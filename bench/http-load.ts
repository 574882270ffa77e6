// HTTP load from a thread of its own, over raw keep-alive connections: a client that costs little, so that the two cores
// are left to the server. Runs as a worker: see `httpLoad`.
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { randomUUID } from 'node:crypto'
import { runLoad, type LoadResult } from './load.ts'
import { pickAccounts, type Spread } from './accounts.ts'

/** Where to send what, from how many connections. */
export interface HttpLoad {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly sends: Transfers | PageOf
  /** How many requests a second, if the server keeps up; as many as it takes when absent. */
  readonly perSecond?: number
  /** The header of this name; null: none. */
  readonly authorization: string | null
}

/** New transfers. */
export interface Transfers {
  readonly spread: Spread
  /** How many a request carries as a bulk; null: one, by itself. */
  readonly items: number | null
}

/** A page of any account. */
export interface PageOf {
  readonly page: 'account' | 'entries' | 'statement' | 'as-of'
  /** Since when there are entries, in milliseconds since 1970. */
  readonly sinceMs: number
}

/** Sends requests over HTTP for the given time; throws when one is not answered well. */
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
  const next = requestsOf(load)
  const intervalMs = load.perSecond === undefined ? 0 : (load.connections * 1000) / load.perSecond
  const result = await runLoad(async (client) => await (connections[client] as Connection).send(next()), {
    clients: load.connections,
    seconds: load.seconds,
    intervalMs,
  })
  for (const connection of connections) connection.close()
  parentPort?.postMessage(result)
}

function requestsOf({ sends, authorization }: HttpLoad): () => string {
  const credentials = authorization === null ? '' : `Authorization: ${authorization}\r\n`
  return 'page' in sends
    ? () => `GET ${pathOf(sends)} HTTP/1.1\r\nHost: bench\r\n${credentials}\r\n`
    : () => postOf(sends, credentials)
}

function pathOf({ page, sinceMs }: PageOf): string {
  const account = `/v2/accounts/${pickAccounts('uniform').source}`
  const nowMs = Date.now()
  const moment = new Date(sinceMs + Math.random() * (nowMs - sinceMs)).toISOString()
  switch (page) {
    case 'account':
      return account
    case 'entries':
      return `${account}/entries`
    case 'statement':
      return `${account}/statement?from=${moment}&to=${new Date(nowMs).toISOString()}`
    case 'as-of':
      return `${account}?at=${moment}`
  }
}

function postOf({ spread, items }: Transfers, credentials: string): string {
  const next = () => ({ ...pickAccounts(spread), amount: '0.01', currency: 'EUR' })
  const [path, content] =
    items === null
      ? ['/v2/transfers', next()]
      : ['/v2/transfers/bulk', { mode: 'independent', items: Array.from({ length: items }, next) }]
  const body = JSON.stringify(content)
  return (
    `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n${credentials}` +
    `Idempotency-Key: ${randomUUID()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

/** True of a page, of the answer to one transfer, and to a bulk of which each was posted. */
function isWell(answer: string): boolean {
  return (
    answer.startsWith('HTTP/1.1 201') ||
    (answer.startsWith('HTTP/1.1 200') && !answer.includes('"status":"failed"'))
  )
}

interface Connection {
  send(request: string): Promise<void>
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
    if (isWell(whole)) waiting?.resolve()
    else waiting?.reject(new Error(`unexpected answer: ${whole}`))
  })
  socket.on('error', (error) => waiting?.reject(error))
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}
