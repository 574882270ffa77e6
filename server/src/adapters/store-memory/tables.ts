// What the memory store holds.
import type { Account } from '#core/account.ts'
import type { PolicyVersion } from '#core/draft.ts'
import type { AccountId, PolicyId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { SealedKey } from '#ports/signing-keys.ts'
import type { Entry } from '#core/transfer.ts'
import type { WorkingSet } from '#core/working-set.ts'

/** A sealed page of the journal. */
interface MemoryPage {
  readonly number: number
  readonly sealedAt: Instant
  readonly root: Uint8Array
  readonly hash: Uint8Array
  readonly lines: readonly string[]
  /** The line of origins that is sealed with them. */
  readonly audit: string
}

/** An entry with the time of its transfer. */
export type MemoryEntry = Entry & { readonly createdAt: Instant }

/** Everything the memory store holds. */
export interface MemoryTables extends Omit<WorkingSet, 'accounts' | 'settings' | 'owners' | 'spending'> {
  readonly accounts: Map<AccountId, Account>
  readonly entries: Map<AccountId, MemoryEntry[]>
  readonly policyVersions: Map<PolicyId, PolicyVersion[]>
  readonly idempotencyTimes: Map<string, Instant>
  readonly signingKeys: Map<string, SealedKey>
  readonly pages: MemoryPage[]
  /** Called once after the next page is sealed. */
  readonly waiters: Set<() => void>
}
