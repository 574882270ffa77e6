// The part of the ledger that a batch is decided over: loaded first, whole, so that deciding needs no await.
import type { Account } from './account.ts'
import type { Command, IdempotencyRecord, Principal } from './command.ts'
import type { CurrencyCode, LedgerCurrency } from './currency.ts'
import type { AccountId, TransferId, UserId } from './ids.ts'
import type { Transfer } from './transfer.ts'
import { emailKey, type User } from './user.ts'

/** What a store must lock and load before a batch can be decided. */
export interface Needs {
  readonly accounts: ReadonlySet<AccountId>
  /** The external accounts of these currencies are needed as well. */
  readonly currencies: ReadonlySet<CurrencyCode>
  readonly users: ReadonlySet<UserId>
  /** In the form of emailKey. */
  readonly emails: ReadonlySet<string>
  readonly transfers: ReadonlySet<TransferId>
  readonly idempotency: ReadonlyMap<string, { readonly principal: Principal; readonly key: string }>
}

/** What was found of a batch's needs. A missing key means that the ledger does not have it. */
export interface WorkingSet {
  readonly accounts: Map<AccountId, Account>
  readonly currencies: Map<CurrencyCode, LedgerCurrency>
  readonly users: Map<UserId, User>
  /** Who has this e-mail address, by emailKey. */
  readonly emails: Map<string, UserId>
  readonly transfers: Map<TransferId, Transfer>
  /** By idempotencyId. */
  readonly idempotency: Map<string, IdempotencyRecord>
}

/** An empty working set, to be filled by a store. */
export function emptyWorkingSet(): WorkingSet {
  return {
    accounts: new Map(),
    currencies: new Map(),
    users: new Map(),
    emails: new Map(),
    transfers: new Map(),
    idempotency: new Map(),
  }
}

/** One map key for a principal's idempotency key. No principal holds a NUL. */
export function idempotencyId(principal: Principal, key: string): string {
  return `${principal}\u0000${key}`
}

/** Everything the commands of a batch refer to. */
export function needsOf(commands: readonly Command[]): Needs {
  const needs = {
    accounts: new Set<AccountId>(),
    currencies: new Set<CurrencyCode>(),
    users: new Set<UserId>(),
    emails: new Set<string>(),
    transfers: new Set<TransferId>(),
    idempotency: new Map<string, { principal: Principal; key: string }>(),
  }
  for (const command of commands) {
    if (command.idempotency !== null) {
      const { principal, idempotency } = command
      needs.idempotency.set(idempotencyId(principal, idempotency.key), { principal, key: idempotency.key })
    }
    switch (command.kind) {
      case 'post_transfer':
        for (const posting of command.postings) needs.accounts.add(posting.source).add(posting.destination)
        if (command.idChosen) needs.transfers.add(command.id)
        break
      case 'create_account':
        needs.accounts.add(command.id).add(command.externalAccountId)
        needs.currencies.add(command.currency.code)
        if (command.userId !== null) needs.users.add(command.userId)
        break
      case 'update_account':
        needs.accounts.add(command.id)
        break
      case 'create_user':
        needs.users.add(command.id)
        if (command.email !== null) needs.emails.add(emailKey(command.email))
        break
      case 'update_user':
        needs.users.add(command.id)
        if (typeof command.changes.email === 'string') needs.emails.add(emailKey(command.changes.email))
        break
      case 'create_currency':
        needs.currencies.add(command.currency.code)
        break
    }
  }
  return needs
}
