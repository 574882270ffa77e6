// The rules of opening an account and of changing its settings.
import type { Account } from './account.ts'
import { assert, expectDefined } from './assert.ts'
import type { CreateAccount, OutcomeOf, UpdateAccount } from './command.ts'
import type { Currency } from './currency.ts'
import { putAccount, putCurrency, settle, type Draft } from './draft.ts'
import { openCurrency } from './decide-currency.ts'
import { accountFact, transferPosted } from './facts.ts'
import type { AccountId } from './ids.ts'
import { NO_METADATA } from './metadata.ts'
import { formatAmount, MINOR_MAX } from './money.ts'
import { accepted, rejected } from './outcome.ts'

/**
 * Opens an account, or refuses: user_not_found, currency_exists (the ledger holds the code with another scale),
 * account_exists, balance_overflow. The initial balance is a transfer from the currency's external account.
 */
export function decideCreateAccount(draft: Draft, command: CreateAccount): OutcomeOf<CreateAccount> {
  const { id, userId, initialBalance, principal } = command
  const { state, changes } = draft
  if (userId !== null && !state.users.has(userId)) {
    return rejected('user_not_found', 'user_id', `user ${userId} does not exist`)
  }
  const currency = state.currencies.get(command.currency.code)
  if (currency !== undefined && currency.scale !== command.currency.scale) {
    return rejected(
      'currency_exists',
      'currency',
      `${currency.code} is held with ${currency.scale} digits after the point`,
    )
  }
  if (state.accounts.has(id)) return rejected('account_exists', 'id', `account ${id} exists`)
  const external =
    currency?.externalAccountId == null ? undefined : state.accounts.get(currency.externalAccountId)
  if (initialBalance > (external?.posted ?? 0n) + MINOR_MAX) {
    return rejected(
      'balance_overflow',
      'initial_balance',
      'the external account would have more than 38 digits',
    )
  }

  // From here on the account must be opened.
  if (currency === undefined) openCurrency(draft, principal, command.currency)
  const account: Account = {
    ...newAccount(draft, id, command.currency),
    kind: 'standard',
    userId,
    creditLimit: command.creditLimit,
    metadata: command.metadata,
  }
  putAccount(draft, account)
  changes.facts.push(accountFact('account.created', principal, account))
  if (initialBalance === 0n) return accepted(account)

  const source = externalAccountOf(draft, command)
  const fields = {
    id: command.transferId,
    status: 'posted' as const,
    reference: null,
    metadata: NO_METADATA,
    createdAt: changes.at,
  }
  const { code, scale } = command.currency
  const transfer = settle(draft, fields, [
    { source, destination: id, amount: initialBalance, currency: code, scale },
  ])
  changes.facts.push(transferPosted(principal, transfer))
  return accepted(expectDefined(changes.accounts.get(id), `account ${id}`))
}

/** The external account of the command's currency, opened now if this is the first initial balance. */
function externalAccountOf(draft: Draft, command: CreateAccount): AccountId {
  const currency = draft.state.currencies.get(command.currency.code)
  if (currency?.externalAccountId != null) return currency.externalAccountId
  const id = command.externalAccountId
  // Random in 2^52: a clash is as good as impossible, and would wipe out the balance of the account that is there.
  assert(!draft.state.accounts.has(id), `account ${id} is new`)
  const external: Account = {
    ...newAccount(draft, id, command.currency),
    kind: 'external',
    userId: null,
    creditLimit: null,
    metadata: NO_METADATA,
  }
  putAccount(draft, external)
  putCurrency(draft, { ...command.currency, externalAccountId: id })
  draft.changes.facts.push(accountFact('account.created', command.principal, external))
  return id
}

function newAccount(draft: Draft, id: AccountId, { code, scale }: Currency) {
  const { at } = draft.changes
  return { id, currency: code, scale, posted: 0n, lastEntry: 0n, version: 1, createdAt: at, updatedAt: at }
}

/** Changes settings, or refuses: account_not_found, version_mismatch, system_account, credit_limit_in_use. */
export function decideUpdateAccount(draft: Draft, command: UpdateAccount): OutcomeOf<UpdateAccount> {
  const { id, ifVersion, changes, principal } = command
  const balance = draft.state.accounts.get(id)
  const settings = draft.state.settings.get(id)
  if (balance === undefined || settings === undefined)
    return rejected('account_not_found', 'id', `account ${id} does not exist`)
  // The balance last: a store may load whole rows as settings, and the batch may have moved money since.
  const before: Account = { ...settings, ...balance }
  if (ifVersion !== null && ifVersion !== before.version) {
    return rejected('version_mismatch', 'If-Match', `account ${id} is at version ${before.version}`)
  }
  if (before.kind === 'external') {
    return rejected('system_account', 'id', `account ${id} is a system account`)
  }
  const { creditLimit } = changes
  if (creditLimit !== undefined && before.posted < -creditLimit) {
    const owed = formatAmount(-before.posted, before.scale)
    return rejected(
      'credit_limit_in_use',
      'credit_limit',
      `account ${id} is ${owed} ${before.currency} below zero`,
    )
  }
  const after: Account = { ...before, ...changes, version: before.version + 1, updatedAt: draft.changes.at }
  putAccount(draft, after)
  draft.changes.facts.push(accountFact('account.updated', principal, after))
  return accepted(after)
}
