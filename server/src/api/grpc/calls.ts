// A unary call from its bytes to its end: who calls, what the handler answers, and every way it can go wrong.
import {
  status,
  type handleUnaryCall,
  type sendUnaryData,
  type UntypedHandleCall,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import type { Caller } from '#app/request.ts'
import type { Florin } from '#app/florin.ts'
import type { Origin } from '#core/command-fields.ts'
import type { Rejected } from '#core/command.ts'
import { AppError } from '#core/errors.ts'
import type { UserId } from '#core/ids.ts'
import { neighbourhoodOf } from '../client-address.ts'
import type { HttpLog } from '../http/log.ts'
import type { CallAccess } from './access.ts'
import { MALFORMED, type Fields } from './codec.ts'
import { answerMetadata, idempotencyKeyOf, idsOf, type CallIds } from './metadata.ts'
import { problemOf, refusalProblem, toCallError, type RpcProblem } from './problems.ts'

/** What calls of every kind can tell of themselves. */
type Rpc = Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'cancelled' | 'getDeadline' | 'getPath'>

/** What every service is made of. */
export interface Edge {
  readonly access: CallAccess
  readonly log: HttpLog
  /** True: a debug line for every call. */
  readonly logRequests?: boolean
  /** Aborted when the server closes: streams end then. */
  readonly closing: AbortSignal
}

/** The methods of a service, by their names in the contract. */
export type Handlers = Readonly<Record<string, UntypedHandleCall>>

/** What a handler knows of its call besides the request. */
export interface Call extends CallIds {
  /** The path of the method. */
  readonly method: string
  /** Florin as far as the caller may use it. */
  readonly florin: Florin
  /** The user who calls; null when none does. */
  readonly userId: UserId | null
  /** From where the call comes, in the form of neighbourhoodOf. */
  readonly network: string
  readonly origin: Origin
  readonly authorization: string | undefined
  /** Waits until the caller's limit lets one thing more be done; null without a limit. */
  readonly pay: (() => Promise<void>) | null
  /** Throws when the caller would not be let in any more. */
  readonly askAgain: () => Promise<unknown>
  /** Tells the audit log that the call is refused; `message`: what was asked for. */
  readonly note: (problem: RpcProblem, message: unknown) => void
  /** Who calls, under the idempotency key of the metadata or of the request's field. */
  readonly callerOf: (idempotencyKey: unknown) => Caller
}

/** What a handler answers. */
export type Answer =
  | { readonly kind: 'message'; readonly message: object; readonly replayed: boolean }
  | { readonly kind: 'problem'; readonly problem: RpcProblem; readonly replayed: boolean }

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
  edge: Edge,
  handle: (request: Fields, call: Call) => Promise<Answer>,
): handleUnaryCall<Fields, object> {
  const { log, logRequests = false } = edge

  async function answerTo(rpc: UnaryRpc, call: Call): Promise<Answer> {
    try {
      return await handle(wellFormed(rpc.request), call)
    } catch (error) {
      return failed(problemOf(error, call, log))
    }
  }

  async function run(rpc: UnaryRpc, respond: sendUnaryData<object>): Promise<void> {
    const call = callOf(rpc, edge)
    const startedAtMs = performance.now()
    const answer = await answerTo(rpc, call)
    if (logRequests) {
      const code = answer.kind === 'problem' ? answer.problem.status : status.OK
      const durationMs = performance.now() - startedAtMs
      log.debug(
        { request_id: call.requestId, trace_id: call.traceId, method: call.method, status: code, durationMs },
        'call',
      )
    }
    if (answer.kind === 'problem' && !answer.replayed) call.note(answer.problem, rpc.request)
    const metadata = answerMetadata(call, answer)
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
export function callOf(rpc: Rpc, { access }: Edge): Call {
  const { metadata } = rpc
  const { access: admitted, origin, note, florin, pay, askAgain } = access.admissionOf(metadata)
  const { principal, userId } = admitted
  const deadlineMs = Number(rpc.getDeadline())
  // The timer that cancels a call fires late when the event loop is busy. A cancellation that arrives together with its
  // request is never seen here: grpc-js tells the call before there is a handler.
  const isGone = (): boolean => rpc.cancelled || Date.now() >= deadlineMs
  return {
    ...idsOf(metadata),
    method: rpc.getPath(),
    florin,
    userId,
    network: neighbourhoodOf(origin.address ?? ''),
    origin,
    authorization: metadata.get('authorization')[0]?.toString(),
    pay,
    askAgain,
    note,
    callerOf: (field) => ({
      principal,
      origin,
      idempotencyKey: idempotencyKeyOf(metadata, field as string | undefined),
      isGone,
    }),
  }
}
