import type { Hold, HoldStatus } from '#core/hold.ts'
import type { AccountId, HoldId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'

/** Reads of holds, always of what is committed. Lists hold at most `limit` rows. */
export interface HoldReader {
  findHold(id: HoldId): Promise<Hold | undefined>
  /** By id, which is by time of creation, newest first; those below `before`. */
  listHolds(query: {
    /** Those on this account, as source or as destination. */
    readonly accountId?: AccountId
    /** Those on any account of this user. Not together with `accountId`. */
    readonly userId?: UserId
    readonly status?: HoldStatus
    readonly before?: HoldId
    readonly limit: number
  }): Promise<Hold[]>
  /** Open holds whose time is over at `at`, those first that expired first. */
  listDueHolds(at: Instant, limit: number): Promise<HoldId[]>
}
