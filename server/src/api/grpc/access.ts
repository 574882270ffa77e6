// Who calls, asked before the message of a call is read, and what they then have of Florin.
import { ServerInterceptingCall, type Metadata, type ServerInterceptor } from '@grpc/grpc-js'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { expectDefined } from '#core/assert.ts'
import type { Access } from '#core/access.ts'
import type { Principal } from '#core/command.ts'
import type { HttpLog } from '../http/log.ts'
import { operationOf } from './methods.ts'
import { answerMetadata, requestIdOf } from './metadata.ts'
import { problemOf, toCallError } from './problems.ts'

/** A call that was let in. */
interface Admission {
  readonly principal: Principal
  /** Florin as far as the caller may use it. */
  readonly florin: Florin
  /** Throws when the caller would not be let in any more. */
  readonly askAgain: () => Promise<Access>
}

/** Lets in only calls of those who may do what the method does. */
export interface CallAccess {
  readonly interceptor: ServerInterceptor
  /** How a call was let in, by the metadata that it came with. */
  admissionOf(metadata: Metadata): Admission
}

/** Asks for every call of every service: a method that has no row in methods.ts lets nobody in. */
export function controlAccess(
  control: AccessControl,
  { log, logRequests = false }: { readonly log: HttpLog; readonly logRequests?: boolean },
): CallAccess {
  const admissions = new WeakMap<Metadata, Admission>()

  async function admit(method: string, metadata: Metadata): Promise<void> {
    const operation = expectDefined(operationOf(method), `row of ${method} in api/grpc/methods.ts`)
    const authorization = metadata.get('authorization')[0]?.toString()
    const askAgain = async () => await control.admit({ authorization }, operation)
    const access = await askAgain()
    admissions.set(metadata, { principal: access.principal, florin: control.florinFor(access), askAgain })
  }

  return {
    // Nothing of the message is read, nor even taken off the connection, before `proceed`.
    interceptor: ({ path }, call) => {
      async function enter(metadata: Metadata, proceed: (metadata: Metadata) => void): Promise<void> {
        try {
          await admit(path.slice(1), metadata)
        } catch (error) {
          const requestId = requestIdOf(metadata)
          const problem = problemOf(error, { requestId, method: path }, log)
          if (logRequests) log.debug({ request_id: requestId, method: path, status: problem.status }, 'call')
          call.sendStatus(toCallError(problem, requestId, answerMetadata(requestId)))
          return
        }
        proceed(metadata)
      }
      return new ServerInterceptingCall(call, {
        start: (next) => next({ onReceiveMetadata: (metadata, proceed) => void enter(metadata, proceed) }),
      })
    },
    admissionOf: (metadata) => expectDefined(admissions.get(metadata), 'admission of the call'),
  }
}
