// A call that is answered with a stream: messages as fast as the client reads them, and one end.
import { once } from 'node:events'
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js'
import { AppError } from '#core/errors.ts'
import { callOf, wellFormed, type Call, type Edge } from './calls.ts'
import type { Fields } from './codec.ts'
import { answerMetadata } from './metadata.ts'
import { errorProblem, problemOf, toCallError, type RpcProblem } from './problems.ts'

/** What the handler of a stream knows of its call. */
export interface StreamCall extends Call {
  /** Aborted when the client has gone or may not go on, or the server closes. */
  readonly signal: AbortSignal
}

/** With the second for which a revoked key may still be known, a stream outlives it by one and a half at most. */
const ASK_AGAIN_EVERY_MS = 500

/** How a stream ends when the server closes: the client may begin another one elsewhere. */
export const closingProblem: RpcProblem = errorProblem(new AppError('unavailable', 'Florin is shutting down'))

/** A method that answers with what the handler yields, and ends with the problem that it returns, or well. */
export function serverStream(
  edge: Edge,
  produce: (request: Fields, call: StreamCall) => AsyncGenerator<object, RpcProblem | null>,
): handleServerStreamingCall<Fields, object> {
  return (rpc) => void run(rpc)

  async function run(rpc: ServerWritableStream<Fields, object>): Promise<void> {
    const call = callOf(rpc, edge)
    const gone = new AbortController()
    rpc.once('cancelled', () => gone.abort())
    const barred = keepAsking(rpc, call)
    const stopped = AbortSignal.any([gone.signal, barred])
    const signal = AbortSignal.any([stopped, edge.closing])
    rpc.sendMetadata(answerMetadata(call))
    try {
      const messages = produce(wellFormed(rpc.request), { ...call, signal })
      const problem = await writeAll(rpc, messages, stopped)
      barred.throwIfAborted()
      endStream(rpc, call, problem)
    } catch (error) {
      endStream(rpc, call, problemOf(error, call, edge.log))
    }
  }
}

async function writeAll(
  rpc: ServerWritableStream<Fields, object>,
  messages: AsyncGenerator<object, RpcProblem | null>,
  stopped: AbortSignal,
): Promise<RpcProblem | null> {
  for (;;) {
    const { done, value } = await messages.next()
    if (done) return value
    if (!rpc.write(value)) await once(rpc, 'drain', { signal: stopped }).catch(() => {})
    if (stopped.aborted) return (await messages.return(null)).value as null
  }
}

/** Asks again and again whether the caller of a stream may go on; aborted, with the error, when not. */
export function keepAsking(
  rpc: { once(event: 'close', listener: () => void): unknown },
  call: Call,
): AbortSignal {
  const barred = new AbortController()
  const bar = (error: unknown): void => barred.abort(error)
  const timer = setInterval(() => void call.askAgain().catch(bar), ASK_AGAIN_EVERY_MS)
  // It comes with every end of a stream: grpc-js destroys it when the status is sent.
  rpc.once('close', () => clearInterval(timer))
  return barred.signal
}

/** Ends a stream: with a problem, or well. */
export function endStream(
  rpc: { emit(event: 'error', error: object): boolean; end(): unknown },
  call: Call,
  problem: RpcProblem | null,
): void {
  if (problem === null) return void rpc.end()
  call.note(problem, null)
  rpc.emit('error', toCallError(problem, call.requestId, answerMetadata(call)))
}
