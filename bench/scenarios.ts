// What is measured.
import type { CurrencyCode } from '../server/src/core/currency.ts'
import type { Principal } from '../server/src/core/command.ts'
import { pickAccounts, type Spread } from './accounts.ts'
import { measureCeiling } from './ceiling.ts'
import { grpcLoad, type GrpcLoad } from './grpc-load.ts'
import { httpLoad } from './http-load.ts'
import { runLoad, type LoadResult } from './load.ts'
import { TEXTBOOK_CONNECTIONS } from './textbook.ts'
import type { Subject, SubjectKind } from './subjects.ts'

/** One thing to measure. */
export interface Scenario {
  readonly compares: 'rate' | 'latency'
  /** What Florin is compared with; the textbook when absent. `http`: Florin itself, over HTTP. */
  readonly against?: 'http'
  run(subject: Subject, kind: SubjectKind, seconds: number): Promise<LoadResult>
  /** The same load on a server that does nothing: what there is to reach on this machine. */
  ceiling?(seconds: number): Promise<LoadResult>
}

/** Requests in flight that keep Florin's batches full: while a thousand are committed, the next thousand wait. */
const ENGINE_CLIENTS = 2000
const HTTP_CONNECTIONS = 512
const GRPC_CONNECTIONS = 4

/** Every scenario by its name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  uniform: engine('uniform'),
  hot: engine('hot'),
  http: { compares: 'rate', ...http('uniform', HTTP_CONNECTIONS) },
  'http-hot': { compares: 'rate', ...http('hot', HTTP_CONNECTIONS) },
  grpc: grpc({ kind: 'unary', connections: GRPC_CONNECTIONS, inFlight: HTTP_CONNECTIONS }),
  'grpc-stream': grpc({ kind: 'stream', connections: GRPC_CONNECTIONS, inFlight: ENGINE_CLIENTS }),
  serial: { compares: 'latency', run: http('uniform', 1).run },
}

/** The use case called in this process. The baseline gets as many clients as it has connections: more only wait. */
function engine(spread: Spread): Scenario {
  return {
    compares: 'rate',
    run: (subject, kind, seconds) =>
      runLoad(
        async () => {
          const outcome = await subject.florin.transfers.post(
            { principal: 'bench' as Principal, idempotencyKey: subject.nextKey() },
            {
              id: null,
              postings: [{ ...pickAccounts(spread), amount: '0.01', currency: 'EUR' as CurrencyCode }],
              reference: null,
              metadata: {},
              effectiveAt: null,
            },
          )
          if (outcome.kind === 'rejected') throw new Error(`refused: ${outcome.refusal.message}`)
        },
        { clients: kind === 'baseline' ? TEXTBOOK_CONNECTIONS : ENGINE_CLIENTS, seconds },
      ),
  }
}

function http(spread: Spread, connections: number): Required<Pick<Scenario, 'run' | 'ceiling'>> {
  return {
    run: async (subject, _kind, seconds) => {
      const port = await subject.listen()
      return await httpLoad({ port, connections, seconds, spread })
    },
    ceiling: (seconds) => measureCeiling({ connections, seconds, spread }),
  }
}

/** Against Florin itself over HTTP, in the same run. */
function grpc(load: Omit<GrpcLoad, 'port' | 'seconds'>): Scenario {
  const baseline = http('uniform', HTTP_CONNECTIONS)
  return {
    compares: 'rate',
    against: 'http',
    run: async (subject, kind, seconds) =>
      kind === 'baseline'
        ? await baseline.run(subject, kind, seconds)
        : await grpcLoad({ ...load, port: await subject.listenGrpc(), seconds }),
  }
}
