// Who calls, and under which idempotency key.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '#app/request.ts'
import type { Principal } from '#core/command.ts'
import { invalidField } from '#core/errors.ts'
import { parseIdempotencyKey } from '#core/metadata.ts'

/** The header that makes a retry safe. */
const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key'
/** Says `true` on an answer that was given before. */
const REPLAYED_HEADER = 'Idempotency-Replayed'

const ANONYMOUS = 'anonymous' as Principal

/** Who is calling. Everybody is, until Florin asks for keys. */
function principalOf(_request: FastifyRequest): Principal {
  return ANONYMOUS
}

/** The caller of a request that changes something. Throws a validation error for a malformed idempotency key. */
export function callerOf(request: FastifyRequest): Caller {
  const key = request.headers['idempotency-key']
  if (key === undefined) return { principal: principalOf(request), idempotencyKey: null }
  const read = parseIdempotencyKey(String(key))
  if (!read.ok) throw invalidField(IDEMPOTENCY_KEY_HEADER, `${read.problem}, sent once`)
  return { principal: principalOf(request), idempotencyKey: read.value }
}

/** Marks the answer when its outcome was given before. */
export function markReplay(reply: FastifyReply, outcome: { readonly replayed: boolean }): void {
  if (outcome.replayed) reply.header(REPLAYED_HEADER, 'true')
}
