// Entity tags (RFC 9110, section 8.8.3): `ETag: "3"` is a version, `"3-…"` a version and what was read of it, `"…"` what
// was read. `If-Match` changes only what you have seen, `If-None-Match` reads only what you have not.
import { hash } from 'node:crypto'
import type { FastifyRequest, onSendHookHandler } from 'fastify'
import { invalidField } from '#core/errors.ts'
import { gainsByCoding, markVary } from './compression.ts'

const VERSION_TAG = /^"[1-9][0-9]{0,14}"$/
/** As Florin gives them: a version, perhaps with what was read and how that was coded. */
const GIVEN_VERSION = /^"([1-9][0-9]{0,14})(?:-[\w-]{22}(?:-(?:br|gzip))?)?"$/
const LISTED_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g
const CODING = /-(?:br|gzip)"$/
/** 132 bits, of which nobody finds two answers with the same. */
const DIGEST_LENGTH = 22

/** The entity tag of a version. */
export function toETag(version: number): string {
  return `"${version}"`
}

/** The version that If-Match asks for; null when any will do. Throws a validation error naming If-Match. */
export function ifMatchOf(request: FastifyRequest): number | null {
  const text = request.headers['if-match']
  if (text === undefined || text === '*') return null
  const version = GIVEN_VERSION.exec(text)?.[1]
  if (version === undefined) {
    throw invalidField('If-Match', 'must be one ETag as Florin gave it, such as "3" with its quotes, or *')
  }
  return Number(version)
}

/**
 * Gives a whole answer its entity tag, and 304 instead to whoever has it already. Balances move without a version, so
 * what was read is part of the tag. To be done before it is compressed.
 */
export const tagRead: onSendHookHandler = (request, reply, payload, done) => {
  const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload)
  if (reply.statusCode !== 200 || !isWhole) return done(null, payload)
  const tag = tagOf(reply.getHeader('etag'), payload)
  void reply.header('etag', tag)
  if (!isKnown(request.headers['if-none-match'], tag)) return done(null, payload)
  if (gainsByCoding(reply, payload)) markVary(reply)
  void reply.code(304).removeHeader('content-type').removeHeader('content-length')
  // Fastify's own hook for HEAD measures a text.
  done(null, request.method === 'HEAD' ? '' : null)
}

function tagOf(given: unknown, payload: string | Buffer): string {
  if (typeof given === 'string' && !VERSION_TAG.test(given)) return given
  const digest = hash('sha256', payload, 'base64url').slice(0, DIGEST_LENGTH)
  return typeof given === 'string' ? `${given.slice(0, -1)}-${digest}"` : `"${digest}"`
}

/** Weak comparison, as RFC 9110 has it for If-None-Match; the coding of what one has does not matter either. */
function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return [...ifNoneMatch.matchAll(LISTED_TAG)].some(([, known]) => known?.replace(CODING, '"') === tag)
}
