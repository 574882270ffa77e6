import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { accountField, AccountPathV1, isV1Account, NewAccountV1, toAccountV1 } from '../../http/v1/schemas.ts'
import { parseMessage } from '../../http/validation.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'

/** florin.v1.AccountService */
export function createAccountService(edge: Edge): Handlers {
  return {
    CreateAccount: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { account_id: id, initial_balance: initialBalance } = parseMessage(NewAccountV1, fields)
      const outcome = await florin.accounts.create(callerOf(key), {
        id,
        userId: null,
        currency: NO_CURRENCY.code,
        creditLimit: '0',
        initialBalance,
        metadata: NO_METADATA,
      })
      return answerOf(outcome, (account) => ({ account: toAccountV1(account) }), accountField)
    }),

    GetAccount: unary(edge, async (fields, { florin }) => {
      const { account_id: id } = parseMessage(AccountPathV1, fields)
      const account = await florin.reader.findAccount(id)
      return account === undefined || !isV1Account(account)
        ? failed(notFound('account', id))
        : answered({ account: toAccountV1(account) })
    }),
  }
}
