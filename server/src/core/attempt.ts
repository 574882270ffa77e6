// Attempts that were refused: what nobody did, and who tried.
import type { Principal } from './command-fields.ts'
import type { Fact } from './facts.ts'
import type { Instant } from './instant.ts'

/** Equal attempts, or the sum of those that were too many to be told one by one: then only code and count are there. */
export interface Attempt {
  readonly principal: Principal
  readonly credential: string | null
  readonly address: string | null
  /** Of the first of them. */
  readonly requestId: string | null
  readonly operation: string | null
  /** As the caller was told it. */
  readonly code: string
  readonly target: string | null
  readonly count: number
  /** When the first of them was made. */
  readonly since: Instant
}

/** Somebody tried, and was refused. */
export function accessRefused({ principal, requestId, ...attempt }: Attempt): Fact {
  const { address, code, count, credential, operation, since, target } = attempt
  return {
    type: 'access.refused',
    principal,
    data: { address, code, count, credential, operation, request_id: requestId, since, target },
  }
}
