// What every request that changes something brings along.
import type { CommandFields, Origin, Principal } from '#core/command-fields.ts'
import { canonicalJson, type Json } from '#core/canonical-json.ts'
import { AppError } from '#core/errors.ts'
import type { HexDigest } from '#ports/digest.ts'

/** Who asks, and under which idempotency key if any. */
export interface Caller {
  readonly principal: Principal
  readonly idempotencyKey: string | null
  /** From where the request came; absent where it came from nowhere else. */
  readonly origin?: Origin
  /** True once nobody waits for the answer. Absent where an edge cannot tell. */
  readonly isGone?: () => boolean
}

/** The code of the error for a caller who went before anything was done. */
export const CALLER_GONE = 'caller_gone'

/**
 * The caller's share of a command. The fingerprint covers what was asked, not how a wire wrote it.
 * Throws when the caller has gone: this is the last step before a command is handed over.
 */
export function callerFields(
  { principal, idempotencyKey, origin, isGone }: Caller,
  asked: Json,
  digest: HexDigest,
): Pick<CommandFields, 'principal' | 'idempotency' | 'origin'> {
  if (isGone?.() === true) {
    throw new AppError('unavailable', 'the caller waits no longer; nothing was changed', {
      code: CALLER_GONE,
    })
  }
  return {
    principal,
    ...(origin === undefined ? {} : { origin }),
    idempotency:
      idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: digest(canonicalJson(asked)) },
  }
}
