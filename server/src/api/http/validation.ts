// zod at the edge: compiles a route's schemas for Fastify, and words what is wrong with names of the caller's own.
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import type { FastifyBaseLogger, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { invalidFields, type FieldError } from '#core/errors.ts'

/** A Fastify instance whose routes declare their inputs with zod. */
export type ZodApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** At most this many problems of one request are told. */
const FIELD_ERRORS_MAX = 20

/**
 * Makes the routes of this scope validate with zod. Answers are made by typed renderers and only printed here, in 0.8
 * (v1 transfer) to 1.6 us (v2); tests compare every answer with its documented schema, so no request pays for that.
 */
export function useZod(app: FastifyInstance): ZodApp {
  app.setValidatorCompiler(validatorCompiler as FastifySchemaCompiler<unknown>)
  app.setSerializerCompiler(() => JSON.stringify)
  return app.withTypeProvider<ZodTypeProvider>()
}

const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const nameless = httpPart === 'body' ? 'body' : 'query'
  return (data) => {
    const result = schema.safeParse(data ?? undefined, PARSE_PARAMS)
    return result.success
      ? { value: result.data }
      : { error: invalidFields(fieldErrors(result.error.issues, nameless)) }
  }
}

/** What the schema makes of a message; throws a validation error that names its fields. */
export function parseMessage<Schema extends z.ZodType>(schema: Schema, message: object): z.output<Schema> {
  const result = schema.safeParse(message, PARSE_PARAMS)
  if (!result.success) throw invalidFields(fieldErrors(result.error.issues, 'request'))
  return result.data
}

const PARSE_PARAMS = { reportInput: true, error: describe }

function fieldErrors(issues: readonly z.core.$ZodIssue[], nameless: string): FieldError[] {
  return issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            field: fieldPath([...issue.path, key]),
            message: unknownField(nameless),
          }))
        : [{ field: fieldPath(issue.path) || nameless, message: issue.message }],
    )
    .slice(0, FIELD_ERRORS_MAX)
}

function unknownField(nameless: string): string {
  return nameless === 'body' ? 'is not a field of this request' : 'is not a parameter of this path'
}

/** `['postings', 0, 'amount']` is `postings[0].amount`. Long names are cut: they come from the caller. */
function fieldPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part).slice(0, 100)}`
  }
  return text
}

/** Words for what zod finds where the schema has no words of its own. They follow the field's name: "amount is missing". */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return Array.isArray(issue.input) && issue.expected === 'string'
        ? 'must be given once'
        : `must be ${ARTICLES[issue.expected] ?? issue.expected}`
    case 'too_small':
      return issue.origin in UNITS
        ? `must have at least ${issue.minimum} ${UNITS[issue.origin]}`
        : `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin in UNITS
        ? `must have at most ${issue.maximum} ${UNITS[issue.origin]}`
        : `must be at most ${issue.maximum}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    default:
      return 'is not valid'
  }
}

const ARTICLES: Partial<Record<string, string>> = {
  string: 'a string',
  object: 'a JSON object',
  array: 'a JSON array',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

const UNITS: Partial<Record<string, string>> = { string: 'characters', array: 'items' }
