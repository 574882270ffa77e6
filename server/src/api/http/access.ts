// Who calls, asked before anything else of a request is read, and what they then have of Florin.
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import type { AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { Access } from '#core/access.ts'
import { isOperation, type OperationName } from '#core/operations.ts'

/** Florin as far as whoever sent the request may use it. */
export type FlorinOf = (request: FastifyRequest) => Florin

const ACCESS = 'access'
const ASK_AGAIN = 'askAgain'

/** Who sent the request. */
export function accessOf(request: FastifyRequest): Access {
  return request.getDecorator<Access>(ACCESS)
}

/** Asks once more, for an answer that took its time. Throws when whoever sent the request would not be let in any more. */
export async function askAgain(request: FastifyRequest): Promise<void> {
  await request.getDecorator<() => Promise<unknown>>(ASK_AGAIN)()
}

/**
 * Lets in only who may do what the route does. Call it before any route is added: one whose operation has no row in the
 * table of operations ends the start.
 */
export function controlAccess(app: FastifyInstance, control: AccessControl): FlorinOf {
  app.decorateRequest(ACCESS, null)
  app.decorateRequest(ASK_AGAIN, null)
  app.addHook('onRoute', ({ method, url, schema }) => {
    const name = nameOf(schema)
    if (!isOperation(name)) throw new Error(`${String(method)} ${url} has no row in core/operations.ts`)
  })
  app.addHook('onRequest', async (request) => {
    const operation = nameOf(request.routeOptions.schema)
    // What no route is for is answered as that, whoever asks.
    if (operation === undefined) return
    const { authorization } = request.headers
    const ask = () => control.admit({ authorization }, operation as OperationName)
    request.setDecorator(ASK_AGAIN, ask)
    request.setDecorator(ACCESS, await ask())
  })
  return (request) => control.florinFor(accessOf(request))
}

function nameOf(schema: FastifySchema | undefined): string | undefined {
  return schema?.operationId
}
