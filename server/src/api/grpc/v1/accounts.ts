import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { formatAmountTrimmed } from '#core/money.ts'
import type { Account } from '#core/account.ts'
import { accountField, AccountPathV1, isV1Account, NewAccountV1 } from '../../http/v1/schemas.ts'
import { answered, answerOf, failed, unary, type Edge } from '../calls.ts'
import type { Account as AccountMessage } from '../gen/florin/v1/Account.ts'
import type { AccountServiceHandlers } from '../gen/florin/v1/AccountService.ts'
import { notFound } from '../problems.ts'
import { readRequest } from '../requests.ts'

/** florin.v1.AccountService */
export function createAccountService(edge: Edge): AccountServiceHandlers {
  const { florin } = edge
  return {
    CreateAccount: unary(edge, async ({ idempotency_key: key, ...fields }, call) => {
      const { account_id: id, initial_balance: initialBalance } = readRequest(NewAccountV1, fields)
      const outcome = await florin.accounts.create(call.callerOf(key), {
        id,
        userId: null,
        currency: NO_CURRENCY.code,
        creditLimit: '0',
        initialBalance,
        metadata: NO_METADATA,
      })
      return answerOf(outcome, (account) => ({ account: toAccount(account) }), accountField)
    }),

    GetAccount: unary(edge, async (request) => {
      const { account_id: id } = readRequest(AccountPathV1, request)
      const account = await florin.reader.findAccount(id)
      return account === undefined || !isV1Account(account)
        ? failed(notFound('account', id))
        : answered({ account: toAccount(account) })
    }),
  }
}

function toAccount({ id, posted, scale }: Account): AccountMessage {
  return { account_id: id, balance: formatAmountTrimmed(posted, scale) }
}
