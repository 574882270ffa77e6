import type { Florin } from '#app/florin.ts'
import { z } from 'zod'
import { available, type Account } from '#core/account.ts'
import { AppError } from '#core/errors.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import type { FlorinOf } from '../access.ts'
import { noQuery, PAGE_SIZE_MAX } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { notFound, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { AccountSchema, Balances, toAccount, toBalances } from './account-schemas.ts'
import { code, uuid } from './shown.ts'
import { UserPath } from './user-schemas.ts'

/** More accounts than this are listed, not shown together. */
const WALLET_ACCOUNTS_MAX = 10 * PAGE_SIZE_MAX

const Wallet = z
  .strictObject({
    user_id: uuid,
    accounts: z.array(AccountSchema),
    totals: z
      .array(z.strictObject({ currency: code, accounts: z.int(), balances: Balances }))
      .meta({ description: 'One for each currency, by code' }),
  })
  .meta({ id: 'Wallet' })

/** Adds `/users/{user_id}/wallet`. */
export function serveWallet(app: ZodApp, florinOf: FlorinOf): void {
  app.get(
    '/users/:user_id/wallet',
    {
      schema: {
        operationId: 'getWallet',
        tags: ['users'],
        summary: "A user's accounts seen together, with totals per currency",
        querystring: noQuery,
        params: UserPath,
        response: { 200: answer('The wallet', Wallet), ...problems('path', { 404: 'user_not_found' }) },
      },
    },
    async (request, reply) => {
      const { params } = request
      const wallet = await walletOf(florinOf(request), params.user_id)
      return wallet ?? sendProblem(reply, notFound('user', params.user_id))
    },
  )
}

/** A user's wallet; undefined when there is no such user. */
export async function walletOf(
  { directory, reader }: Florin,
  userId: UserId,
): Promise<z.output<typeof Wallet> | undefined> {
  const user = await directory.findUser(userId)
  if (user === undefined) return undefined
  const accounts = await readAccounts(reader, user.id)
  return { user_id: user.id, accounts: accounts.map(toAccount), totals: toTotals(accounts) }
}

async function readAccounts(reader: Florin['reader'], userId: UserId): Promise<Account[]> {
  const accounts: Account[] = []
  let after: AccountId | undefined
  for (;;) {
    const page = await reader.listAccounts({
      userId,
      limit: PAGE_SIZE_MAX,
      ...(after === undefined ? {} : { after }),
    })
    accounts.push(...page)
    if (page.length < PAGE_SIZE_MAX) return accounts
    if (accounts.length >= WALLET_ACCOUNTS_MAX) {
      const message = `a wallet shows at most ${WALLET_ACCOUNTS_MAX} accounts; list them at /v2/accounts?user_id=${userId}`
      throw new AppError('domain', message, { code: 'wallet_too_large' })
    }
    after = page.at(-1)?.id
  }
}

function toTotals(accounts: readonly Account[]): z.output<typeof Wallet>['totals'] {
  const byCurrency = Object.entries(Object.groupBy(accounts, ({ currency }) => currency))
  return byCurrency
    .map(([currency, group]) => {
      const own = group as Account[]
      const scale = own[0]?.scale ?? 0
      const spendable = own.map(available)
      return {
        currency,
        accounts: own.length,
        balances: toBalances(
          {
            posted: sum(own.map(({ posted }) => posted)),
            held: sum(own.map(({ held }) => held)),
            incoming: sum(own.map(({ incoming }) => incoming)),
          },
          spendable.includes(null) ? null : sum(spendable as bigint[]),
          scale,
        ),
      }
    })
    .sort((a, b) => (a.currency < b.currency ? -1 : 1))
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
