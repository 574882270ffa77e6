// The description of the API, OpenAPI 3.1, made from the schemas that the routes check with.
import swagger from '@fastify/swagger'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { operations, type OperationName } from '#core/operations.ts'

/** Where the description is. */
export const OPENAPI_PATH = '/openapi.json'

const API_VERSION = '2.0.0'

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
  const bodiless = new Set<string>()
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
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API key (`flk_…`) or an access token. Without it when Florin runs with authentication off',
          },
        },
      },
      tags: [
        {
          name: 'v1',
          description: 'Accounts and transfers without a currency; amounts without trailing zeros',
        },
        { name: 'users' },
        { name: 'currencies' },
        { name: 'accounts' },
        { name: 'transfers' },
        { name: 'holds', description: 'Money reserved, not yet moved' },
        { name: 'policies', description: 'What accounts may do' },
        { name: 'fx', description: 'Exchange at a quoted rate' },
        { name: 'books', description: 'Closed periods, and the proof that nothing appeared or vanished' },
        { name: 'events', description: 'Everything that happened, in order' },
        { name: 'login', description: 'Users who log in: passwords, roles, sessions and their tokens' },
        { name: 'keys', description: 'API keys: who may do what' },
        { name: 'test clock', description: 'Time for tests: what would take a month happens at once' },
        { name: 'service', description: 'Health and descriptions' },
      ],
    },
    transform: (document) => {
      const made = transform(document)
      if (made.schema !== undefined) {
        describeHeaders(made.schema as Described, document.schema as Described, document.route)
        describeSecurity(made.schema as Described)
        const { body } = document.schema as { body?: z.ZodType }
        const { operationId } = made.schema as Described
        if (operationId !== undefined && body?.safeParse(undefined).success) bodiless.add(operationId)
      }
      return made
    },
    transformObject: (document) => {
      const made = onlyUsedSchemas(createJsonSchemaTransformObject({ zodToJsonConfig })(document))
      describeReads(made)
      describeBodies(made, bodiless)
      return made
    },
  })
  let text: string | undefined
  app.get(OPENAPI_PATH, { schema: { hide: true, operationId: 'openapi' } }, (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(text)
  })
}

interface Described {
  hide?: boolean
  operationId?: string
  security?: unknown
  headers?: unknown
  response?: Record<string, { headers?: unknown }>
}

/** What needs no caller, but a password or a token. */
const PROVING: readonly OperationName[] = ['login', 'refresh', 'logout']

/** What needs no caller turns none away; for the rest it says which scope is needed. */
function describeSecurity(made: Described): void {
  if (made.hide === true) return
  const { needs } = operations[made.operationId as OperationName]
  if (needs !== 'nothing') {
    made.security = [{ bearer: needs === 'a caller' ? [] : [needs] }]
    return
  }
  if (!PROVING.includes(made.operationId as OperationName)) delete made.response?.['401']
  delete made.response?.['403']
}

/** A POST that changes what has a version. */
const VERSIONED = ['/v2/accounts/:account_id/close']
/** What changes without a version. */
const UNVERSIONED = [
  '/v2/api-keys/:api_key_id',
  '/v2/users/:user_id/password',
  '/v2/users/:user_id/roles',
  '/v2/users/:user_id/sessions',
  '/v2/users/:user_id/sessions/:session_id',
]
/** What changes nothing, or comes to the same when it is done twice: an idempotency key means nothing there. */
const KEYLESS = [
  '/v2/transfers/simulate',
  '/v2/test-clock/advance',
  '/v2/auth/login',
  '/v2/auth/refresh',
  '/v2/auth/logout',
  '/v2/auth/password',
  ...UNVERSIONED.slice(1),
]

/** Headers are documented here and read by hand: checking all of a request's headers with a schema would cost more. */
function describeHeaders(made: Described, given: Described, route: RouteOptions): void {
  for (const [status, response] of Object.entries(made.response ?? {})) {
    response.headers = given.response?.[status]?.headers
  }
  const string = (description: string, more: object = {}) => ({ type: 'string', description, ...more })
  const { method, url } = route
  const keyed = method !== 'GET' && !KEYLESS.includes(url)
  const versioned =
    (['PATCH', 'PUT', 'DELETE'].includes(String(method)) && !UNVERSIONED.includes(url)) ||
    VERSIONED.includes(url)
  made.headers = {
    type: 'object',
    properties: {
      ...(keyed
        ? {
            'Idempotency-Key': string(
              'Makes a retry safe: the same key with the same request gets the first answer again',
              { minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
            ),
          }
        : {}),
      ...(versioned ? { 'If-Match': string('Change only this version', { examples: ['"1"'] }) } : {}),
      'X-Request-Id': string('Your id for this request', { pattern: '^[A-Za-z0-9._-]{1,64}$' }),
    },
  }
}

interface Operation {
  operationId?: string
  parameters?: object[]
  requestBody?: { required?: boolean }
  responses: Record<string, { description?: string; headers?: object }>
}

function operationsOf(document: object): [method: string, operation: Operation][] {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> }
  return Object.values(paths).flatMap((methods) => Object.entries(methods))
}

/** Every read has its tag, and is spared who has it already: not a matter of its route, so not in its schema. */
function describeReads(document: object): void {
  for (const [method, operation] of operationsOf(document)) {
    if (method !== 'get') continue
    operation.parameters ??= []
    operation.parameters.push({
      in: 'header',
      name: 'If-None-Match',
      required: false,
      description: 'Answer only when it is no longer what this ETag is of',
      schema: { type: 'string', examples: ['"1-n4bQgYhMfWWaL-qgxVrQFa"'] },
    })
    const { responses } = operation
    const etag = { schema: { type: 'string' }, description: 'For If-None-Match' }
    responses['304'] = {
      description: 'You have it already',
      headers: { ...responses['200']?.headers, ETag: etag },
    }
  }
}

/** A body that may be left out is taken for required by who collects the routes. */
function describeBodies(document: object, bodiless: ReadonlySet<string>): void {
  for (const [, { operationId, requestBody }] of operationsOf(document)) {
    if (requestBody !== undefined) requestBody.required = !bodiless.has(operationId ?? '')
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
    for (const [, name] of JSON.stringify(part ?? null).matchAll(REFERENCE)) {
      if (name === undefined || used.has(name)) continue
      used.add(name)
      visit(all[name])
    }
  }
  visit(paths)
  const shown = (name: string): string => {
    const plain = name.replace(/Input$/, '')
    return used.has(plain) ? name : plain
  }
  const kept = Object.entries(all).flatMap(([name, schema]) =>
    used.has(name) ? [[shown(name), schema] as const] : [],
  )
  const text = JSON.stringify({
    ...document,
    components: { ...components, schemas: Object.fromEntries(kept) },
  })
  return JSON.parse(text.replaceAll(REFERENCE, (_, name: string) => referenceTo(shown(name)))) as Document
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

function referenceTo(name: string): string {
  return `"#/components/schemas/${name}"`
}
