// Deciding: what every command of a batch comes to, in order, in memory, once for every store.
import type { Command, IdempotencyRecord, Outcome } from './command.ts'
import { decideCreateAccount, decideUpdateAccount } from './decide-account.ts'
import { decideCreateCurrency } from './decide-currency.ts'
import { decideTransfer } from './decide-transfer.ts'
import { decideCreateUser, decideUpdateUser } from './decide-user.ts'
import { putIdempotency, startDraft, type Changes, type Draft } from './draft.ts'
import type { Instant } from './instant.ts'
import { rejected } from './outcome.ts'
import { idempotencyId, type WorkingSet } from './working-set.ts'

/** One outcome a command, in the commands' order, and what the commit writes. */
export interface Decision {
  readonly outcomes: readonly Outcome[]
  readonly changes: Changes
}

/**
 * Decides a batch over the working set that `needsOf` asked for. Pure but for `state`, which afterwards is the ledger
 * as the batch leaves it; each command sees what the ones before it did.
 */
export function decideBatch(state: WorkingSet, commands: readonly Command[], now: Instant): Decision {
  const draft = startDraft(state, now)
  const outcomes = commands.map((command) => decideOnce(draft, command))
  return { outcomes, changes: draft.changes }
}

function decideOnce(draft: Draft, command: Command): Outcome {
  const { idempotency, principal } = command
  if (idempotency === null) return decide(draft, command)
  const { key, fingerprint } = idempotency
  const record = draft.state.idempotency.get(idempotencyId(principal, key))
  if (record !== undefined) return replay(record, fingerprint)
  const outcome = decide(draft, command)
  putIdempotency(draft, { principal, key, fingerprint, outcome: { ...outcome, replayed: false } })
  return outcome
}

function replay(record: IdempotencyRecord, fingerprint: string): Outcome {
  return record.fingerprint === fingerprint
    ? { ...record.outcome, replayed: true }
    : rejected('idempotency_key_reused', null, 'this idempotency key was used before, with another request')
}

function decide(draft: Draft, command: Command): Outcome {
  switch (command.kind) {
    case 'post_transfer':
      return decideTransfer(draft, command)
    case 'create_account':
      return decideCreateAccount(draft, command)
    case 'update_account':
      return decideUpdateAccount(draft, command)
    case 'create_user':
      return decideCreateUser(draft, command)
    case 'update_user':
      return decideUpdateUser(draft, command)
    case 'create_currency':
      return decideCreateCurrency(draft, command)
  }
}
