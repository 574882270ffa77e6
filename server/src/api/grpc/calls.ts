// A unary call from its bytes to its end: who calls, what the handler answers, and every way it can go wrong.
import {
  Metadata,
  status,
  type handleUnaryCall,
  type sendUnaryData,
  type UntypedHandleCall,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import { CALLER_GONE, type Caller } from '#app/request.ts'
import type { Florin } from '#app/florin.ts'
import type { Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { HttpLog } from '../http/log.ts'
import { requestIdOf } from '../http/request-id.ts'
import { callerOf } from './caller.ts'
import { bugProblem, errorProblem, refusalProblem, toCallError, type RpcProblem } from './problems.ts'
import { MALFORMED, type Fields } from './codec.ts'

/** What calls of every kind can tell of themselves. */
export type Rpc = Pick<
  ServerUnaryCall<unknown, unknown>,
  'metadata' | 'cancelled' | 'getDeadline' | 'getPath'
>

/** What every service is made of. */
export interface Edge {
  readonly florin: Florin
  readonly log: HttpLog
  /** True: a debug line for every call. */
  readonly logRequests?: boolean
  /** Aborted when the server closes: streams end then. */
  readonly closing: AbortSignal
}

/** The methods of a service, by their names in the contract. */
export type Handlers = Readonly<Record<string, UntypedHandleCall>>

/** What a handler knows of its call besides the request. */
export interface Call {
  readonly requestId: string
  /** Who calls, under the idempotency key of the metadata or of the request's field. */
  callerOf(idempotencyKey: unknown): Caller
}

/** What a handler answers. */
export type Answer =
  | { readonly kind: 'message'; readonly message: object; readonly replayed: boolean }
  | { readonly kind: 'problem'; readonly problem: RpcProblem; readonly replayed: boolean }

const REQUEST_ID_KEY = 'x-request-id'
const REPLAYED_KEY = 'idempotency-replayed'

/** A message that was not given before. */
export function answered(message: object): Answer {
  return { kind: 'message', message, replayed: false }
}

/** A problem that the handler found. */
export function failed(problem: RpcProblem): Answer {
  return { kind: 'problem', problem, replayed: false }
}

/** The answer for an outcome. `fieldName` gives the request's name of a field of the command. */
export function answerOf<Result>(
  outcome: Rejected | { readonly kind: 'accepted'; readonly replayed: boolean; readonly result: Result },
  toMessage: (result: Result) => object,
  fieldName: (field: string) => string = (field) => field,
): Answer {
  const { replayed } = outcome
  return outcome.kind === 'accepted'
    ? { kind: 'message', message: toMessage(outcome.result), replayed }
    : { kind: 'problem', problem: refusalProblem(outcome, fieldName), replayed }
}

/** A unary method. */
export function unary(
  { log, logRequests = false }: Edge,
  handle: (request: Fields, call: Call) => Promise<Answer>,
): handleUnaryCall<Fields, object> {
  async function answerTo(rpc: UnaryRpc, call: Call): Promise<Answer> {
    try {
      return await handle(wellFormed(rpc.request), call)
    } catch (error) {
      return failed(problemOf(error, rpc, call, log))
    }
  }

  async function run(rpc: UnaryRpc, respond: sendUnaryData<object>): Promise<void> {
    const call = callOf(rpc)
    const startedAtMs = performance.now()
    const answer = await answerTo(rpc, call)
    if (logRequests) {
      const code = answer.kind === 'problem' ? answer.problem.status : status.OK
      const durationMs = performance.now() - startedAtMs
      log.debug({ request_id: call.requestId, method: rpc.getPath(), status: code, durationMs }, 'call')
    }
    const metadata = metadataOf(call, answer)
    if (answer.kind === 'problem') return respond(toCallError(answer.problem, call.requestId, metadata))
    rpc.sendMetadata(metadata)
    respond(null, answer.message)
  }

  return (rpc, respond) => void run(rpc, respond)
}

type UnaryRpc = ServerUnaryCall<Fields, object>

/** The message; throws when the bytes were none. */
export function wellFormed(message: Fields): Fields {
  if (message !== MALFORMED) return message
  throw new AppError(
    'bad_request',
    'the request is not the message of this method, or holds text that is not UTF-8',
  )
}

/** What there is to know of a call when it begins. */
export function callOf(rpc: Rpc): Call {
  const { metadata } = rpc
  const deadlineMs = Number(rpc.getDeadline())
  // The timer that cancels a call fires late when the event loop is busy. A cancellation that arrives together with its
  // request is never seen here: grpc-js tells the call before there is a handler.
  const isGone = (): boolean => rpc.cancelled || Date.now() >= deadlineMs
  return {
    requestId: requestIdOf({ headers: { [REQUEST_ID_KEY]: metadata.get(REQUEST_ID_KEY)[0]?.toString() } }),
    callerOf: (idempotencyKey) => callerOf(metadata, idempotencyKey, isGone),
  }
}

/** The metadata of an answer. */
export function metadataOf({ requestId }: Call, { replayed }: { readonly replayed: boolean }): Metadata {
  const metadata = new Metadata()
  metadata.set(REQUEST_ID_KEY, requestId)
  if (replayed) metadata.set(REPLAYED_KEY, 'true')
  return metadata
}

/** The problem for whatever was thrown; what is not the caller's doing is logged. */
export function problemOf(error: unknown, rpc: Rpc, call: Call, log: HttpLog): RpcProblem {
  const fields = { request_id: call.requestId, method: rpc.getPath(), err: error }
  const problem = error instanceof AppError ? errorProblem(error) : bugProblem()
  if (problem.status === status.INTERNAL) log.error(fields, 'call failed: a bug')
  else if (error instanceof AppError && error.kind === 'unavailable' && error.code !== CALLER_GONE) {
    log.warn(fields, 'call not answered: unavailable')
  }
  return problem
}
