// Compression of answers, for whoever accepts it (RFC 9110, section 12.5.3).
import { pipeline, Readable } from 'node:stream'
import {
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  gzip,
  type BrotliOptions,
} from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, onSendHookHandler } from 'fastify'

/** Bytes; an answer that fits one packet gains nothing. */
const THRESHOLD_BYTES = 1400
/** Text and data. Not application/x-ndjson: a line is sent when it is known, not when a block is full. */
const GAINS = /^(?:application\/(?:problem\+)?json|text\/(?:html|csv|javascript))(?:;|$)/
/**
 * Quality 4 of 11 makes 16 kB of /openapi.json (382 kB) in 2.1 ms of CPU time; gzip made 19 kB in 2.6 ms, quality 11 13 kB
 * in 263 ms.
 */
const BROTLI: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

type Coding = 'br' | 'gzip'
const CODINGS: Coding[] = ['br', 'gzip']

/**
 * Compresses an answer, in the pool of threads. Requests are never decompressed: a small one could be a huge one. Not the
 * package for Fastify, whose hooks cost every transfer 4 % of its CPU time although its answer is too short to gain.
 */
export const compressAnswer: onSendHookHandler = (request, reply, payload, done) => {
  if (!gainsByCoding(reply, payload)) return done(null, payload)
  markVary(reply)
  const coding = request.method === 'HEAD' ? null : codingOf(request.headers['accept-encoding'])
  if (coding === null) return done(null, payload)
  void reply.header('content-encoding', coding).removeHeader('content-length')
  markTag(reply, coding)
  if (payload instanceof Readable) {
    // A failure on the way destroys both, and Fastify sees it as one of the stream that it sends.
    const coder = coding === 'br' ? createBrotliCompress(BROTLI) : createGzip()
    pipeline(payload, coder, () => undefined)
    done(null, coder)
  } else if (coding === 'br') brotliCompress(payload, BROTLI, done)
  else gzip(payload, done)
}

/** True when an answer is smaller for who accepts a coding. */
export function gainsByCoding(reply: FastifyReply, payload: unknown): payload is string | Buffer | Readable {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    if (Buffer.byteLength(payload) <= THRESHOLD_BYTES) return false
  } else if (!(payload instanceof Readable)) return false
  return GAINS.test(String(reply.getHeader('content-type')))
}

/** Says that another would have got other bytes. */
export function markVary(reply: FastifyReply): void {
  const known = reply.getHeader('vary')
  void reply.header('vary', known === undefined ? 'Accept-Encoding' : `${String(known)}, Accept-Encoding`)
}

function codingOf(accepted: string | string[] | undefined): Coding | null {
  return typeof accepted === 'string' ? negotiate(accepted, CODINGS) : null
}

/** What was compressed is another sequence of bytes, so it has another tag. */
function markTag(reply: FastifyReply, coding: Coding): void {
  const tag = reply.getHeader('etag')
  if (typeof tag === 'string') void reply.header('etag', `${tag.slice(0, -1)}-${coding}"`)
}
