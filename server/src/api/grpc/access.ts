// Who calls, asked before the message of a call is read, and what they then have of Florin.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js'
import type { AccessControl } from '#app/access-control.ts'
import type { AttemptLog } from '#app/attempt-log.ts'
import type { Florin } from '#app/florin.ts'
import type { Load } from '#app/load.ts'
import { NO_RATE_LIMITS, tooManyRequests, type RateLimits } from '#app/rate-limits.ts'
import { expectDefined } from '#core/assert.ts'
import type { Access } from '#core/access.ts'
import type { Origin } from '#core/command-fields.ts'
import { operations, type OperationName } from '#core/operations.ts'
import { createClientAddress, neighbourhoodOf, type ClientAddress } from '../client-address.ts'
import type { HttpLog } from '../http/log.ts'
import { noteRefusal, noteStatus, type NotedCall } from './attempts.ts'
import { operationOf } from './methods.ts'
import { answerMetadata, identify } from './metadata.ts'
import { problemOf, toCallError, type RpcProblem } from './problems.ts'

/** A call that was let in. */
interface Admission {
  readonly access: Access
  readonly origin: Origin
  /** Tells the audit log that the call is refused. */
  readonly note: (problem: RpcProblem, message: unknown) => void
  /** Florin as far as the caller may use it. */
  readonly florin: Florin
  /** Waits until the caller's limit lets one thing more be done; null without a limit. */
  readonly pay: (() => Promise<void>) | null
  /** Throws when the caller would not be let in any more. */
  readonly askAgain: () => Promise<Access>
}

/** Lets in only calls of those who may do what the method does. */
export interface CallAccess {
  readonly interceptor: ServerInterceptor
  /** How a call was let in, by the metadata that it came with. */
  admissionOf(metadata: Metadata): Admission
}

/** What a call has to pass. */
export interface DoorOptions {
  readonly florin: { readonly attempts: AttemptLog }
  readonly accessControl: AccessControl
  readonly load: Load
  readonly rateLimits?: RateLimits
  readonly clientAddress?: ClientAddress
  readonly log: HttpLog
  readonly logRequests?: boolean
}

/** Asks for every call of every service: a method that has no row in methods.ts lets nobody in. */
export function controlAccess(options: DoorOptions): CallAccess {
  const { accessControl: control, load, log, logRequests = false } = options
  const { rateLimits = NO_RATE_LIMITS, clientAddress = createClientAddress([]) } = options
  const { perAddress, perPrincipal } = rateLimits
  const { attempts } = options.florin
  const admissions = new WeakMap<Metadata, Admission>()

  async function admit(operation: OperationName, call: MutableCall, metadata: Metadata): Promise<void> {
    const authorization = metadata.get('authorization')[0]?.toString()
    const askAgain = async () => await control.admit({ authorization }, operation)
    const access = await askAgain()
    call.access = access
    if (perPrincipal !== null && operations[operation].needs !== 'nothing') {
      await count(perPrincipal, access.principal)
    }
    const { principal } = access
    const pay = perPrincipal && (() => payFor(perPrincipal, principal))
    const { address, requestId } = call
    const origin = { operation, address, requestId, credential: access.credential ?? null }
    const note = (problem: RpcProblem, message: unknown) => noteRefusal(attempts, call, problem, message)
    admissions.set(metadata, { access, origin, note, florin: control.florinFor(access), pay, askAgain })
  }

  return {
    // Nothing of the message is read, nor even taken off the connection, before `proceed`.
    interceptor: ({ path }, call) => {
      let isCounted = false
      let noted: MutableCall | null = null
      whenEnded(call, (status) => noted !== null && noteStatus(attempts, noted, status))

      async function pass(known: MutableCall, metadata: Metadata): Promise<void> {
        const operation = expectDefined(operationOf(path.slice(1)), `row of ${path} in api/grpc/methods.ts`)
        known.operation = operation
        // Whoever watches over Florin must see it even when everybody calls at once.
        if (operation !== 'ready') {
          load.enter()
          isCounted = true
          if (perAddress !== null) await count(perAddress, neighbourhoodOf(known.address ?? ''))
        }
        await admit(operation, known, metadata)
      }

      async function enter(metadata: Metadata, proceed: (metadata: Metadata) => void): Promise<void> {
        const ids = identify(metadata)
        const known: MutableCall = {
          operation: null,
          requestId: ids.requestId,
          address: addressOf(call, metadata),
          access: null,
        }
        noted = known
        try {
          await pass(known, metadata)
        } catch (error) {
          leave()
          const problem = problemOf(error, { ...ids, method: path }, log)
          noteRefusal(attempts, known, problem, null)
          const { requestId, traceId } = ids
          if (logRequests) {
            log.debug(
              { request_id: requestId, trace_id: traceId, method: path, status: problem.status },
              'call',
            )
          }
          call.sendStatus(toCallError(problem, requestId, answerMetadata(ids)))
          return
        }
        proceed(metadata)
      }
      /** Once: a call that is cancelled may still be answered. */
      function leave(): void {
        if (isCounted) load.leave()
        isCounted = false
      }

      return new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, proceed) => void enter(metadata, proceed),
            onCancel: leave,
          }),
        sendStatus(status, next) {
          leave()
          next(status)
        },
      })
    },
    admissionOf: (metadata) => expectDefined(admissions.get(metadata), 'admission of the call'),
  }

  function addressOf(call: ServerInterceptingCallInterface, metadata: Metadata): string | null {
    const forwardedFor = metadata.get('x-forwarded-for').join(',')
    return (
      clientAddress(call.getConnectionInfo().remoteAddress, forwardedFor === '' ? undefined : forwardedFor) ||
      null
    )
  }
}

type Status = Parameters<ServerInterceptingCallInterface['sendStatus']>[0]

/**
 * What grpc-js refuses by itself, below all interceptors, passes here as well. The function has a name of its own because
 * one that is written down as a property's value lives, with its call, until a full collection (see store-postgres/query).
 */
function whenEnded(call: ServerInterceptingCallInterface, tell: (status: Status) => void): void {
  const send = call.sendStatus.bind(call)
  const sendAndTell: typeof send = (status) => {
    tell(status)
    send(status)
  }
  call.sendStatus = sendAndTell
}

/** A call on its way in: who calls, and what, is known later than that somebody does. */
interface MutableCall extends NotedCall {
  operation: OperationName | null
  access: Access | null
}

async function count(limiter: Limiter, key: string): Promise<void> {
  const taken = await limiter.take(key)
  if (!taken.isAllowed) throw tooManyRequests(taken)
}

/** Who owes much waits long, each for what they owe more than the one before: together they go on at the limit's rate. */
async function payFor(limiter: Limiter, key: string): Promise<void> {
  const { waitMs } = await limiter.owe(key, 1)
  if (waitMs > 0) await sleep(waitMs, undefined, { ref: false })
}

type Limiter = NonNullable<RateLimits['perAddress']>
