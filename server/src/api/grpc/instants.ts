// Florin's moments as google.protobuf.Timestamp, exact to the microsecond.
import type { Instant } from '#core/instant.ts'
import type { Timestamp } from './gen/google/protobuf/Timestamp.ts'

/** A moment as a message. */
export function toTimestamp(instant: Instant): Timestamp {
  return {
    seconds: Date.parse(`${instant.slice(0, 19)}Z`) / 1000,
    nanos: Number(instant.slice(20, 26)) * 1000,
  }
}
