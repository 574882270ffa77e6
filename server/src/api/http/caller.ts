// Who calls, and under which idempotency key.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '#app/request.ts'
import { invalidField } from '#core/errors.ts'
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '#core/metadata.ts'
import { parsed, problem, type Parsed } from '#core/parsed.ts'
import { accessOf, originOf } from './access.ts'

/** The header that makes a retry safe. */
const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key'
/** Says `true` on an answer that was given before. */
const REPLAYED_HEADER = 'Idempotency-Replayed'

const VISIBLE = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`)

/** Reads an idempotency key, wherever it stands. */
export function parseIdempotencyKey(text: string): Parsed<string> {
  return VISIBLE.test(text)
    ? parsed(text)
    : problem(`must be 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters, sent once`)
}

/** The caller of a request that changes something. Throws a validation error for a malformed idempotency key. */
export function callerOf(request: FastifyRequest): Caller {
  const { principal } = accessOf(request)
  const origin = originOf(request)
  const key = request.headers['idempotency-key']
  if (key === undefined) return { principal, idempotencyKey: null, origin }
  // Sent more than once, Node joins the values with a comma and a space.
  const result = parseIdempotencyKey(String(key))
  if (!result.ok) throw invalidField(IDEMPOTENCY_KEY_HEADER, result.problem)
  return { principal, idempotencyKey: result.value, origin }
}

/** Marks the answer when its outcome was given before. */
export function markReplay(reply: FastifyReply, outcome: { readonly replayed: boolean }): void {
  if (outcome.replayed) reply.header(REPLAYED_HEADER, 'true')
}
