// Facts: what happened, as plain data. The journal holds them as canonical JSON and events show them unchanged.
import type { Account } from './account.ts'
import type { Json } from './canonical-json.ts'
import type { LedgerCurrency } from './currency.ts'
import { formatAmount } from './money.ts'
import type { FailedTransfer, Posting, PostedTransfer, SettledPosting } from './transfer.ts'
import type { Principal } from './command.ts'
import type { User } from './user.ts'

/** Every type of fact; also the `type` of the event that shows it. */
export const factTypes = [
  'account.created',
  'account.updated',
  'currency.created',
  'transfer.failed',
  'transfer.posted',
  'user.created',
  'user.updated',
] as const

/** A type of fact. */
export type FactType = (typeof factTypes)[number]

/** One thing that happened. Amounts are decimal strings in major units, ids strings, times RFC 3339. */
export interface Fact {
  readonly type: FactType
  /** Who caused it. */
  readonly principal: Principal
  readonly data: { readonly [key: string]: Json }
}

/** A currency entered the ledger. */
export function currencyCreated(principal: Principal, currency: LedgerCurrency): Fact {
  return {
    type: 'currency.created',
    principal,
    data: { code: currency.code, name: currency.name, scale: currency.scale },
  }
}

/** A user was made or changed. Without name and e-mail: the journal is for ever, a person may ask to be forgotten. */
export function userFact(type: 'user.created' | 'user.updated', principal: Principal, user: User): Fact {
  return {
    type,
    principal,
    data: {
      created_at: user.createdAt,
      id: user.id,
      metadata: user.metadata,
      updated_at: user.updatedAt,
      version: user.version,
    },
  }
}

/** An account was opened or its settings changed. Balances are told by transfers. */
export function accountFact(
  type: 'account.created' | 'account.updated',
  principal: Principal,
  account: Account,
): Fact {
  return {
    type,
    principal,
    data: {
      created_at: account.createdAt,
      credit_limit: account.creditLimit === null ? null : formatAmount(account.creditLimit, account.scale),
      currency: account.currency,
      id: account.id,
      kind: account.kind,
      metadata: account.metadata,
      scale: account.scale,
      updated_at: account.updatedAt,
      user_id: account.userId,
      version: account.version,
    },
  }
}

/** Money moved. */
export function transferPosted(principal: Principal, transfer: PostedTransfer): Fact {
  return {
    type: 'transfer.posted',
    principal,
    data: {
      created_at: transfer.createdAt,
      id: transfer.id,
      metadata: transfer.metadata,
      postings: transfer.postings.map(settledPostingJson),
      reference: transfer.reference,
      status: transfer.status,
    },
  }
}

/** A transfer was refused. */
export function transferFailed(principal: Principal, transfer: FailedTransfer): Fact {
  const { code, field, message } = transfer.refusal
  return {
    type: 'transfer.failed',
    principal,
    data: {
      created_at: transfer.createdAt,
      failure: { code, field, message },
      id: transfer.id,
      metadata: transfer.metadata,
      postings: transfer.postings.map(postingJson),
      reference: transfer.reference,
      status: transfer.status,
    },
  }
}

function postingJson({ source, destination, amount, currency, scale }: Posting) {
  return { amount: formatAmount(amount, scale), currency, destination, source }
}

function settledPostingJson(posting: SettledPosting) {
  const { source, destination, amount, currency, scale, sourceLeg, destinationLeg } = posting
  return {
    amount: formatAmount(amount, scale),
    currency,
    destination,
    destination_balance_after: formatAmount(destinationLeg.balanceAfter, scale),
    destination_entry: destinationLeg.entry.toString(),
    source,
    source_balance_after: formatAmount(sourceLeg.balanceAfter, scale),
    source_entry: sourceLeg.entry.toString(),
  }
}
