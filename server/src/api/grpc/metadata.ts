// What the metadata of requests and answers says, besides who calls.
import { Metadata } from '@grpc/grpc-js'
import { invalidField } from '#core/errors.ts'
import { parseIdempotencyKey } from '../http/caller.ts'
import { requestIdOf as idOfHeaders } from '../http/request-id.ts'
import { traceOf, TRACE_HEADER, type Trace } from '../http/trace.ts'

const REQUEST_ID_METADATA = 'x-request-id'
const REPLAYED_METADATA = 'idempotency-replayed'
/** The metadata that makes a retry safe, and the field that does the same. */
const IDEMPOTENCY_METADATA = 'idempotency-key'
const IDEMPOTENCY_FIELD = 'idempotency_key'

/** What a call and its answer are found by. */
export interface CallIds extends Trace {
  readonly requestId: string
}

/** The caller's own ids as far as they are safe to log and echo, else new ones. */
export function idsOf(metadata: Metadata): CallIds {
  const requestId = idOfHeaders({
    headers: { [REQUEST_ID_METADATA]: metadata.get(REQUEST_ID_METADATA)[0]?.toString() },
  })
  return { requestId, ...traceOf(metadata.get(TRACE_HEADER)[0]) }
}

/** Gives a call the ids that it has from now on, and answers them. */
export function identify(metadata: Metadata): CallIds {
  const ids = idsOf(metadata)
  metadata.set(REQUEST_ID_METADATA, ids.requestId)
  metadata.set(TRACE_HEADER, ids.traceparent)
  return ids
}

/**
 * The idempotency key of a method that changes something. `field` is the request's own.
 * Throws a validation error for a malformed key, and for two different ones.
 */
export function idempotencyKeyOf(metadata: Metadata, field: string | undefined): string | null {
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

/** The metadata of an answer. */
export function answerMetadata({ requestId, traceparent }: CallIds, { replayed = false } = {}): Metadata {
  const metadata = new Metadata()
  metadata.set(REQUEST_ID_METADATA, requestId)
  metadata.set(TRACE_HEADER, traceparent)
  if (replayed) metadata.set(REPLAYED_METADATA, 'true')
  return metadata
}
