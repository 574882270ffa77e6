// Lists are asked for as in REST, whose queries are text.
import type { z } from 'zod'
import { parseMessage } from '../../http/validation.ts'
import type { Fields } from '../codec.ts'

/** What the schema of a list makes of a request. */
export function readList<Schema extends z.ZodType>(schema: Schema, fields: Fields): z.output<Schema> {
  const query = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ])
  return parseMessage(schema, Object.fromEntries(query))
}
