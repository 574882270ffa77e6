// Who calls, and under which idempotency key. Authentication belongs here: every method gets its caller from callerOf.
import type { Metadata } from '@grpc/grpc-js'
import type { Caller } from '#app/request.ts'
import type { Principal } from '#core/command.ts'
import { invalidField } from '#core/errors.ts'
import { parseIdempotencyKey } from '../http/caller.ts'

/** The metadata that makes a retry safe, and the field that does the same. */
const IDEMPOTENCY_METADATA = 'idempotency-key'
const IDEMPOTENCY_FIELD = 'idempotency_key'

const ANONYMOUS = 'anonymous' as Principal

/** Who is calling. Everybody is, until Florin asks for keys. */
function principalOf(_metadata: Metadata): Principal {
  return ANONYMOUS
}

/**
 * The caller of a method that changes something. `field` is the request's own idempotency key.
 * Throws a validation error for a malformed key, and for two different ones.
 */
export function callerOf(metadata: Metadata, field: unknown, isGone: () => boolean): Caller {
  return {
    principal: principalOf(metadata),
    idempotencyKey: readKey(metadata, field as string | undefined),
    isGone,
  }
}

function readKey(metadata: Metadata, field: string | undefined): string | null {
  const sent = metadata.get(IDEMPOTENCY_METADATA).map(String)
  if (sent.length > 1) throw invalidField(IDEMPOTENCY_METADATA, 'must be sent once')
  const [inMetadata] = sent
  if (field !== undefined && inMetadata !== undefined && inMetadata !== field) {
    throw invalidField(
      IDEMPOTENCY_FIELD,
      `differs from the metadata ${IDEMPOTENCY_METADATA}: send one of the two`,
    )
  }
  const key = field ?? inMetadata
  if (key === undefined) return null
  const read = parseIdempotencyKey(key)
  if (!read.ok)
    throw invalidField(field === undefined ? IDEMPOTENCY_METADATA : IDEMPOTENCY_FIELD, read.problem)
  return read.value
}
