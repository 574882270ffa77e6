// What every request that changes something brings along.
import { canonicalJson, type Json } from '#core/canonical-json.ts'
import type { Idempotency, Principal } from '#core/command.ts'
import type { HexDigest } from '#ports/digest.ts'

/** Who asks, and under which idempotency key if any. */
export interface Caller {
  readonly principal: Principal
  readonly idempotencyKey: string | null
}

/** The caller's share of a command. The fingerprint covers what was asked, not how a wire wrote it. */
export function callerFields(
  { principal, idempotencyKey }: Caller,
  asked: Json,
  digest: HexDigest,
): { readonly principal: Principal; readonly idempotency: Idempotency | null } {
  return {
    principal,
    idempotency:
      idempotencyKey === null ? null : { key: idempotencyKey, fingerprint: digest(canonicalJson(asked)) },
  }
}
