// The rules of opening an account and of changing its settings.
import { EMPTY_BALANCE, type Account } from './account.ts'
import { assert, expectDefined } from './assert.ts'
import type { CloseAccount, CreateAccount, OutcomeOf, Rejected, UpdateAccount } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { Currency } from './currency.ts'
import type { Refusal, RefusalCode } from './codes.ts'
import { openCurrency } from './decide-currency.ts'
import { carryOut } from './decide-transfer.ts'
import { attempt, putAccount, putCurrency, type Draft } from './draft.ts'
import { accountFact } from './facts.ts'
import type { AccountId, TransferId } from './ids.ts'
import { NO_METADATA } from './metadata.ts'
import { formatAmount } from './money.ts'
import { accepted, rejected, rejectedFor } from './outcome.ts'
import { structureRefusal } from './rules.ts'
import type { Posting } from './transfer.ts'

/**
 * Opens an account, or refuses: user_not_found, currency_exists (the ledger holds the code with another scale),
 * account_exists; and whatever the transfer that brings the initial balance from the currency's external account is
 * refused for.
 */
export function decideCreateAccount(draft: Draft, command: CreateAccount): OutcomeOf<CreateAccount> {
  const { id, userId } = command
  const { state } = draft
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
  return attempt(
    draft,
    () => openAccount(draft, command),
    ({ kind }) => kind === 'accepted',
  )
}

function openAccount(draft: Draft, command: CreateAccount): OutcomeOf<CreateAccount> {
  const { id, userId, creditLimit, metadata, initialBalance, transferId, principal } = command
  const { state, changes } = draft
  if (!state.currencies.has(command.currency.code)) openCurrency(draft, principal, command.currency)
  const account: Account = {
    ...newAccount(draft, id, command.currency),
    kind: 'standard',
    userId,
    creditLimit,
    metadata,
  }
  putAccount(draft, account)
  changes.facts.push(accountFact('account.created', principal, account))
  if (initialBalance === 0n) return accepted('account', account)

  const { code, scale } = command.currency
  const source = externalAccountOf(draft, command)
  const brought = moveUnlimited(draft, principal, transferId, {
    source,
    destination: id,
    amount: initialBalance,
    currency: code,
    scale,
    role: null,
  })
  return brought.kind === 'rejected'
    ? rejectedFor({ ...brought.refusal, field: 'initial_balance' })
    : accepted('account', expectDefined(changes.accounts.get(id), `account ${id}`))
}

/** The operator moves money, whom no limit holds and who pays no fee. */
function moveUnlimited(draft: Draft, principal: Principal, id: TransferId, posting: Posting) {
  const { at } = draft.changes
  const fields = { reference: null, metadata: NO_METADATA, origin: null, createdAt: at, effectiveAt: at }
  const refusal = structureRefusal(draft.state, [posting])
  return refusal === null
    ? carryOut(draft, principal, { id, ...fields }, [posting], { limits: true })
    : rejectedFor(refusal)
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
  return { ...EMPTY_BALANCE, id, currency: code, scale, version: 1, createdAt: at, updatedAt: at }
}

/** Changes settings, or refuses: account_not_found, version_mismatch, system_account, credit_limit_in_use. */
export function decideUpdateAccount(draft: Draft, command: UpdateAccount): OutcomeOf<UpdateAccount> {
  const { id, changes, principal } = command
  const before = changeable(draft, command)
  if ('code' in before) return rejectedFor(before)
  const { creditLimit } = changes
  const used = before.held - before.posted
  if (creditLimit !== undefined && used > creditLimit) {
    const message = `account ${id} is ${formatAmount(used, before.scale)} ${before.currency} below zero`
    return rejected('credit_limit_in_use', 'credit_limit', message)
  }
  const after: Account = { ...before, ...changes, version: before.version + 1, updatedAt: draft.changes.at }
  putAccount(draft, after)
  draft.changes.facts.push(accountFact('account.updated', principal, after))
  return accepted('account', after)
}

/**
 * Closes an account, or refuses: account_not_found, version_mismatch, system_account, account_closed, holds_open,
 * balance_not_zero; and whatever the transfer that sweeps the rest away is refused for.
 */
export function decideCloseAccount(draft: Draft, command: CloseAccount): OutcomeOf<CloseAccount> {
  const { id, sweepTo, principal } = command
  const before = changeable(draft, command)
  if ('code' in before) return rejectedFor(before)
  const { posted, held, incoming, currency, scale } = before
  if (before.closedAt !== null) {
    return rejected('account_closed', 'id', `account ${id} was closed at ${before.closedAt}`)
  }
  if (held !== 0n || incoming !== 0n) {
    return rejected('holds_open', 'id', `capture or release the open holds of account ${id} first`)
  }
  if (posted !== 0n && (sweepTo === null || posted < 0n)) {
    const message = `account ${id} has ${formatAmount(posted, scale)} ${currency}`
    return rejected('balance_not_zero', 'id', message)
  }
  return attempt(
    draft,
    () => {
      const swept = posted === 0n ? null : sweep(draft, command, before)
      if (swept?.kind === 'rejected') return rejectedFor(sweepRefusal(swept))
      const { at } = draft.changes
      const balance = expectDefined(draft.state.accounts.get(id), `account ${id}`)
      const after: Account = {
        ...before,
        ...balance,
        closedAt: at,
        version: before.version + 1,
        updatedAt: at,
      }
      putAccount(draft, after)
      draft.changes.facts.push(accountFact('account.closed', principal, after))
      return accepted('account', after)
    },
    ({ kind }) => kind === 'accepted',
  )
}

function sweep(draft: Draft, command: CloseAccount, { id, posted, currency, scale }: Account) {
  const { transferId, sweepTo, principal } = command
  return moveUnlimited(draft, principal, transferId, {
    source: id,
    destination: sweepTo as AccountId,
    amount: posted,
    currency,
    scale,
    role: null,
  })
}

/** A refused close records no transfer: nobody asked for one. */
function sweepRefusal({ refusal }: Rejected): Refusal {
  return { ...refusal, field: refusal.field?.endsWith('destination') === true ? 'sweep_to' : 'id' }
}

/** The account of the command as it is now, or why it cannot be changed. */
function changeable(
  { state }: Draft,
  { id, ifVersion }: Pick<UpdateAccount, 'id' | 'ifVersion'>,
): Account | Refusal {
  const refuse = (code: RefusalCode, field: string, message: string): Refusal => ({
    code,
    field,
    message,
    explanation: null,
  })
  const balance = state.accounts.get(id)
  const settings = state.settings.get(id)
  if (balance === undefined || settings === undefined) {
    return refuse('account_not_found', 'id', `account ${id} does not exist`)
  }
  // The balance last: a store may load whole rows as settings, and the batch may have moved money since.
  const account: Account = { ...settings, ...balance }
  if (ifVersion !== null && ifVersion !== account.version) {
    return refuse('version_mismatch', 'If-Match', `account ${id} is at version ${account.version}`)
  }
  return account.kind === 'external'
    ? refuse('system_account', 'id', `account ${id} is a system account`)
    : account
}
