// How answers are documented: one helper for what a route gives, one for the problems it may end with.
import { z } from 'zod'
import { edgeMeanings, errorMeanings, refusalMeanings } from './problems.ts'

/** Every code that a problem may carry. */
const problemCodes = [
  ...Object.keys(refusalMeanings),
  ...Object.keys(edgeMeanings),
  'account_not_found',
  'currency_not_found',
  'transfer_not_found',
  'user_not_found',
  'validation_failed',
  'wallet_too_large',
  'unavailable',
  'outcome_unknown',
  'internal',
]

/** A problem as documented. */
const ProblemSchema = z
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
