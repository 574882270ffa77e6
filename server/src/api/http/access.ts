// Who calls, asked before anything else of a request is read, and what they then have of Florin.
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { Load } from '#app/load.ts'
import type { Access } from '#core/access.ts'
import type { Origin } from '#core/command-fields.ts'
import { isOperation, operations, type OperationName } from '#core/operations.ts'
import { addressOf } from './attempts.ts'
import type { RequestCounter } from './rate-limit.ts'

/** Florin as far as whoever sent the request may use it. */
export type FlorinOf = (request: FastifyRequest) => Florin

const ACCESS = 'access'
const ASK_AGAIN = 'askAgain'

/** Who sent the request. */
export function accessOf(request: FastifyRequest): Access {
  return request.getDecorator<Access>(ACCESS)
}

/** Who sent it; null while that is not known. */
export function accessIfKnown(request: FastifyRequest): Access | null {
  return request.getDecorator<Access | null>(ACCESS)
}

/** From where the request came. */
export function originOf(request: FastifyRequest): Origin {
  return {
    operation: nameOf(request.routeOptions.schema) ?? '',
    address: addressOf(request),
    requestId: request.id,
    credential: accessOf(request).credential ?? null,
  }
}

/** What a request has to pass besides. */
interface Door {
  readonly load: Load
  readonly counter: RequestCounter
}

/** Whoever watches over Florin must see it even when everybody calls at once. */
const UNCOUNTED: readonly (string | undefined)[] = ['live', 'ready'] satisfies OperationName[]

/** Asks once more, for an answer that took its time. Throws when whoever sent the request would not be let in any more. */
export async function askAgain(request: FastifyRequest): Promise<void> {
  await request.getDecorator<() => Promise<unknown>>(ASK_AGAIN)()
}

/**
 * Lets in only who may do what the route does, and not too often. Call it before any route is added: one whose operation
 * has no row in the table of operations ends the start.
 */
export function controlAccess(
  app: FastifyInstance,
  control: AccessControl,
  { load, counter }: Door,
): FlorinOf {
  const { byAddress, byPrincipal } = counter
  app.decorateRequest(ACCESS, null)
  app.decorateRequest(ASK_AGAIN, null)
  app.addHook('onRoute', ({ method, url, schema }) => {
    const name = nameOf(schema)
    if (!isOperation(name)) throw new Error(`${String(method)} ${url} has no row in core/operations.ts`)
  })
  app.addHook('onRequest', async (request, reply) => {
    const operation = nameOf(request.routeOptions.schema)
    if (!UNCOUNTED.includes(operation)) {
      load.enter()
      reply.raw.once('close', load.leave)
      if (byAddress !== null) await byAddress(request, reply)
    }
    // What no route is for is answered as that, whoever asks.
    if (!isOperation(operation)) return
    const { authorization } = request.headers
    const ask = () => control.admit({ authorization }, operation)
    const access = await ask()
    request.setDecorator(ASK_AGAIN, ask)
    request.setDecorator(ACCESS, access)
    if (byPrincipal !== null && operations[operation].needs !== 'nothing') {
      await byPrincipal(access.principal, reply)
    }
  })
  return (request) => control.florinFor(accessOf(request))
}

function nameOf(schema: FastifySchema | undefined): string | undefined {
  return schema?.operationId
}
