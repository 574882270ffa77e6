// A call that is answered with a stream: messages as fast as the client reads them, and one end.
import { once } from 'node:events'
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js'
import { AppError } from '#core/errors.ts'
import { callOf, metadataOf, problemOf, wellFormed, type Call, type Edge } from './calls.ts'
import type { Fields } from './codec.ts'
import { errorProblem, toCallError, type RpcProblem } from './problems.ts'

/** What the handler of a stream knows of its call. */
export interface StreamCall extends Call {
  /** Aborted when the client has gone or the server closes. */
  readonly signal: AbortSignal
}

/** How a stream ends when the server closes: the client may begin another one elsewhere. */
export const closingProblem: RpcProblem = errorProblem(new AppError('unavailable', 'Florin is shutting down'))

/** A method that answers with what the handler yields, and ends with the problem that it returns, or well. */
export function serverStream(
  edge: Edge,
  produce: (request: Fields, call: StreamCall) => AsyncGenerator<object, RpcProblem | null>,
): handleServerStreamingCall<Fields, object> {
  return (rpc) => void run(rpc)

  async function run(rpc: ServerWritableStream<Fields, object>): Promise<void> {
    const call = callOf(rpc)
    const gone = new AbortController()
    rpc.once('cancelled', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, edge.closing])
    rpc.sendMetadata(metadataOf(call, { replayed: false }))
    try {
      const messages = produce(wellFormed(rpc.request), { ...call, signal })
      endStream(rpc, call, await writeAll(rpc, messages, gone.signal))
    } catch (error) {
      endStream(rpc, call, problemOf(error, rpc, call, edge.log))
    }
  }
}

async function writeAll(
  rpc: ServerWritableStream<Fields, object>,
  messages: AsyncGenerator<object, RpcProblem | null>,
  gone: AbortSignal,
): Promise<RpcProblem | null> {
  for (;;) {
    const { done, value } = await messages.next()
    if (done) return value
    if (!rpc.write(value)) await once(rpc, 'drain', { signal: gone }).catch(() => {})
    if (gone.aborted) return (await messages.return(null)).value as null
  }
}

/** Ends a stream: with a problem, or well. */
export function endStream(
  rpc: { emit(event: 'error', error: object): boolean; end(): unknown },
  call: Call,
  problem: RpcProblem | null,
): void {
  if (problem === null) rpc.end()
  else rpc.emit('error', toCallError(problem, call.requestId, metadataOf(call, { replayed: false })))
}
