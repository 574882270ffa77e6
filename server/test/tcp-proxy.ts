/** A TCP proxy between a store and PostgreSQL that breaks connections where a test says, once each time it is armed. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * Where the connection breaks. What the store sends is looked into for the statement that a fault is about.
 * - `before load`: as the batch is to be loaded; nothing of it reaches the server.
 * - `mid-load`: in the middle of loading it.
 * - `after load`: the loaded rows do not arrive.
 * - `mid-apply`: half of what is to be written reaches the server.
 * - `before commit`: all is written, COMMIT is not sent on.
 * - `with commit`: COMMIT is sent on and the connection cut in the same moment.
 * - `after commit`: COMMIT is done, its answer does not arrive.
 */
export type Cut =
  'before load' | 'mid-load' | 'after load' | 'mid-apply' | 'before commit' | 'with commit' | 'after commit'

/** Every cut. */
export const CUTS: readonly Cut[] = [
  'before load',
  'mid-load',
  'after load',
  'mid-apply',
  'before commit',
  'with commit',
  'after commit',
]

/**
 * How a connection that was cut looks to the store: closed, silent for ever (a cable that was pulled), or closed after
 * the server's last words (a disk that failed under it).
 */
type Manner = 'close' | 'silence' | 'panic'

/** The proxy. */
export interface TcpProxy {
  /** The database's URL by way of the proxy. */
  readonly url: string
  /** Breaks the next connection that comes to this place. */
  arm(cut: Cut, manner: Manner): void
  /** How many cuts were made. */
  readonly cutsMade: () => number
  /** Holds every chunk back for so long, in both directions. */
  delay(ms: number): void
  /** Swallows everything on every connection, new ones too, until told otherwise. Those swallowed never come back. */
  silence(on: boolean): void
  close(): Promise<void>
}

/** An ErrorResponse of PostgreSQL's protocol: 58030 is an I/O error. */
const PANIC = errorResponse({
  S: 'PANIC',
  V: 'PANIC',
  C: '58030',
  M: 'could not fsync file: Input/output error',
})

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([type, text]) => `${type}${text}\0`)
      .join('')}\0`,
  )
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const LOAD = 'lock_accounts'
const APPLY = 'apply_batch'
const COMMIT = 'commit\0'

/** Starts a proxy in front of the database. */
export async function createTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let armed: { cut: Cut; manner: Manner } | null = null
  let cutsMade = 0
  let delayMs = 0
  let silent = false

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    const pair = new Pair(client, upstream)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => pair.closeAll())
      socket.on('close', () => {
        sockets.delete(socket)
        pair.closeAll()
      })
    }
    client.on('data', (chunk) => later(() => fromStore(pair, chunk)))
    upstream.on('data', (chunk) => later(() => fromServer(pair, chunk)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  // Chunks keep their order: timers of one length run in the order in which they were set.
  function later(pass: () => void): void {
    if (delayMs === 0) pass()
    else setTimeout(pass, delayMs)
  }

  function fromStore(pair: Pair, chunk: Buffer): void {
    if (pair.isDeaf || silent) {
      pair.isDeaf = true
      return
    }
    const has = (text: string): boolean => chunk.includes(text)
    switch (armed?.cut) {
      case 'before load':
        if (has(LOAD)) return strike(pair)
        break
      case 'mid-load':
        if (has(LOAD)) {
          pair.upstream.write(chunk.subarray(0, chunk.length / 2))
          return strike(pair)
        }
        break
      case 'after load':
        if (has(LOAD)) pair.swallowsAnswer = true
        break
      case 'mid-apply':
        if (has(APPLY)) {
          pair.upstream.write(chunk.subarray(0, chunk.length / 2))
          return strike(pair)
        }
        break
      case 'before commit':
        if (has(COMMIT)) return strike(pair)
        break
      case 'with commit':
        if (has(COMMIT)) {
          pair.upstream.write(chunk)
          return strike(pair)
        }
        break
      case 'after commit':
        if (has(COMMIT)) pair.swallowsAnswer = true
        break
      case undefined:
    }
    pair.upstream.write(chunk)
  }

  function fromServer(pair: Pair, chunk: Buffer): void {
    if (pair.isDeaf || silent) {
      pair.isDeaf = true
      return
    }
    if (!pair.swallowsAnswer || armed === null) {
      pair.client.write(chunk)
      return
    }
    // Of a commit only its own answer tells that it is done.
    if (armed.cut === 'after load' || chunk.includes('COMMIT\0')) strike(pair)
  }

  function strike(pair: Pair): void {
    if (armed === null) return
    const { manner } = armed
    armed = null
    cutsMade += 1
    switch (manner) {
      case 'close':
        return pair.closeAll()
      case 'silence':
        pair.isDeaf = true
        return
      case 'panic':
        pair.isDeaf = true
        pair.client.end(PANIC)
    }
  }

  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    cutsMade: () => cutsMade,
    arm(cut, manner) {
      armed = { cut, manner }
    },
    delay(ms) {
      delayMs = ms
    },
    silence(on) {
      silent = on
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** A connection through the proxy. */
class Pair {
  readonly client: Socket
  readonly upstream: Socket
  /** Whatever comes from either side is dropped, and neither is told. */
  isDeaf = false
  swallowsAnswer = false

  constructor(client: Socket, upstream: Socket) {
    this.client = client
    this.upstream = upstream
  }

  closeAll(): void {
    // Silence does not end because one side gives up: the other is not told, as when a cable is pulled.
    if (this.isDeaf) return
    this.client.destroy()
    this.upstream.destroy()
  }
}
