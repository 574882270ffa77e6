// Who calls, asked before the message of a call is read, and what they then have of Florin.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ServerInterceptingCall,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { Load } from '#app/load.ts'
import { NO_RATE_LIMITS, tooManyRequests, type RateLimits } from '#app/rate-limits.ts'
import { expectDefined } from '#core/assert.ts'
import type { Access } from '#core/access.ts'
import type { Principal } from '#core/command.ts'
import { operations, type OperationName } from '#core/operations.ts'
import { createClientAddress, neighbourhoodOf, type ClientAddress } from '../client-address.ts'
import type { HttpLog } from '../http/log.ts'
import { operationOf } from './methods.ts'
import { answerMetadata, idsOf } from './metadata.ts'
import { problemOf, toCallError } from './problems.ts'

/** A call that was let in. */
interface Admission {
  readonly principal: Principal
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
  const admissions = new WeakMap<Metadata, Admission>()

  async function admit(operation: OperationName, metadata: Metadata): Promise<void> {
    const authorization = metadata.get('authorization')[0]?.toString()
    const askAgain = async () => await control.admit({ authorization }, operation)
    const access = await askAgain()
    if (perPrincipal !== null && operations[operation].needs !== 'nothing') {
      await count(perPrincipal, access.principal)
    }
    const { principal } = access
    const pay = perPrincipal && (() => payFor(perPrincipal, principal))
    admissions.set(metadata, { principal, florin: control.florinFor(access), pay, askAgain })
  }

  return {
    // Nothing of the message is read, nor even taken off the connection, before `proceed`.
    interceptor: ({ path }, call) => {
      let isCounted = false

      async function pass(metadata: Metadata): Promise<void> {
        const operation = expectDefined(operationOf(path.slice(1)), `row of ${path} in api/grpc/methods.ts`)
        // Whoever watches over Florin must see it even when everybody calls at once.
        if (operation !== 'ready') {
          load.enter()
          isCounted = true
          if (perAddress !== null) await count(perAddress, neighbourhoodOf(addressOf(call, metadata)))
        }
        await admit(operation, metadata)
      }

      async function enter(metadata: Metadata, proceed: (metadata: Metadata) => void): Promise<void> {
        try {
          await pass(metadata)
        } catch (error) {
          leave()
          const ids = idsOf(metadata)
          const problem = problemOf(error, { ...ids, method: path }, log)
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

  function addressOf(call: ServerInterceptingCallInterface, metadata: Metadata): string {
    const forwardedFor = metadata.get('x-forwarded-for').join(',')
    return clientAddress(
      call.getConnectionInfo().remoteAddress,
      forwardedFor === '' ? undefined : forwardedFor,
    )
  }
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
