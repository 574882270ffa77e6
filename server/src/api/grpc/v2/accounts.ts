import { z } from 'zod'
import { ledgerClocks } from '#app/history.ts'
import { instantText, userIdText } from '../../http/fields.ts'
import { parseMessage } from '../../http/validation.ts'
import { accountAt, accountPage } from '../../http/v2/accounts.ts'
import {
  AccountChanges,
  accountList,
  AccountMoment,
  AccountPath,
  Closing,
  NewAccount,
  toAccount,
} from '../../http/v2/account-schemas.ts'
import { entryList, entryPage, toEntry } from '../../http/v2/entries.ts'
import { accountPolicies } from '../../http/v2/policies.ts'
import { toSummary } from '../../http/v2/statements.ts'
import { walletOf } from '../../http/v2/wallet.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { serverStream } from '../streams.ts'
import { changedAs, metadataChange, readVersion } from './changes.ts'
import { readList } from './lists.ts'
import { toPolicyMessage } from './policies.ts'

const StatementRequest = AccountPath.extend({
  from: instantText.nullable().default(null),
  to: instantText.nullable().default(null),
  clock: z.enum(ledgerClocks).default('effective'),
})
const WalletRequest = z.strictObject({ user_id: userIdText })

/** florin.v2.AccountService */
export function createAccountService(edge: Edge): Handlers {
  return {
    CreateAccount: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const asked = parseMessage(NewAccount, fields)
      const { id = null, user_id: userId, credit_limit: creditLimit, initial_balance: initialBalance } = asked
      const { currency, metadata } = asked
      const outcome = await florin.accounts.create(callerOf(key), {
        id,
        userId,
        currency,
        creditLimit,
        initialBalance,
        metadata,
      })
      return answerOf(outcome, (account) => ({ account: toAccount(account) }))
    }),

    GetAccount: unary(edge, async ({ account_id: id, ...fields }, { florin }) => {
      const path = parseMessage(AccountPath, { account_id: id })
      const account = await accountAt(florin, path.account_id, parseMessage(AccountMoment, fields))
      return account === undefined ? failed(notFound('account', path.account_id)) : answered({ account })
    }),

    ListAccounts: unary(edge, async (fields, { florin }) => {
      const { data: accounts, ...page } = await accountPage(florin, readList(accountList, fields))
      return answered({ accounts, ...page })
    }),

    UpdateAccount: unary(edge, async (request, { florin, callerOf }) => {
      const {
        idempotency_key: key,
        if_version: version,
        account_id: id,
        metadata: change,
        ...fields
      } = request
      const path = parseMessage(AccountPath, { account_id: id })
      const changes = parseMessage(AccountChanges, { ...fields, ...metadataChange(change) })
      const { credit_limit: creditLimit, metadata } = changes
      const outcome = await florin.accounts.update(callerOf(key), path.account_id, {
        ifVersion: readVersion(version),
        ...(creditLimit === undefined ? {} : { creditLimit }),
        ...(metadata === undefined ? {} : { metadata }),
      })
      return answerOf(outcome, (account) => ({ account: toAccount(account) }), changedAs('account_id'))
    }),

    CloseAccount: unary(edge, async (request, { florin, callerOf }) => {
      const { idempotency_key: key, if_version: version, account_id: id, ...fields } = request
      const path = parseMessage(AccountPath, { account_id: id })
      const { sweep_to: sweepTo } = parseMessage(Closing, fields)
      const asked = { ifVersion: readVersion(version), sweepTo }
      const outcome = await florin.accounts.close(callerOf(key), path.account_id, asked)
      return answerOf(outcome, (account) => ({ account: toAccount(account) }), changedAs('account_id'))
    }),

    ListEntries: unary(edge, async ({ account_id: id, ...fields }, { florin }) => {
      const path = parseMessage(AccountPath, { account_id: id })
      const found = await entryPage(florin, path.account_id, readList(entryList, fields))
      if (found === undefined) return failed(notFound('account', path.account_id))
      const { data: entries, ...page } = found
      return answered({ entries, ...page })
    }),

    StreamStatement: serverStream(edge, async function* (request, { florin }) {
      const { account_id: id, ...asked } = parseMessage(StatementRequest, request)
      const account = await florin.reader.findAccount(id)
      if (account === undefined) return notFound('account', id)
      const period = florin.history.period(account, asked)
      const { lines, ...totals } = await florin.history.statement(account, period)
      yield { summary: toSummary(account, period, totals) }
      for await (const chunk of lines) {
        yield { lines: chunk.map((line) => toEntry(line, account.scale)) }
      }
      return null
    }),

    GetWallet: unary(edge, async (fields, { florin }) => {
      const { user_id: id } = parseMessage(WalletRequest, fields)
      const wallet = await walletOf(florin, id)
      return wallet === undefined ? failed(notFound('user', id)) : answered(wallet)
    }),

    ListAccountPolicies: unary(edge, async (fields, { florin }) => {
      const { account_id: id } = parseMessage(AccountPath, fields)
      const policies = await accountPolicies(florin, id)
      return policies === undefined
        ? failed(notFound('account', id))
        : answered({ policies: policies.map(toPolicyMessage) })
    }),
  }
}
