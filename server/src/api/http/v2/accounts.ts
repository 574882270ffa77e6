import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { CreateAccount, OutcomeOf } from '#core/command.ts'
import type { FlorinOf } from '../access.ts'
import type { AccountId } from '#core/ids.ts'
import { callerOf, markReplay } from '../caller.ts'
import { ifMatchOf, toETag } from '../etag.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  AccountChanges,
  accountList,
  AccountMoment,
  AccountPage,
  AccountPath,
  AccountSchema,
  Closing,
  NewAccount,
  toAccount,
  toPastAccount,
} from './account-schemas.ts'

/** Adds `/accounts`. */
export function serveAccounts(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/accounts',
    {
      schema: {
        operationId: 'createAccount',
        tags: ['accounts'],
        summary: 'Open an account',
        querystring: noQuery,
        body: NewAccount,
        response: {
          201: answer('The account', AccountSchema, ['Location', 'ETag', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'account_exists, currency_exists' }),
        },
      },
    },
    async (request, reply) => {
      const { id = null, user_id: userId, currency, metadata } = request.body
      const { credit_limit: creditLimit, initial_balance: initialBalance } = request.body
      const asked = { id, userId, currency, creditLimit, initialBalance, metadata }
      const outcome = await florinOf(request).accounts.create(callerOf(request), asked)
      if (outcome.kind === 'accepted') {
        void reply.code(201).header('location', `/v2/accounts/${outcome.result.id}`)
      }
      return sendAccount(reply, outcome)
    },
  )

  app.get(
    '/accounts',
    {
      schema: {
        operationId: 'listAccounts',
        tags: ['accounts'],
        summary: 'Accounts, by id',
        querystring: accountList,
        response: { 200: answer('A page of accounts', AccountPage), ...problems('path') },
      },
    },
    async (request) => await accountPage(florinOf(request), request.query),
  )

  app.get(
    '/accounts/:account_id',
    {
      schema: {
        operationId: 'getAccount',
        tags: ['accounts'],
        summary: 'An account with its balances, or with what it had at a moment',
        querystring: AccountMoment,
        params: AccountPath,
        response: {
          200: answer('The account', AccountSchema, ['ETag']),
          ...problems('path', { 404: 'account_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const account = await accountAt(florinOf(request), params.account_id, query)
      if (account === undefined) return sendProblem(reply, notFound('account', params.account_id))
      void reply.header('etag', toETag(account.version))
      return account
    },
  )

  app.patch(
    '/accounts/:account_id',
    {
      schema: {
        operationId: 'updateAccount',
        tags: ['accounts'],
        summary: "Change an account's credit limit or metadata",
        description: 'What is absent stays; metadata is replaced as a whole.',
        querystring: noQuery,
        params: AccountPath,
        body: AccountChanges,
        response: {
          200: answer('The account as changed', AccountSchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'account_not_found', 412: 'version_mismatch' }),
        },
      },
    },
    async (request, reply) => {
      const { credit_limit: creditLimit, metadata } = request.body
      const outcome = await florinOf(request).accounts.update(callerOf(request), request.params.account_id, {
        ifVersion: ifMatchOf(request),
        ...(creditLimit === undefined ? {} : { creditLimit }),
        ...(metadata === undefined ? {} : { metadata }),
      })
      return sendAccount(reply, outcome)
    },
  )

  app.post(
    '/accounts/:account_id/close',
    {
      schema: {
        operationId: 'closeAccount',
        tags: ['accounts'],
        summary: 'Close an account for good',
        description:
          'It must be empty, or is emptied to `sweep_to` in the same commit, free of charge; and no open hold may be on it. A closed account stays readable.',
        querystring: noQuery,
        params: AccountPath,
        body: Closing,
        response: {
          200: answer('The account, closed', AccountSchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'account_not_found', 412: 'version_mismatch' }),
        },
      },
    },
    async (request, reply) => {
      const asked = { ifVersion: ifMatchOf(request), sweepTo: request.body.sweep_to }
      return sendAccount(
        reply,
        await florinOf(request).accounts.close(callerOf(request), request.params.account_id, asked),
      )
    },
  )
}

/** A page of accounts. */
export async function accountPage({ reader }: Florin, query: z.output<typeof accountList>) {
  const { after, filters } = query
  const accounts = await reader.listAccounts({
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { after }),
    ...(filters.user_id === undefined ? {} : { userId: filters.user_id }),
    ...(filters.currency === undefined ? {} : { currency: filters.currency }),
  })
  return toPage(accounts, query, { position: ({ id }) => id, row: toAccount })
}

/** An account as it is shown, now or with what it had at a moment. */
export async function accountAt(
  { reader, history }: Florin,
  id: AccountId,
  { at, clock }: z.output<typeof AccountMoment>,
) {
  const account = await reader.findAccount(id)
  if (account === undefined || at === undefined) return account && toAccount(account)
  const posted = await history.balanceAt(account, { at, clock })
  return toPastAccount(account, { posted, at, clock })
}

function sendAccount(reply: FastifyReply, outcome: OutcomeOf<CreateAccount>) {
  markReplay(reply, outcome)
  if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
  void reply.header('etag', toETag(outcome.result.version))
  return toAccount(outcome.result)
}
