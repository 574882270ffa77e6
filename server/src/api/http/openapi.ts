// The description of the API, OpenAPI 3.1, made from the schemas that the routes check with.
import swagger from '@fastify/swagger'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { edgeMeanings, errorMeanings, refusalMeanings } from './problems.ts'

/** Where the description is. */
export const OPENAPI_PATH = '/openapi.json'

const API_VERSION = '2.0.0'

/** Every code that a problem may carry. */
const problemCodes = [
  ...Object.keys(refusalMeanings),
  ...Object.keys(edgeMeanings),
  ...['account', 'currency', 'transfer', 'user'].map((what) => `${what}_not_found`),
  ...['validation_failed', 'unavailable', 'outcome_unknown', 'wallet_too_large', 'internal'],
]

/** A problem as documented. */
export const ProblemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'urn:florin:problem: and the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong with this request, for people' }),
    instance: z.string().optional().meta({ description: 'Path of a resource that tells more' }),
    code: z.string().meta({ description: `For programs: ${[...new Set(problemCodes)].join(', ')}` }),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })),
    transfer_id: z.string().optional().meta({ description: 'The failed transfer that records a refusal' }),
    request_id: z.string(),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457',
    examples: [
      {
        type: 'urn:florin:problem:insufficient_funds',
        title: refusalMeanings.insufficient_funds.title,
        status: refusalMeanings.insufficient_funds.status,
        detail: 'account 1001 has 50.00 EUR available, and this takes 150.00 EUR',
        code: 'insufficient_funds',
        errors: [
          { field: 'source', message: 'account 1001 has 50.00 EUR available, and this takes 150.00 EUR' },
        ],
        transfer_id: '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70',
        request_id: 'b6a1c0de-0d3c-4f43-9a53-0d1f8b1f4f61',
      },
    ],
  })

const HEADERS = {
  'X-Request-Id': {
    type: 'string',
    description: "The request's own id when it sent a sane one, else a new one",
  },
  'Idempotency-Replayed': { type: 'string', const: 'true', description: 'This answer was given before' },
  Location: { type: 'string', description: 'Path of what was made' },
  ETag: { type: 'string', description: 'The version, for If-Match' },
  'Retry-After': { type: 'integer', description: 'Seconds' },
  Allow: { type: 'string' },
} as const

type HeaderName = keyof typeof HEADERS

/** One answer of a route, for its `schema.response`. */
export function answer(description: string, schema: z.ZodType, headers: readonly HeaderName[] = []) {
  return { description, content: { 'application/json': { schema } }, headers: headersOf(headers) }
}

/** The problems of a route that takes a body, and those of every route. `more` adds or rewords statuses. */
export function problems(takes: 'body' | 'path', more: Readonly<Record<number, string>> = {}) {
  const descriptions: Record<number, string> = {
    ...(takes === 'body'
      ? {
          400: 'The body is not JSON in UTF-8, or the path cannot be read',
          413: edgeMeanings.body_too_large.title,
          415: edgeMeanings.unsupported_media_type.title,
          422: 'Not valid, or refused: `errors` names the fields',
        }
      : { 400: errorMeanings.bad_request.title, 422: 'A parameter is not valid: `errors` names it' }),
    500: errorMeanings.internal.title,
    503: 'Unavailable (nothing was changed: retry), or outcome_unknown (retry with the same key or id)',
    ...more,
  }
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, text]) => [status, problemAnswer(text, status)]),
  )
}

function problemAnswer(description: string, status: string) {
  return {
    description,
    content: { 'application/problem+json': { schema: ProblemSchema } },
    headers: headersOf(status === '503' ? ['Retry-After'] : []),
  }
}

function headersOf(names: readonly HeaderName[]) {
  return Object.fromEntries(['X-Request-Id' as const, ...names].map((name) => [name, HEADERS[name]]))
}

const zodToJsonConfig = {
  // zod leaves the examples of whatever it transforms out of an input's description; ours are examples of the input.
  override: ({
    zodSchema,
    jsonSchema,
  }: {
    zodSchema: z.core.$ZodType
    jsonSchema: z.core.JSONSchema.BaseSchema
  }) => {
    const examples = z.globalRegistry.get(zodSchema)?.['examples']
    if (Array.isArray(examples)) jsonSchema.examples = examples
  },
}

/** Collects every route added from here on, and serves their description at /openapi.json. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  const transform = createJsonSchemaTransform({ zodToJsonConfig })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Florin',
        version: API_VERSION,
        description:
          'Users, accounts and transfers, exact to the last digit. v1 is the classic contract of internal transfers; v2 is all of Florin.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        {
          name: 'v1',
          description: 'Accounts and transfers without a currency; amounts without trailing zeros',
        },
        { name: 'users' },
        { name: 'currencies' },
        { name: 'accounts' },
        { name: 'transfers' },
        { name: 'events', description: 'Everything that happened, in order' },
        { name: 'service', description: 'Health and descriptions' },
      ],
    },
    transform: (document) => {
      const made = transform(document as Parameters<typeof transform>[0])
      if (made.schema !== undefined)
        describeHeaders(made.schema as Described, document.schema as Described, document.route)
      return made
    },
    transformObject: (document) =>
      onlyUsedSchemas(createJsonSchemaTransformObject({ zodToJsonConfig })(document)),
  })
  let text: string | undefined
  app.get(OPENAPI_PATH, { schema: { hide: true } }, (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(text)
  })
}

interface Described {
  headers?: unknown
  response?: Record<string, { headers?: unknown }>
}

/** Headers are documented here and read by hand: checking all of a request's headers with a schema would cost more. */
function describeHeaders(made: Described, given: Described, route: Pick<RouteOptions, 'method'>): void {
  for (const [status, response] of Object.entries(made.response ?? {})) {
    response.headers = given.response?.[status]?.headers
  }
  const string = (description: string, more: object = {}) => ({ type: 'string', description, ...more })
  const changes = route.method === 'POST' || route.method === 'PATCH'
  made.headers = {
    type: 'object',
    properties: {
      ...(changes
        ? {
            'Idempotency-Key': string(
              'Makes a retry safe: the same key with the same request gets the first answer again',
              { minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
            ),
          }
        : {}),
      ...(route.method === 'PATCH'
        ? { 'If-Match': string('Change only this version', { examples: ['"1"'] }) }
        : {}),
      'X-Request-Id': string('Your id for this request', { pattern: '^[A-Za-z0-9._-]{1,64}$' }),
    },
  }
}

interface OpenApi {
  paths?: unknown
  components?: { schemas?: Record<string, unknown> }
}

/**
 * zod gives every named schema twice, as input (`NewUserInput`) and output (`NewUser`). Keeps those that are used, and
 * under the plain name.
 */
function onlyUsedSchemas<Document extends object>(document: Document): Document {
  const { paths, components } = document as OpenApi
  const all = components?.schemas ?? {}
  const used = new Set<string>()
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue
      used.add(name)
      visit(all[name])
    }
  }
  visit(paths)
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)))
  let text = JSON.stringify({ ...document, components: { ...components, schemas: kept } })
  for (const name of used) {
    const plain = name.replace(/Input$/, '')
    if (plain === name || used.has(plain)) continue
    text = text.replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${plain}"`)
    text = text.replaceAll(`"${name}":`, `"${plain}":`)
  }
  return JSON.parse(text) as Document
}
