// How answers are documented: one helper for what a route gives, one for the problems it may end with.
import { z } from 'zod'
import { accessCodes, type AccessCode } from '#core/access-codes.ts'
import { edgeMeanings, errorMeanings, refusalMeanings } from './problems.ts'

/** Every code that a problem may carry. */
const problemCodes = [
  ...Object.keys(refusalMeanings),
  ...Object.keys(edgeMeanings),
  ...Object.keys(accessCodes),
  'rate_limited',
  'authentication_not_set_up',
  'currency_not_found',
  'fx_rate_missing',
  'fx_account_missing',
  'test_clock_forbidden',
  'validation_failed',
  'wallet_too_large',
  'unavailable',
  'outcome_unknown',
  'internal',
]

const figures = z.record(z.string(), z.string())

/** Why a rule refused; the core's own has these names already. */
export const ExplanationSchema = z
  .strictObject({
    rule: z.string().meta({
      description: 'The rule that refused',
      examples: ['available', 'ceiling', 'velocity.day.amount'],
    }),
    account: z.string().meta({ description: 'The account that it is about' }),
    policy: z
      .strictObject({ id: z.string(), version: z.int() })
      .nullable()
      .meta({ description: "The policy that sets the rule; null when it is the account's own" }),
    saw: figures.meta({
      description: 'What the rule looked at: balances, what the window had, what was asked',
    }),
    passes: figures.meta({
      description:
        'The smallest change that would pass, each alone: `amount_max`, `amount_min`, `top_up`. Empty when only another rule would help',
    }),
  })
  .meta({ id: 'Explanation' })

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
    explanation: ExplanationSchema.nullable().optional().meta({
      description: 'Why a rule refused, in figures; null when the code says it all. Absent in v1',
    }),
    transfer_id: z.string().optional().meta({ description: 'The failed transfer that records a refusal' }),
    request_id: z.string(),
    trace_id: z.string().meta({ description: 'The W3C trace that the request belongs to' }),
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
        explanation: {
          rule: 'available',
          account: '1001',
          policy: null,
          saw: { asked: '150.00', available: '50.00', held: '0.00', posted: '50.00' },
          passes: { amount_max: '50.00', top_up: '100.00' },
        },
        transfer_id: '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70',
        request_id: 'b6a1c0de-0d3c-4f43-9a53-0d1f8b1f4f61',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
      },
    ],
  })

const HEADERS = {
  'X-Request-Id': {
    type: 'string',
    description: "The request's own id when it sent a sane one, else a new one",
  },
  traceparent: {
    type: 'string',
    description: "The caller's W3C trace, else a new one, with Florin's span in it",
  },
  'Idempotency-Replayed': { type: 'string', const: 'true', description: 'This answer was given before' },
  Location: { type: 'string', description: 'Path of what was made' },
  ETag: { type: 'string', description: 'For If-Match and If-None-Match' },
  'Retry-After': { type: 'integer', description: 'Seconds' },
  Allow: { type: 'string' },
  'RateLimit-Policy': {
    type: 'string',
    description:
      'What the caller may: `"principal";q=10000;w=2` is 10,000 requests at once, and as many again 2 s later',
  },
  RateLimit: {
    type: 'string',
    description:
      'What is left of it: `"principal";r=9999;t=1`, all of it again in 1 s. Not without authentication',
  },
  'WWW-Authenticate': { type: 'string', description: 'RFC 6750: what credentials to come with' },
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
    401: codesOf('unauthorized'),
    403: codesOf('forbidden'),
    429: 'rate_limited: the caller has to wait',
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
    headers: headersOf(PROBLEM_HEADERS[status] ?? []),
  }
}

const PROBLEM_HEADERS: Readonly<Record<string, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['Retry-After', 'RateLimit-Policy', 'RateLimit'],
  503: ['Retry-After'],
}

function codesOf(kind: 'unauthorized' | 'forbidden'): string {
  const codes = Object.keys(accessCodes) as AccessCode[]
  return codes.filter((code) => accessCodes[code] === kind).join(', ')
}

function headersOf(names: readonly HeaderName[]) {
  return Object.fromEntries(
    ['X-Request-Id' as const, 'traceparent' as const, ...names].map((name) => [name, HEADERS[name]]),
  )
}
