// The public halves of the keys that sign access tokens, for whoever wants to verify them without asking Florin.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import { answer, problems } from './answers.ts'
import { noQuery } from './fields.ts'
import { useZod } from './validation.ts'

/** Whoever meets an unknown key looks again; so this may be kept for a while. */
const MAX_AGE_SECONDS = 300

const Jwks = z
  .strictObject({ keys: z.array(z.record(z.string(), z.unknown())) })
  .meta({ id: 'Jwks', description: 'RFC 7517; none where nobody can log in' })

/** Adds `/.well-known/jwks.json`. */
export function serveJwks(scope: FastifyInstance, { logins }: Florin): void {
  useZod(scope).get(
    '/.well-known/jwks.json',
    {
      schema: {
        operationId: 'jwks',
        tags: ['login'],
        summary: 'The keys that verify access tokens',
        querystring: noQuery,
        response: { 200: answer('The keys', Jwks), ...problems('path') },
      },
    },
    async (_request, reply) => {
      void reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
      return { keys: [...((await logins.tokens?.jwks()) ?? [])] }
    },
  )
}
