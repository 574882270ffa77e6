// What goes wrong, from Florin's words to the words of an RPC: a status, and google.rpc details for programs.
import { status, type Metadata } from '@grpc/grpc-js'
import { CALLER_GONE } from '#app/request.ts'
import type { Explanation } from '#core/codes.ts'
import type { Rejected } from '#core/command.ts'
import { AppError, type AttemptDetails, type FieldError } from '#core/errors.ts'
import type { HttpLog } from '../http/log.ts'
import { messageOf } from './contract.ts'
import { errorStatuses, refusalStatuses } from './status.ts'

/** Whose codes the reasons are. */
const DOMAIN = 'florin'
const RETRY_AFTER_SECONDS = 1
/** The metadata of an error that holds its google.rpc.Status. */
export const DETAILS_KEY = 'grpc-status-details-bin'

/** A problem before it is sent: the request's id is added then. */
export interface RpcProblem {
  readonly status: status
  /** For programs: one of Florin's codes. */
  readonly reason: string
  /** For people. */
  readonly message: string
  readonly errors: readonly FieldError[]
  /** What else ErrorInfo tells. */
  readonly info: Readonly<Record<string, string>>
  /** Why a rule refused, in figures. Absent where no rule refused, and in v1. */
  readonly explanation?: Explanation
  readonly retryAfterSeconds?: number
  /** For the audit log; never shown. */
  readonly attempt?: AttemptDetails
}

/** What a request may name. */
type Resource =
  'account' | 'api_key' | 'approval' | 'currency' | 'hold' | 'policy' | 'quote' | 'transfer' | 'user'

/** The problem for something that is not there. @example notFound('account', '1001') */
export function notFound(what: Resource, id: string): RpcProblem {
  const reason = `${what}_not_found`
  const message = `${what.replace('_', ' ')} ${id} does not exist`
  return { status: status.NOT_FOUND, reason, message, errors: [], info: {} }
}

/** The problem for a refusal; `fieldName` gives the request's name of a field of the command. */
export function refusalProblem(
  { refusal, transfer }: Rejected,
  fieldName: (field: string) => string,
): RpcProblem {
  const { code, field, message, explanation } = refusal
  return {
    status: refusalStatuses[code],
    reason: code,
    message,
    errors: field === null ? [] : [{ field: fieldName(field), message }],
    info: transfer === null ? {} : { transfer_id: transfer.id },
    ...(explanation === null ? {} : { explanation }),
  }
}

/** The problem for an AppError. Nothing of a cause is shown, and of a bug no message either. */
export function errorProblem(error: AppError): RpcProblem {
  const { kind, code, message, fields, retry, retryAfterSeconds = RETRY_AFTER_SECONDS } = error
  const meaning = errorStatuses[kind]
  if (meaning === status.INTERNAL) return bugProblem()
  const attempt = error.attempt === undefined ? {} : { attempt: error.attempt }
  const problem = { status: meaning, reason: code, message, errors: fields, info: {}, ...attempt }
  // UNAVAILABLE invites clients to send the request again, whoever it may have reached.
  if (retry === 'unknown') return { ...problem, status: status.DEADLINE_EXCEEDED, reason: 'outcome_unknown' }
  if (code === CALLER_GONE) return { ...problem, status: status.DEADLINE_EXCEEDED }
  return retry === 'temporary' ? { ...problem, retryAfterSeconds } : problem
}

/** The problem for a bug: says nothing but that it was ours. */
function bugProblem(): RpcProblem {
  const message = 'This is a bug in Florin; the log has it under the request id.'
  return { status: status.INTERNAL, reason: 'internal', message, errors: [], info: {} }
}

interface Named {
  readonly requestId: string
  readonly traceId: string
  readonly method: string
}

/** The problem for whatever was thrown; what is not the caller's doing is logged. */
export function problemOf(error: unknown, { requestId, traceId, method }: Named, log: HttpLog): RpcProblem {
  const fields = { request_id: requestId, trace_id: traceId, method, err: error }
  const problem = error instanceof AppError ? errorProblem(error) : bugProblem()
  if (problem.status === status.INTERNAL) log.error(fields, 'call failed: a bug')
  else if (error instanceof AppError && error.kind === 'unavailable' && error.code !== CALLER_GONE) {
    log.warn(fields, 'call not answered: unavailable')
  }
  return problem
}

const details = {
  'google.rpc.ErrorInfo': messageOf('google.rpc.ErrorInfo'),
  'google.rpc.BadRequest': messageOf('google.rpc.BadRequest'),
  'google.rpc.RetryInfo': messageOf('google.rpc.RetryInfo'),
  'google.rpc.RequestInfo': messageOf('google.rpc.RequestInfo'),
  'florin.v2.Explanation': messageOf('florin.v2.Explanation'),
}
const statusMessage = messageOf('google.rpc.Status')

/** A problem as google.rpc.Status. */
export function toRpcStatus(problem: RpcProblem, requestId: string) {
  const { reason, message, errors, info, explanation, retryAfterSeconds } = problem
  const violations = errors.map(({ field, message: description }) => ({ field, description }))
  return {
    code: problem.status,
    message,
    details: [
      detail('google.rpc.ErrorInfo', { reason, domain: DOMAIN, metadata: info }),
      ...(violations.length === 0 ? [] : [detail('google.rpc.BadRequest', { field_violations: violations })]),
      ...(explanation === undefined ? [] : [detail('florin.v2.Explanation', explanation)]),
      ...(retryAfterSeconds === undefined
        ? []
        : [detail('google.rpc.RetryInfo', { retry_delay: { seconds: retryAfterSeconds } })]),
      detail('google.rpc.RequestInfo', { request_id: requestId }),
    ],
  }
}

/** A problem as the end of a call, with its metadata. */
export function toCallError(problem: RpcProblem, requestId: string, metadata: Metadata) {
  metadata.set(DETAILS_KEY, statusMessage.write(toRpcStatus(problem, requestId)))
  return { code: problem.status, message: problem.message, details: problem.message, metadata }
}

function detail(type: keyof typeof details, message: object) {
  return { type_url: `type.googleapis.com/${type}`, value: details[type].write(message) }
}
