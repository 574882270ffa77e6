// Use cases of accounts.
import type { CloseAccount, CreateAccount, OutcomeOf, UpdateAccount } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import type { Metadata } from '#core/metadata.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { LedgerReader } from '#ports/ledger-reader.ts'
import { readAmount } from './amounts.ts'
import type { CommandBatcher } from './command-batcher.ts'
import type { CurrencyBook } from './currency-book.ts'
import { callerFields, type Caller } from './request.ts'

/** An account to open, as a wire brings it: amounts are still text. */
export interface AccountRequest {
  /** Null: Florin allots one. */
  readonly id: AccountId | null
  readonly userId: UserId | null
  readonly currency: CurrencyCode
  readonly creditLimit: string
  readonly initialBalance: string
  readonly metadata: Metadata
}

/** Settings to change; what is absent stays. */
interface AccountChanges {
  readonly ifVersion: number | null
  readonly creditLimit?: string
  readonly metadata?: Metadata
}

/** How to close an account. */
interface ClosingRequest {
  readonly ifVersion: number | null
  /** Gets what is left; null: nothing may be left. */
  readonly sweepTo: AccountId | null
}

/** Opens, changes and closes accounts. */
export interface Accounts {
  /** Throws a validation error for `currency`, `credit_limit` and `initial_balance`. */
  create(caller: Caller, request: AccountRequest): Promise<OutcomeOf<CreateAccount>>
  /** Throws a validation error for `credit_limit`. */
  update(caller: Caller, id: AccountId, changes: AccountChanges): Promise<OutcomeOf<UpdateAccount>>
  close(caller: Caller, id: AccountId, request: ClosingRequest): Promise<OutcomeOf<CloseAccount>>
}

/** Makes the use cases. */
export function createAccounts(deps: {
  readonly batcher: CommandBatcher
  readonly currencies: CurrencyBook
  readonly reader: LedgerReader
  readonly ids: IdSource
  readonly digest: HexDigest
}): Accounts {
  const { batcher, currencies, reader, ids, digest } = deps

  async function create(caller: Caller, request: AccountRequest): Promise<OutcomeOf<CreateAccount>> {
    const { id, userId, metadata } = request
    const currency = await currencies.resolve(request.currency, 'currency')
    const creditLimit = readAmount('credit_limit', request.creditLimit, currency.scale)
    const initialBalance = readAmount('initial_balance', request.initialBalance, currency.scale)
    const asked = {
      kind: 'create_account',
      id,
      userId,
      currency: currency.code,
      creditLimit: creditLimit.toString(),
      initialBalance: initialBalance.toString(),
      metadata,
    }
    return await batcher.submit({
      kind: 'create_account',
      ...callerFields(caller, asked, digest),
      id: id ?? ids.accountId(),
      userId,
      currency,
      creditLimit,
      initialBalance,
      metadata,
      externalAccountId: ids.accountId(),
      transferId: ids.transferId(),
    })
  }

  async function update(
    caller: Caller,
    id: AccountId,
    changes: AccountChanges,
  ): Promise<OutcomeOf<UpdateAccount>> {
    const { ifVersion, creditLimit, metadata } = changes
    const asked = {
      kind: 'update_account',
      id,
      ifVersion,
      creditLimit: creditLimit ?? null,
      metadata: metadata ?? null,
    }
    return await batcher.submit({
      kind: 'update_account',
      ...callerFields(caller, asked, digest),
      id,
      ifVersion,
      changes: {
        ...(metadata === undefined ? {} : { metadata }),
        ...(creditLimit === undefined ? {} : { creditLimit: await readLimit(id, creditLimit) }),
      },
    })
  }

  /** An account's scale never changes, so reading it outside the batch is safe; a missing account is told by the batch. */
  async function readLimit(id: AccountId, text: string): Promise<bigint> {
    const account = await reader.findAccount(id)
    return account === undefined ? 0n : readAmount('credit_limit', text, account.scale)
  }

  async function close(
    caller: Caller,
    id: AccountId,
    { ifVersion, sweepTo }: ClosingRequest,
  ): Promise<OutcomeOf<CloseAccount>> {
    const fields = callerFields(caller, { kind: 'close_account', id, ifVersion, sweepTo }, digest)
    const transferId = ids.transferId()
    return await batcher.submit({ kind: 'close_account', ...fields, id, ifVersion, sweepTo, transferId })
  }

  return { create, update, close }
}
