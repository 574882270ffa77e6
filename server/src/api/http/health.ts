// Is it alive, can it take requests, and where is everything.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { OPEN_NOTICE, type AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { noQuery } from './fields.ts'
import { answer, problems } from './answers.ts'
import { OPENAPI_PATH } from './openapi.ts'
import { errorMeanings, RETRY_AFTER_SECONDS } from './problems.ts'
import { useZod } from './validation.ts'

/** Where the reference is. */
export const DOCS_PATH = '/docs'

const Home = z
  .strictObject({
    name: z.literal('Florin'),
    links: z.strictObject({
      docs: z.string(),
      openapi: z.string(),
      health: z.string(),
      v1: z.array(z.string()),
      v2: z.array(z.string()),
    }),
  })
  .meta({ id: 'Home' })

const Health = z
  .strictObject({
    status: z.enum(['ok', 'unavailable']),
    problem: z.string().nullable().meta({ description: 'Why not, for people' }),
  })
  .meta({ id: 'Health' })

const Readiness = Health.extend({
  authentication: z.enum(['on', 'off']),
  notice: z.string().nullable().meta({ description: 'What whoever runs this should know, for people' }),
  grpc: z
    .string()
    .nullable()
    .meta({ description: 'Where gRPC is; null when it is off', examples: ['127.0.0.1:50051'] }),
}).meta({ id: 'Readiness' })

const home: z.output<typeof Home> = {
  name: 'Florin',
  links: {
    docs: DOCS_PATH,
    openapi: OPENAPI_PATH,
    health: '/health/ready',
    v1: ['/v1/accounts', '/v1/transfers', '/v1/transactions'],
    v2: [
      '/v2/users',
      '/v2/auth/login',
      '/v2/currencies',
      '/v2/accounts',
      '/v2/transfers',
      '/v2/holds',
      '/v2/policies',
      '/v2/fx/quotes',
      '/v2/periods',
      '/v2/trial-balance',
      '/v2/events',
      '/v2/test-clock',
    ],
  },
}

/** Adds GET /, /health/live and /health/ready. */
export async function serveHealth(
  scope: FastifyInstance,
  health: Florin['health'],
  {
    authentication,
    grpcAddress,
  }: Pick<AccessControl, 'authentication'> & { readonly grpcAddress: string | null },
): Promise<void> {
  const app = useZod(scope)
  const notice = authentication === 'off' ? OPEN_NOTICE : null
  const always = { authentication, notice, grpc: grpcAddress }
  const common = { tags: ['service'], querystring: noQuery }

  app.get(
    '/',
    {
      schema: {
        ...common,
        operationId: 'home',
        summary: 'Where everything is',
        response: { 200: answer('Links', Home), ...problems('path') },
      },
    },
    () => home,
  )

  app.get(
    '/health/live',
    {
      schema: {
        ...common,
        operationId: 'live',
        summary: 'The process answers',
        response: { 200: answer('It does', Health), ...problems('path') },
      },
    },
    (): z.output<typeof Health> => ({ status: 'ok', problem: null }),
  )

  app.get(
    '/health/ready',
    {
      schema: {
        ...common,
        operationId: 'ready',
        summary: 'The store takes commands',
        response: {
          200: answer('It does', Readiness),
          ...problems('path'),
          503: answer('It does not', Readiness, ['Retry-After']),
        },
      },
    },
    (_request, reply): z.output<typeof Readiness> => {
      const problem = health.problem()
      if (problem === null) return { status: 'ok', problem, ...always }
      void reply.code(errorMeanings.unavailable.status).header('retry-after', String(RETRY_AFTER_SECONDS))
      return { status: 'unavailable', problem, ...always }
    },
  )
}
