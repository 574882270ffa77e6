// What is measured.
import { pickAccounts, type Spread } from './accounts.ts'
import { measureCeiling } from './ceiling.ts'
import { grpcLoad, type GrpcLoad } from './grpc-load.ts'
import { httpLoad, type Transfers } from './http-load.ts'
import { runLoad, type LoadResult } from './load.ts'
import { makePast, readPages, type Past } from './pages.ts'
import { accept, caller, EUR, postTransfer } from './post-transfer.ts'
import { TEXTBOOK_CONNECTIONS } from './textbook.ts'
import type { Subject, SubjectKind } from './subjects.ts'

/** One side of a comparison: what is done, on what; `past` matters where pages are read. */
interface Side {
  readonly subject: SubjectKind
  run(subject: Subject, seconds: number, past: Past): Promise<LoadResult>
}

/** One thing to measure. */
export interface Scenario {
  readonly compares: 'rate' | 'latency'
  readonly baseline: Side
  readonly florin: Side
  /** Makes what takes long to make, once: then both sides use the same subject in all rounds. */
  prepare?(subject: Subject, past: Past): Promise<void>
  /** The same load on a server that does nothing: what there is to reach on this machine. */
  ceiling?(seconds: number): Promise<LoadResult>
}

/** Requests in flight that keep Florin's batches full: while a thousand are committed, the next thousand wait. */
const ENGINE_CLIENTS = 2000
const HTTP_CONNECTIONS = 512
const GRPC_CONNECTIONS = 4
const BULK_ITEMS = 1000
/** Requests of a thousand transfers each, in flight. */
const BULK_CONNECTIONS = 4

/** Florin's plain transfers: what its other abilities are compared with. */
const plain: Side = { subject: 'florin', run: transfers('uniform', ENGINE_CLIENTS) }

/** Every scenario by its name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  uniform: engine('uniform'),
  hot: engine('hot'),
  http: http('uniform', HTTP_CONNECTIONS),
  'http-hot': http('hot', HTTP_CONNECTIONS),
  serial: { compares: 'latency', ...sidesOverHttp('uniform', 1) },
  grpc: grpc({ kind: 'unary', connections: GRPC_CONNECTIONS, inFlight: HTTP_CONNECTIONS }),
  'grpc-stream': grpc({ kind: 'stream', connections: GRPC_CONNECTIONS, inFlight: ENGINE_CLIENTS }),
  auth: auth('locked'),
  'auth-token': auth('logged-in'),
  holds: { compares: 'rate', baseline: plain, florin: { subject: 'florin', run: holdsAndCaptures } },
  bulk: { compares: 'rate', baseline: plain, florin: { subject: 'florin', run: bulks } },
  velocity: { compares: 'rate', baseline: plain, florin: { subject: 'florin', run: underVelocity } },
  pages: {
    compares: 'latency',
    baseline: {
      subject: 'florin',
      run: (subject, seconds, past) => readPages(subject, seconds, { ...past, perSecond: 0 }),
    },
    florin: { subject: 'florin', run: readPages },
    prepare: makePast,
  },
}

/** The use case called in this process. The baseline gets as many clients as it has connections: more only wait. */
function engine(spread: Spread): Scenario {
  return {
    compares: 'rate',
    baseline: { subject: 'baseline', run: transfers(spread, TEXTBOOK_CONNECTIONS) },
    florin: { subject: 'florin', run: transfers(spread, ENGINE_CLIENTS) },
  }
}

function transfers(spread: Spread, clients: number) {
  return (subject: Subject, seconds: number) =>
    runLoad(() => postTransfer(subject, spread), { clients, seconds })
}

/** A hold, and then the capture of the whole of it: one step. */
async function holdsAndCaptures(subject: Subject, seconds: number): Promise<LoadResult> {
  const { holds } = subject.florin
  const step = async (): Promise<void> => {
    const request = { amount: '0.01', currency: EUR, expiresAt: null, reference: null, metadata: {} }
    const hold = accept(await holds.create(caller(subject), { ...pickAccounts('uniform'), ...request }))
    accept(await holds.capture(caller(subject), hold.id, { amount: null, releaseRest: false }))
  }
  return await runLoad(step, { clients: ENGINE_CLIENTS, seconds })
}

/** A thousand transfers a request over HTTP, each with its own outcome; the rate is of transfers. */
async function bulks(subject: Subject, seconds: number): Promise<LoadResult> {
  const port = await subject.listen()
  const requests = await httpLoad({
    port,
    connections: BULK_CONNECTIONS,
    seconds,
    sends: { spread: 'uniform', items: BULK_ITEMS },
    authorization: null,
  })
  return { ...requests, tps: requests.tps * BULK_ITEMS }
}

/** Plain transfers, of which a policy counts every one: by amount and number, by hour and day. */
async function underVelocity(subject: Subject, seconds: number): Promise<LoadResult> {
  const windows = ['hour', 'day'] as const
  const rules = {
    floor: null,
    creditLimit: null,
    ceiling: null,
    minimum: null,
    maximum: null,
    approvalAbove: null,
    velocity: windows.map((window) => ({ window, amount: '1000000000.00', count: 1_000_000_000 })),
    allowedDestinations: null,
    freeze: null,
    fee: null,
  }
  const target = { kind: 'currency', currency: EUR } as const
  accept(await subject.florin.policies.create(caller(subject), target, rules))
  return await transfers('uniform', ENGINE_CLIENTS)(subject, seconds)
}

function http(spread: Spread, connections: number): Scenario {
  return {
    compares: 'rate',
    ...sidesOverHttp(spread, connections),
    ceiling: (seconds) => measureCeiling({ connections, seconds, sends: one(spread), authorization: null }),
  }
}

function sidesOverHttp(spread: Spread, connections: number): Pick<Scenario, 'baseline' | 'florin'> {
  const run = overHttp(spread, connections)
  return { baseline: { subject: 'baseline', run }, florin: { subject: 'florin', run } }
}

function overHttp(spread: Spread, connections: number): Side['run'] {
  return async (subject, seconds) => {
    const port = await subject.listen()
    const { authorization } = subject
    return await httpLoad({ port, connections, seconds, sends: one(spread), authorization })
  }
}

/** One transfer a request, as fast as they are answered. */
function one(spread: Spread): Transfers {
  return { spread, items: null }
}

/** Florin that asks who calls, against Florin that does not. */
function auth(subject: SubjectKind): Scenario {
  const run = overHttp('uniform', HTTP_CONNECTIONS)
  return { compares: 'rate', baseline: { subject: 'florin', run }, florin: { subject, run } }
}

/** Against Florin itself over HTTP. */
function grpc(load: Omit<GrpcLoad, 'port' | 'seconds'>): Scenario {
  const baseline: Side = { subject: 'florin', run: overHttp('uniform', HTTP_CONNECTIONS) }
  const run: Side['run'] = async (subject, seconds) =>
    await grpcLoad({ ...load, port: await subject.listenGrpc(), seconds })
  return { compares: 'rate', baseline, florin: { subject: 'florin', run } }
}
