import type { FastifyReply } from 'fastify'
import type { CreatePolicy, OutcomeOf } from '#core/command.ts'
import { invalidField } from '#core/errors.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { ifMatchOf, toETag } from '../etag.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { AccountPath } from './account-schemas.ts'
import {
  NewPolicy,
  PolicyChange,
  policyList,
  PolicyPage,
  PolicyPath,
  PolicySchema,
  policyVersionList,
  PolicyVersionPage,
  toPolicy,
  toPolicyVersion,
} from './policy-schemas.ts'

/** The core's name for what a policy is for, and the caller's. */
const TARGET_FIELDS = { account: 'account_id', user: 'user_id', currency: 'currency' } as const

/** Adds `/policies`, and those of one account. */
export function servePolicies(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/policies',
    {
      schema: {
        operationId: 'createPolicy',
        tags: ['policies'],
        summary: 'Rule what an account may do, or each account of a user or of a currency',
        description:
          'A policy only narrows. There is one at most for each account, user and currency, and currency.',
        querystring: noQuery,
        body: NewPolicy,
        response: {
          201: answer('The policy', PolicySchema, ['Location', 'ETag', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'policy_exists' }),
        },
      },
    },
    async (request, reply) => {
      const { target, rules } = request.body
      const outcome = await florinOf(request).policies.create(callerOf(request), target, rules)
      if (outcome.kind === 'accepted') {
        void reply.code(201).header('location', `/v2/policies/${outcome.result.id}`)
      }
      return sendPolicy(reply, outcome, (field) => (field === 'target' ? TARGET_FIELDS[target.kind] : field))
    },
  )

  app.get(
    '/policies',
    {
      schema: {
        operationId: 'listPolicies',
        tags: ['policies'],
        summary: 'Policies, oldest first',
        querystring: policyList,
        response: { 200: answer('A page of policies', PolicyPage), ...problems('path') },
      },
    },
    async (request) => {
      const { query } = request
      const { after, filters } = query
      const policies = await florinOf(request).reader.listPolicies({
        limit: rowsToRead(query),
        ...(after === undefined ? {} : { after }),
        ...(filters.account_id === undefined ? {} : { accountId: filters.account_id }),
        ...(filters.user_id === undefined ? {} : { userId: filters.user_id }),
        ...(filters.currency === undefined ? {} : { currency: filters.currency }),
      })
      return toPage(policies, query, { position: ({ id }) => id, row: toPolicy })
    },
  )

  app.get(
    '/policies/:policy_id',
    {
      schema: {
        operationId: 'getPolicy',
        tags: ['policies'],
        summary: 'A policy',
        querystring: noQuery,
        params: PolicyPath,
        response: {
          200: answer('The policy', PolicySchema, ['ETag']),
          ...problems('path', { 404: 'policy_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params } = request
      const policy = await florinOf(request).reader.findPolicy(params.policy_id)
      if (policy === undefined) return sendProblem(reply, notFound('policy', params.policy_id))
      void reply.header('etag', toETag(policy.version))
      return toPolicy(policy)
    },
  )

  app.put(
    '/policies/:policy_id',
    {
      schema: {
        operationId: 'updatePolicy',
        tags: ['policies'],
        summary: 'Give a policy other rules, all of them',
        querystring: noQuery,
        params: PolicyPath,
        body: PolicyChange,
        response: {
          200: answer('The policy as changed', PolicySchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'policy_not_found', 412: 'version_mismatch' }),
        },
      },
    },
    async (request, reply) => {
      const change = { ifVersion: ifMatchOf(request), rules: request.body.rules }
      return sendPolicy(
        reply,
        await florinOf(request).policies.update(callerOf(request), request.params.policy_id, change),
      )
    },
  )

  app.delete(
    '/policies/:policy_id',
    {
      schema: {
        operationId: 'removePolicy',
        tags: ['policies'],
        summary: 'Take a policy away; its versions stay',
        querystring: noQuery,
        params: PolicyPath,
        response: {
          200: answer('The version that ended it', PolicySchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'policy_not_found', 412: 'version_mismatch' }),
        },
      },
    },
    async (request, reply) => {
      const change = { ifVersion: ifMatchOf(request), rules: null }
      return sendPolicy(
        reply,
        await florinOf(request).policies.update(callerOf(request), request.params.policy_id, change),
      )
    },
  )

  app.get(
    '/policies/:policy_id/versions',
    {
      schema: {
        operationId: 'listPolicyVersions',
        tags: ['policies'],
        summary: 'Every version that a policy had, newest first, and who made it',
        params: PolicyPath,
        querystring: policyVersionList,
        response: {
          200: answer('A page of versions', PolicyVersionPage),
          ...problems('path', { 404: 'policy_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const {
        params: { policy_id: id },
        query,
      } = request
      const { after } = query
      if (after !== undefined && after.id !== id) {
        throw invalidField('cursor', 'was given for another policy; begin without a cursor')
      }
      const versions = await florinOf(request).reader.listPolicyVersions({
        id,
        limit: rowsToRead(query),
        ...(after === undefined ? {} : { before: after.version }),
      })
      if (versions.length === 0 && after === undefined) return sendProblem(reply, notFound('policy', id))
      return toPage(versions, query, {
        position: ({ policy }) => `${id}/${policy.version}`,
        row: toPolicyVersion,
      })
    },
  )

  app.get(
    '/accounts/:account_id/policies',
    {
      schema: {
        operationId: 'listAccountPolicies',
        tags: ['policies'],
        summary: "The policies that an account is under: its own, its user's, its currency's",
        querystring: noQuery,
        params: AccountPath,
        response: {
          200: answer('At most three', PolicyPage),
          ...problems('path', { 404: 'account_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params } = request
      const account = await florinOf(request).reader.findAccount(params.account_id)
      if (account === undefined) return sendProblem(reply, notFound('account', params.account_id))
      const policies = await florinOf(request).policies.of(account)
      return { data: policies.map(toPolicy), next_cursor: null }
    },
  )
}

function sendPolicy(
  reply: FastifyReply,
  outcome: OutcomeOf<CreatePolicy>,
  fieldName: (field: string) => string = (field) => field,
) {
  markReplay(reply, outcome)
  if (outcome.kind === 'rejected')
    return sendProblem(reply, refusalProblem(outcome, { ofPath: true, fieldName }))
  void reply.header('etag', toETag(outcome.result.version))
  return toPolicy(outcome.result)
}
