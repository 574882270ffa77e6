// Versions as entity tags: `ETag: "3"` in answers, `If-Match: "3"` to change only what you have seen.
import type { FastifyRequest } from 'fastify'
import { invalidField } from '#core/errors.ts'

const ETAG = /^"([1-9][0-9]{0,14})"$/

/** The entity tag of a version. */
export function toETag(version: number): string {
  return `"${version}"`
}

/** The version that If-Match asks for; null when any will do. Throws a validation error naming If-Match. */
export function ifMatchOf(request: FastifyRequest): number | null {
  const text = request.headers['if-match']
  if (text === undefined || text === '*') return null
  const version = ETAG.exec(text)?.[1]
  if (version === undefined) {
    throw invalidField('If-Match', 'must be one ETag as Florin gave it, such as "3" with its quotes, or *')
  }
  return Number(version)
}
