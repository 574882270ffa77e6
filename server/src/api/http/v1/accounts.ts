import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { accountField, AccountPathV1, AccountV1, isV1Account, NewAccountV1, toAccountV1 } from './schemas.ts'

/** Adds `/accounts` of v1. */
export function serveAccounts(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/accounts',
    {
      schema: {
        operationId: 'v1CreateAccount',
        tags: ['v1'],
        summary: 'Open an account',
        querystring: noQuery,
        body: NewAccountV1,
        response: {
          201: answer('The account', AccountV1, ['Location', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'account_exists' }),
        },
      },
    },
    async (request, reply) => {
      const { account_id: id, initial_balance: initialBalance } = request.body
      const outcome = await florinOf(request).accounts.create(callerOf(request), {
        id,
        userId: null,
        currency: NO_CURRENCY.code,
        creditLimit: '0',
        initialBalance,
        metadata: NO_METADATA,
      })
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(reply, refusalProblem(outcome, { fieldName: accountField, plain: true }))
      }
      void reply.code(201).header('location', `/v1/accounts/${outcome.result.id}`)
      return toAccountV1(outcome.result)
    },
  )

  app.get(
    '/accounts/:account_id',
    {
      schema: {
        operationId: 'v1GetAccount',
        tags: ['v1'],
        summary: 'An account and its balance',
        querystring: noQuery,
        params: AccountPathV1,
        response: {
          200: answer('The account', AccountV1),
          ...problems('path', { 404: 'account_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const id = request.params.account_id
      const account = await florinOf(request).reader.findAccount(id)
      if (account === undefined || !isV1Account(account)) return sendProblem(reply, notFound('account', id))
      return toAccountV1(account)
    },
  )
}
