// What goes wrong, as RFC 9457 problems: three total tables give every code its status and title, one function sends.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rejected } from '#core/command.ts'
import type { Explanation, RefusalCode } from '#core/codes.ts'
import { explanationData } from '#core/facts.ts'
import type { AppError, AttemptDetails, ErrorKind, FieldError } from '#core/errors.ts'
import { noteRefusal } from './attempts.ts'
import { challengeOf } from './challenge.ts'
import { requestTraceOf } from './common-headers.ts'

/** The media type of every error answer. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
/** How long a caller should stay away when Florin is unavailable. */
export const RETRY_AFTER_SECONDS = 1

interface Meaning {
  readonly status: number
  readonly title: string
}

/** A problem before it is sent: the request's id is added then. */
export interface Problem extends Meaning {
  readonly code: string
  readonly detail: string
  readonly errors: readonly FieldError[]
  /** Path of the resource that tells more. */
  readonly instance?: string
  /** The failed transfer that records a refusal. */
  readonly transferId?: string
  /** Why a rule refused, in figures; null when the code says it all. Absent where no rule refused, and in v1. */
  readonly explanation?: Explanation | null
  /** For the audit log; never shown. */
  readonly attempt?: AttemptDetails
  /** Headers that go with the status. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Every refusal's status and title. */
export const refusalMeanings = {
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  transfer_id_reused: { status: 422, title: 'The transfer id belongs to another transfer' },
  approval_not_found: { status: 422, title: 'No such approval' },
  approval_approved: { status: 409, title: 'The transfer has been approved' },
  approval_rejected: { status: 409, title: 'The transfer has been rejected' },
  approval_expired: { status: 409, title: 'The approval has expired' },
  approval_not_due: { status: 409, title: 'The approval has not expired yet' },
  approver_is_maker: { status: 403, title: 'Nobody approves their own transfer' },
  user_not_found: { status: 422, title: 'No such user' },
  user_exists: { status: 409, title: 'The user exists' },
  email_taken: { status: 409, title: 'The e-mail address is taken' },
  currency_exists: { status: 409, title: 'The currency exists' },
  account_exists: { status: 409, title: 'The account exists' },
  account_not_found: { status: 422, title: 'No such account' },
  transfer_not_found: { status: 422, title: 'No such transfer' },
  hold_not_found: { status: 422, title: 'No such hold' },
  policy_not_found: { status: 422, title: 'No such policy' },
  api_key_not_found: { status: 422, title: 'No such API key' },
  api_key_revoked: { status: 409, title: 'The API key has been revoked' },
  api_key_expired: { status: 409, title: 'The API key has expired' },
  session_not_found: { status: 422, title: 'No such session' },
  roles_changed: { status: 409, title: 'The user has other roles by now' },
  password_changed: { status: 409, title: 'The password has changed' },
  policy_exists: { status: 409, title: 'The target has a policy' },
  quote_not_found: { status: 422, title: 'No such quote' },
  version_mismatch: { status: 412, title: 'The resource has changed' },
  transfer_not_posted: { status: 422, title: 'The transfer failed and moved nothing' },
  reversal_of_reversal: { status: 422, title: 'A reversal cannot be reversed' },
  posting_not_found: { status: 422, title: 'No such posting' },
  reversal_exceeds_original: { status: 422, title: 'More than the transfer moved' },
  hold_captured: { status: 409, title: 'The hold has been captured' },
  hold_released: { status: 409, title: 'The hold has been released' },
  hold_expired: { status: 409, title: 'The hold has expired' },
  user_erased: { status: 409, title: 'The person has been erased' },
  hold_not_due: { status: 409, title: 'The hold has not expired yet' },
  capture_exceeds_hold: { status: 422, title: 'More than the hold reserves' },
  expires_at_in_past: { status: 422, title: 'It would have expired already' },
  quote_used: { status: 409, title: 'The quote has been converted' },
  quote_expired: { status: 409, title: 'The quote has expired' },
  effective_at_in_future: { status: 422, title: 'Nothing takes effect in the future' },
  period_closed: { status: 422, title: 'The books are closed' },
  effective_at_too_early: { status: 422, title: 'Too long ago to take effect' },
  period_not_closable: { status: 422, title: 'The books cannot be closed through this time' },
  same_account: { status: 422, title: 'Source and destination are the same account' },
  currency_mismatch: { status: 422, title: 'The account is in another currency' },
  system_account: { status: 422, title: 'A system account cannot be changed' },
  account_closed: { status: 422, title: 'The account is closed' },
  account_frozen: { status: 422, title: 'The account is frozen' },
  destination_not_allowed: { status: 422, title: 'Money may not go there' },
  amount_unbounded: { status: 422, title: 'The account has no floor, so "all" is no amount' },
  amount_below_minimum: { status: 422, title: 'Less than one transfer may take' },
  amount_above_maximum: { status: 422, title: 'More than one transfer may take' },
  velocity_exceeded: { status: 422, title: 'Too much for this window' },
  velocity_count_exceeded: { status: 422, title: 'Too many transfers for this window' },
  insufficient_funds: { status: 422, title: 'Not enough money' },
  below_floor: { status: 422, title: 'The account must keep more' },
  credit_limit_in_use: { status: 422, title: 'The credit limit is in use' },
  ceiling_exceeded: { status: 422, title: 'The account may not have so much' },
  balance_overflow: { status: 422, title: 'The balance would be too large' },
  holds_open: { status: 422, title: 'The account has open holds' },
  balance_not_zero: { status: 422, title: 'The account is not empty' },
  approval_required: { status: 422, title: 'This needs a second principal’s approval' },
} as const satisfies Record<RefusalCode, Meaning>

/** Every kind of AppError. */
export const errorMeanings = {
  application: { status: 500, title: 'Florin made a mistake' },
  bad_request: { status: 400, title: 'The request cannot be read' },
  conflict: { status: 409, title: 'The request conflicts with what there is' },
  domain: { status: 422, title: 'The request is refused' },
  exhausted: { status: 429, title: 'Too many requests' },
  forbidden: { status: 403, title: 'Not allowed' },
  internal: { status: 500, title: 'Florin made a mistake' },
  marshaling: { status: 500, title: 'Florin made a mistake' },
  not_found: { status: 404, title: 'Not found' },
  unauthorized: { status: 401, title: 'Who are you?' },
  validation: { status: 422, title: 'The request is not valid' },
  unavailable: { status: 503, title: 'Florin cannot answer now' },
} as const satisfies Record<ErrorKind, Meaning>

/** What only an HTTP edge can meet. */
export const edgeMeanings = {
  bad_request: { status: 400, title: 'The request cannot be read' },
  path_not_found: { status: 404, title: 'No such path' },
  method_not_allowed: { status: 405, title: 'The path does not have this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not JSON' },
  linked_failed: { status: 422, title: 'A linked item failed' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
} as const satisfies Record<string, Meaning>

/** A code of the HTTP edge. */
export type EdgeCode = keyof typeof edgeMeanings

/** A problem of the HTTP edge. */
export function edgeProblem(code: EdgeCode, detail: string, headers: Record<string, string> = {}): Problem {
  return { ...edgeMeanings[code], code, detail, errors: [], headers }
}

/** What a path may name. */
type Resource =
  'account' | 'api_key' | 'approval' | 'currency' | 'hold' | 'policy' | 'quote' | 'transfer' | 'user'

/** The problem for something that is not there. @example notFound('account', '1001') */
export function notFound(what: Resource, id: string): Problem {
  const { status } = errorMeanings.not_found
  return {
    status,
    title: `No such ${what.replace('_', ' ')}`,
    code: `${what}_not_found`,
    detail: `${what.replace('_', ' ')} ${id} does not exist`,
    errors: [],
  }
}

/** How an edge words a refusal. */
export interface RefusalWording {
  /** The caller's name of a field of the command. */
  readonly fieldName?: (field: string) => string
  /** Where a failed transfer can be read. */
  readonly transferPath?: string
  /** True when the resource of the request's path may be what is missing: then it is a 404. */
  readonly ofPath?: boolean
  /** True: without the explanation, which v1 does not have. */
  readonly plain?: boolean
}

/** The core's names for what a path names. */
const PATH_FIELDS: readonly (string | null)[] = [
  'id',
  'approval_id',
  'hold_id',
  'policy_id',
  'quote_id',
  'session_id',
  'transfer_id',
]

/** The problem for a refusal. */
export function refusalProblem({ refusal, transfer }: Rejected, wording: RefusalWording = {}): Problem {
  const { code, field, message, explanation } = refusal
  const { fieldName = (name: string) => name, transferPath, ofPath = false, plain = false } = wording
  const missing = ofPath && PATH_FIELDS.includes(field) && code.endsWith('_not_found')
  return {
    ...refusalMeanings[code],
    ...(missing ? { status: errorMeanings.not_found.status } : {}),
    code,
    detail: message,
    errors: field === null || missing ? [] : [{ field: fieldName(field), message }],
    ...(plain ? {} : { explanation }),
    ...(transfer === null ? {} : { transferId: transfer.id }),
    ...(transfer === null || transferPath === undefined
      ? {}
      : { instance: `${transferPath}/${transfer.id}` }),
  }
}

/** The problem for an AppError. Nothing of a cause is shown, and of a 5xx other than unavailable no message either. */
export function errorProblem(error: AppError): Problem {
  const { kind, code, message, fields, retry, retryAfterSeconds = RETRY_AFTER_SECONDS } = error
  const meaning = errorMeanings[kind]
  if (meaning.status === 500) return bugProblem()
  const unknown = kind === 'unavailable' && retry === 'unknown'
  return {
    ...meaning,
    code: unknown ? 'outcome_unknown' : code,
    detail: message,
    errors: fields,
    ...(error.attempt === undefined ? {} : { attempt: error.attempt }),
    headers: {
      ...(retry === 'temporary' ? { 'retry-after': String(retryAfterSeconds) } : {}),
      ...challengeOf(error),
    },
  }
}

/** The problem for a bug: says nothing but that it was ours. */
export function bugProblem(): Problem {
  return {
    ...errorMeanings.internal,
    code: 'internal',
    detail: 'This is a bug in Florin; the log has it under the request_id.',
    errors: [],
  }
}

/** What an answer is found by. */
export interface Ids {
  readonly requestId: string
  readonly traceId: string
}

/** The ids of a request. */
export function idsOf(request: FastifyRequest): Ids {
  return { requestId: request.id, traceId: requestTraceOf(request).traceId }
}

/** The body of a problem (RFC 9457). */
export function problemBody(
  { title, status, detail, instance, code, errors, explanation, transferId }: Problem,
  { requestId, traceId }: Ids,
) {
  return {
    type: `urn:florin:problem:${code}`,
    title,
    status,
    detail,
    ...(instance === undefined ? {} : { instance }),
    code,
    errors: [...errors],
    ...(explanation === undefined ? {} : { explanation: explanation && explanationData(explanation) }),
    ...(transferId === undefined ? {} : { transfer_id: transferId }),
    request_id: requestId,
    trace_id: traceId,
  }
}

/** Answers with a problem, and tells the audit log. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // One that was given before was noted then.
  if (!reply.hasHeader('idempotency-replayed')) noteRefusal(reply.request, problem)
  return writeProblem(reply, problem)
}

/** Answers with a problem. */
export function writeProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers ?? {})
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problemBody(problem, idsOf(reply.request))))
}
