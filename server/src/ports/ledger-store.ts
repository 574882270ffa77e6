import type { Command, Outcome } from '#core/command.ts'

/**
 * Where the ledger is kept. `post` decides the commands in order and commits all that they change at once: every
 * outcome is final when the promise resolves. It rejects with an AppError:
 * unavailable + temporary - nothing was changed, now or later; unavailable + unknown - the commit may have happened.
 * Any other error is a bug, and nothing was changed.
 *
 * Batches take effect in the order in which they are given. The next may be given when the promise has settled; a store
 * that can take it earlier calls `onSent`, once.
 */
export interface LedgerStore {
  post(commands: readonly Command[], onSent?: () => void): Promise<readonly Outcome[]>
}

/** Whether the store can take commands now. */
export interface StoreHealth {
  /** Null when it can; otherwise why not, for people. */
  problem(): string | null
}
