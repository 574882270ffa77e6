// node garbage-load.ts API GRPC SEED: garbage of nobody at full speed, over HTTP, gRPC and bare sockets, until its stdin ends.
// Its last line is JSON: how often it was answered how, which it reads only so that the server can write.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { contract, createGrpcClient, serviceNames } from '../grpc-client.ts'
import { createRandom } from '../seed.ts'

/** What came back. */
export interface GarbageReport {
  /** Answers of HTTP by their status, and of gRPC by the name of theirs. */
  readonly http: Readonly<Record<string, number>>
  readonly grpc: Readonly<Record<string, number>>
  /** Bare sockets that were opened, and ended by one side or the other. */
  readonly sockets: number
}

const HTTP_CONNECTIONS = 16
const GRPC_CALLS = 32
const JUNK_SOCKETS = 8
/** Sockets that send a byte now and then. */
const SLOW_SOCKETS = 32
const SLOW_EVERY_MS = 500
/** Requests of one connection, after which it is another's turn. */
const REQUESTS_MAX = 200
const BODY_MAX = 2000
/** Beyond what a message may have, which is 4 MiB. */
const LARGE_BODY = 5 * 1024 * 1024
const JUNK_MAX = 4096
const SOCKET_MAX_MS = 2000
/** None is answered so late: a call that is not answered at all shows. */
const CALL_MAX_MS = 60_000

const [api = '', grpcAddress = '', seed = '1'] = process.argv.slice(2)
const { hostname: host, port: httpPort } = new URL(api)
const grpcPort = Number(grpcAddress.split(':').at(-1))
const random = createRandom(Number(seed))
const stopping = new AbortController()
process.stdin.resume().once('end', () => stopping.abort())
const goesOn = (): boolean => !stopping.signal.aborted

const http: Record<string, number> = {}
const grpc: Record<string, number> = {}
let sockets = 0

const below = (max: number): number => Math.floor(random() * max)
const pick = <T>(...from: readonly T[]): T => from[below(from.length)] as T
/** Made once: a slice of it costs nothing, so that the machine is the server's. */
const JUNK = Buffer.from(Array.from({ length: 256 * 1024 }, () => below(256)))
function junk(max: number): Buffer {
  const start = below(JUNK.length - max)
  return JUNK.subarray(start, start + below(max))
}
const count = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}

const TOKENS = ['', 'Bearer', 'Bearer flk_nobody', 'Basic eDp5', `Bearer ${'x'.repeat(9000)}`, 'Bearer a.b.c']
const PATHS = [
  '/v1/transfers',
  '/v2/transfers',
  '/v2/accounts',
  '/v2/users',
  '/v2/bulks',
  '/../..//%2e%2e',
  '/v2/%zz',
]
const BODIES = ['{"__proto__":{"a":1}}', '{'.repeat(500), '[1e999]', `{"a":"'; drop table accounts; --"}`, '']

function request(): Buffer {
  const body = random() < 0.3 ? junk(BODY_MAX) : Buffer.from(pick(...BODIES))
  const head = [
    `${random() < 0.01 ? 'BREW' : pick('GET', 'POST', 'POST', 'PATCH', 'DELETE')} ${pick(...PATHS)} HTTP/1.1`,
    'Host: florin',
    `Authorization: ${pick(...TOKENS)}`,
    `Content-Type: ${pick('application/json', 'application/json', 'text/plain', 'x')}`,
    `Content-Length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

/** Requests one behind the other, without waiting for answers but for those that must be read first. */
async function floodHttp(): Promise<void> {
  while (goesOn()) {
    const socket = open(Number(httpPort))
    socket.setEncoding('latin1').on('data', (text: unknown) => {
      for (const [, code = ''] of String(text).matchAll(/HTTP\/1\.1 (\d{3}) /g)) count(http, code)
    })
    for (let sent = 0; sent < REQUESTS_MAX && goesOn() && socket.writable; sent++) {
      if (!socket.write(request())) await event(socket, 'drain')
      // What was written goes out, and what came in is read.
      if (sent % 10 === 0) await new Promise(setImmediate)
    }
    socket.end()
    await closed(socket)
  }
}

async function floodGrpc(): Promise<void> {
  const client = createGrpcClient(grpcAddress)
  const methods = serviceNames(contract).flatMap((service) =>
    Object.values(contract[service] as Record<string, { path: string; requestStream: boolean }>)
      .filter(({ requestStream }) => !requestStream)
      .map(({ path }) => ({ service, path })),
  )
  const same = (bytes: Buffer): Buffer => bytes
  async function callOn(): Promise<void> {
    while (goesOn()) {
      const { service, path } = pick(...methods)
      const metadata = new Metadata()
      metadata.set('authorization', pick(...TOKENS.slice(0, 4)))
      metadata.set('junk-bin', junk(200))
      const bytes = random() < 0.01 ? Buffer.alloc(below(LARGE_BODY)) : junk(BODY_MAX)
      const options = { deadline: Date.now() + CALL_MAX_MS }
      const told = await new Promise<status>((resolve) => {
        const done = (error: ServiceError | null): void => resolve(error?.code ?? status.OK)
        const at = random() < 0.05 ? `${path}s` : path
        const rpc = client.service(service).makeUnaryRequest(at, same, same, bytes, metadata, options, done)
        if (random() < 0.05) rpc.cancel()
      })
      count(grpc, status[told])
    }
  }
  await Promise.all(Array.from({ length: GRPC_CALLS }, callOn))
  client.close()
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Bytes that are no request of either protocol, to either server. */
async function floodWithJunk(): Promise<void> {
  while (goesOn()) {
    const socket = open(pick(Number(httpPort), grpcPort))
    socket.resume()
    const head = pick<Buffer | string>(
      '',
      PREFACE,
      'GET / HTTP/1.1\r\n',
      'POST /v2/transfers HTTP/1.1\r\nContent-Length: 9\r\n\r\n',
    )
    socket.write(Buffer.concat([Buffer.from(head), junk(JUNK_MAX)]))
    if (random() < 0.5) socket.end()
    else setTimeout(() => socket.destroy(), below(50))
    await closed(socket)
  }
}

async function beSlow(): Promise<void> {
  while (goesOn()) {
    const socket = open(pick(Number(httpPort), grpcPort))
    socket.resume()
    socket.write(pick<Buffer | string>('GET / HTTP/1.1\r\nHost: a\r\n', PREFACE.subarray(0, 3)))
    const dripping = setInterval(() => socket.write('X'), SLOW_EVERY_MS)
    await Promise.race([event(socket, 'close'), sleep(SOCKET_MAX_MS * 4, undefined, { ref: false })])
    clearInterval(dripping)
    socket.destroy()
  }
}

function open(port: number): Socket {
  sockets += 1
  const socket = connect({ port, host }).on('error', () => {})
  return socket.once('end', () => socket.destroy())
}

/** Waits for the end, and makes it when it does not come. */
async function closed(socket: Socket): Promise<void> {
  const late = setTimeout(() => socket.destroy(), SOCKET_MAX_MS)
  if (!socket.closed) await event(socket, 'close')
  clearTimeout(late)
}

/** An event of a socket, or that it is closed, or that all is over. */
async function event(socket: Socket, name: 'drain' | 'close'): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, stopping.signal])
  const events = [...new Set([name, 'close'])].map((one) => once(socket, one, { signal }).catch(() => {}))
  await Promise.race(events)
  over.abort()
}

const repeat = (times: number, work: () => Promise<void>) => Array.from({ length: times }, work)
await Promise.all([
  ...repeat(HTTP_CONNECTIONS, floodHttp),
  floodGrpc(),
  ...repeat(JUNK_SOCKETS, floodWithJunk),
  ...repeat(SLOW_SOCKETS, beSlow),
])
const report: GarbageReport = { http, grpc, sockets }
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
