// From messages to what use cases take: the schemas are those of REST, because the rules are the same.
import type { z } from 'zod'
import { parseMessage } from '../http/validation.ts'

/**
 * What the schema makes of the message; throws a validation error that names its fields. An empty string is the same as
 * none: some clients send the fields of proto3 that were not set, and others do not.
 */
export function readRequest<Schema extends z.ZodType>(schema: Schema, message: object): z.output<Schema> {
  const given = Object.entries(message).filter(([, value]) => value !== '')
  return parseMessage(schema, Object.fromEntries(given))
}
