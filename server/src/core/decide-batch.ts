// Deciding: what every command of a batch comes to, in order, in memory, once for every store.
import { befores, dataBefore } from './audit-before.ts'
import type { Command, IdempotencyRecord, Outcome } from './command.ts'
import { decideCloseAccount, decideCreateAccount, decideUpdateAccount } from './decide-account.ts'
import { decideCreateApiKey, decideRevokeApiKey, decideRotateApiKey } from './decide-api-key.ts'
import { decideApproval, decideExpiry, decideRejection } from './decide-approval.ts'
import { decideAttempts } from './decide-attempts.ts'
import { decideClosePeriod } from './decide-books.ts'
import { decideCreateCurrency } from './decide-currency.ts'
import { decideGroup } from './decide-group.ts'
import { decideCapture, decideCreateHold, decideRelease } from './decide-hold.ts'
import {
  decideEndSession,
  decideRefreshSession,
  decideSetPassword,
  decideSetRoles,
  decideStartSession,
} from './decide-login.ts'
import { decideCreatePolicy, decideUpdatePolicy } from './decide-policy.ts'
import { decideConversion, decideCreateQuote } from './decide-quote.ts'
import { decideReversal } from './decide-reversal.ts'
import { decideSimulation, decideTransfer } from './decide-transfer.ts'
import { decideCreateUser, decideEraseUser, decideUpdateUser } from './decide-user.ts'
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
  return { outcomes: decideNext(draft, commands), changes: draft.changes }
}

/**
 * Decides the next commands of a batch: some after others come to the same as all at once. The transfers, entries and
 * facts that stand in the draft afterwards stay as they are.
 */
export function decideNext(draft: Draft, commands: readonly Command[]): Outcome[] {
  return commands.map((command) => decideAudited(draft, command))
}

/** Decides, and notes from where the facts came, and what they changed. */
function decideAudited(draft: Draft, command: Command): Outcome {
  const { state, changes } = draft
  const { facts } = changes
  const first = facts.length
  const before = dataBefore(state, command)
  const outcome = decideOnce(draft, command)
  const count = facts.length - first
  if (count > 0) {
    const origin = command.origin ?? null
    changes.origins.push({ first, count, origin, before: befores(state, before, { facts, first }) })
  }
  return outcome
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
    case 'post_group':
      return decideGroup(draft, command, decideOnce)
    case 'reverse_transfer':
      return decideReversal(draft, command)
    case 'create_hold':
      return decideCreateHold(draft, command)
    case 'capture_hold':
      return decideCapture(draft, command)
    case 'release_hold':
      return decideRelease(draft, command)
    case 'convert_quote':
      return decideConversion(draft, command)
    case 'create_quote':
      return decideCreateQuote(draft, command)
    case 'create_account':
      return decideCreateAccount(draft, command)
    case 'update_account':
      return decideUpdateAccount(draft, command)
    case 'close_account':
      return decideCloseAccount(draft, command)
    case 'create_policy':
      return decideCreatePolicy(draft, command)
    case 'update_policy':
      return decideUpdatePolicy(draft, command)
    case 'close_period':
      return decideClosePeriod(draft, command)
    case 'create_user':
      return decideCreateUser(draft, command)
    case 'update_user':
      return decideUpdateUser(draft, command)
    case 'erase_user':
      return decideEraseUser(draft, command)
    case 'create_currency':
      return decideCreateCurrency(draft, command)
    case 'create_api_key':
      return decideCreateApiKey(draft, command)
    case 'rotate_api_key':
      return decideRotateApiKey(draft, command)
    case 'revoke_api_key':
      return decideRevokeApiKey(draft, command)
    case 'approve_transfer':
      return decideApproval(draft, command)
    case 'reject_transfer':
      return decideRejection(draft, command)
    case 'expire_approval':
      return decideExpiry(draft, command)
    case 'set_roles':
      return decideSetRoles(draft, command)
    case 'set_password':
      return decideSetPassword(draft, command)
    case 'start_session':
      return decideStartSession(draft, command)
    case 'refresh_session':
      return decideRefreshSession(draft, command)
    case 'end_session':
      return decideEndSession(draft, command)
    case 'record_attempts':
      return decideAttempts(draft, command)
    case 'simulate_transfer':
      return decideSimulation(draft, command)
  }
}
