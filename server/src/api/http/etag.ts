// Entity tags (RFC 9110, section 8.8.3): `ETag: "3"` is a version, `"3-…"` a version and what was read of it, `"…"` what
// was read. `If-Match` changes only what you have seen, `If-None-Match` reads only what you have not.
import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidField } from '#core/errors.ts'

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
 * Gives every whole answer to a GET its entity tag, and 304 instead to whoever has it already. Balances move without a
 * version, so what was read is part of the tag. Call it before any route is added, and `markCodings` after compression.
 */
export function tagReads(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isRead = reply.statusCode === 200 && (request.method === 'GET' || request.method === 'HEAD')
    if (!isRead || !(typeof payload === 'string' || Buffer.isBuffer(payload))) return done(null, payload)
    const tag = tagOf(reply.getHeader('etag'), payload)
    void reply.header('etag', tag)
    if (!isKnown(request.headers['if-none-match'], tag)) return done(null, payload)
    void reply.code(304).removeHeader('content-type').removeHeader('content-length')
    // Fastify's own hook for HEAD measures a text.
    done(null, request.method === 'HEAD' ? '' : null)
  })
}

/** An answer that was compressed is another sequence of bytes, so it has another tag. */
export function markCodings(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.onSend = [...[route.onSend ?? []].flat(), markCoding]
  })
}

function markCoding(
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  // The length of nothing is not that of what was read.
  if (reply.statusCode === 304) void reply.removeHeader('content-length')
  const coding = reply.getHeader('content-encoding')
  const tag = reply.getHeader('etag')
  if (coding !== undefined && typeof tag === 'string') {
    void reply.header('etag', `${tag.slice(0, -1)}-${String(coding)}"`)
  }
  done(null, payload)
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
