// Limits of how often callers may call, counted and told (draft-ietf-httpapi-ratelimit-headers-10).
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tooManyRequests, type RateLimits } from '#app/rate-limits.ts'
import type { Principal } from '#core/command-fields.ts'
import { neighbourhoodOf } from '../client-address.ts'
import { addressOf } from './attempts.ts'

/** Counts requests; each throws when the caller has to wait. Null: nothing is counted. */
export interface RequestCounter {
  /** By the address, before credentials are looked at. Only a refusal tells of it. */
  readonly byAddress: ((request: FastifyRequest, reply: FastifyReply) => Promise<void>) | null
  /** By who calls. Every answer tells of it. */
  readonly byPrincipal: ((principal: Principal, reply: FastifyReply) => Promise<void>) | null
}

/** Makes the counter. */
export function createRequestCounter(limits: RateLimits): RequestCounter {
  const { perAddress, perPrincipal } = limits
  const addressPolicy = policyOf('address', perAddress)
  const principalPolicy = policyOf('principal', perPrincipal)
  return {
    byAddress:
      perAddress &&
      (async (request, reply) => {
        const taken = await perAddress.take(networkOf(request))
        if (taken.isAllowed) return
        tell(reply, addressPolicy, taken)
        throw tooManyRequests(taken)
      }),
    byPrincipal:
      perPrincipal &&
      (async (principal, reply) => {
        const taken = await perPrincipal.take(principal)
        tell(reply, principalPolicy, taken)
        if (!taken.isAllowed) throw tooManyRequests(taken)
      }),
  }
}

/** Whose requests count together with this one, in the form of neighbourhoodOf. */
export function networkOf(request: FastifyRequest): string {
  return neighbourhoodOf(addressOf(request) ?? '')
}

type Limiter = NonNullable<RateLimits['perAddress']>
type Taken = Awaited<ReturnType<Limiter['take']>>

interface Policy {
  readonly name: string
  /** `"principal";q=2000;w=2`: so many requests at once, and as many again so many seconds later. */
  readonly text: string
}

function policyOf(name: string, limiter: Limiter | null): Policy {
  const { perSecond, burst } = limiter?.limit ?? { perSecond: 1, burst: 0 }
  return { name, text: `"${name}";q=${burst};w=${Math.ceil(burst / perSecond)}` }
}

function tell(reply: FastifyReply, { name, text }: Policy, { remaining, fullInMs }: Taken): void {
  void reply.header('ratelimit-policy', text)
  void reply.header('ratelimit', `"${name}";r=${remaining};t=${Math.ceil(fullInMs / 1000)}`)
}
