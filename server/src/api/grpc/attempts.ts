// Refused calls, told to the audit log.
import { status, type Metadata } from '@grpc/grpc-js'
import type { AttemptLog } from '#app/attempt-log.ts'
import { NOBODY, type Access } from '#core/access.ts'
import type { Principal } from '#core/command-fields.ts'
import { targetIn } from '../attempt-target.ts'
import { DETAILS_KEY, type RpcProblem } from './problems.ts'

/** A call that may be refused. */
export interface NotedCall {
  readonly requestId: string
  readonly address: string | null
  /** By its name in the table of operations; null before that is known. */
  readonly operation: string | null
  /** Null: nobody is known. */
  readonly access: Access | null
}

/** What is the caller's doing. What is not there is one for a user, who may have asked for what is another's. */
const ATTEMPTS: readonly status[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
]

/** Tells the audit log of a call that is refused. `message`: what was asked for, as far as it was read. */
export function noteRefusal(log: AttemptLog, call: NotedCall, problem: RpcProblem, message: unknown): void {
  const { access, operation } = call
  if (!ATTEMPTS.includes(problem.status) || problem.info['transfer_id'] !== undefined) return
  const looks = /^(v1)?(get|list)/i.test(operation ?? '')
  if (looks && problem.status === status.NOT_FOUND && access?.ownOnly !== true) return
  const { reason: code, attempt, explanation } = problem
  const caller = attempt?.caller ?? access ?? NOBODY
  const limited = code === 'rate_limited'
  log.note({
    principal: caller.principal as Principal,
    credential: caller.credential ?? null,
    address: call.address,
    requestId: call.requestId,
    // Too many calls are one attempt, whatever they called.
    operation: limited ? null : operation,
    code,
    target: limited
      ? null
      : (attempt?.target ?? (explanation ? `account:${explanation.account}` : targetIn(message))),
  })
}

/** Tells it of what grpc-js refuses by itself, such as a message that is too large: its statuses come without details. */
export function noteStatus(
  log: AttemptLog,
  call: NotedCall,
  { code, metadata }: { readonly code?: status; readonly metadata?: Metadata | null | undefined },
): void {
  if (code === undefined || (metadata?.get(DETAILS_KEY).length ?? 0) > 0) return
  const problem = { status: code, reason: status[code].toLowerCase(), message: '', errors: [], info: {} }
  noteRefusal(log, call, problem, null)
}
