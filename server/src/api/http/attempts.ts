// Refused requests, told to the audit log.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AttemptLog, RefusedAttempt } from '#app/attempt-log.ts'
import { NOBODY, type Access } from '#core/access.ts'
import type { Principal } from '#core/command-fields.ts'
import type { AttemptDetails } from '#core/errors.ts'
import { targetIn } from '../attempt-target.ts'
import type { ClientAddress } from '../client-address.ts'

const NOTE = 'noteAttempt'
const ADDRESS = 'addressOf'

/** What of a problem says why a request was refused. */
interface Refusal {
  readonly status: number
  readonly code: string
  /** There is a fact of it already. */
  readonly transferId?: string
  readonly explanation?: { readonly account: string } | null
  readonly attempt?: AttemptDetails
}

/** From where the request came, as trusted proxies say. */
export function addressOf(request: FastifyRequest): string | null {
  return request.getDecorator<() => string | null>(ADDRESS)()
}

/** Tells the audit log of a request that is refused; what is our own fault, or only not there, is no such one. */
export function noteRefusal(request: FastifyRequest, refusal: Refusal): void {
  request.getDecorator<(refusal: Refusal) => void>(NOTE)(refusal)
}

/** Lets requests of the app be noted. `accessOf` tells who sent one, if that is known by then. */
export function noteAttempts(
  app: FastifyInstance,
  deps: {
    readonly log: AttemptLog
    readonly clientAddress: ClientAddress
    readonly accessOf: (request: FastifyRequest) => Access | null
  },
): void {
  const { log, clientAddress, accessOf } = deps
  // On the prototype of all requests: that costs a request nothing.
  app.decorateRequest(ADDRESS, function address(this: FastifyRequest) {
    const { socket, headers } = this.raw
    const said = headers['x-forwarded-for'] as string | undefined
    return clientAddress(socket.remoteAddress, said) || null
  })
  app.decorateRequest(NOTE, function note(this: FastifyRequest, refusal: Refusal) {
    const access = accessOf(this)
    if (!isAttempt(this, refusal, access)) return
    const { code, attempt, explanation } = refusal
    const caller = attempt?.caller ?? access ?? NOBODY
    const limited = code === 'rate_limited'
    log.note({
      principal: caller.principal as Principal,
      credential: caller.credential ?? null,
      address: addressOf(this),
      requestId: this.id,
      // Too many calls are one attempt, whatever they called.
      operation: limited ? null : (this.routeOptions.schema?.operationId ?? null),
      code,
      target: limited
        ? null
        : (attempt?.target ??
          (explanation ? `account:${explanation.account}` : (targetIn(this.params) ?? targetIn(this.body)))),
    })
  })
}

/** A user who asks for what is not there may ask for what is another's. */
function isAttempt(
  { method }: FastifyRequest,
  { status, transferId }: Refusal,
  access: Access | null,
): boolean {
  if (status < 400 || status >= 500 || transferId !== undefined) return false
  const looks = method === 'GET' || method === 'HEAD'
  return !(looks && status === 404 && access !== null && !access.ownOnly)
}

/** The attempt of one who sent what is no request. */
export function brokenAttempt(
  { code, requestId }: { readonly code: string; readonly requestId: string },
  address: string,
): RefusedAttempt {
  const { principal } = NOBODY
  return {
    principal,
    credential: null,
    address: address || null,
    requestId,
    operation: null,
    code,
    target: null,
  }
}
