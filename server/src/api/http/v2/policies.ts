import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { CreatePolicy, OutcomeOf } from '#core/command.ts'
import { invalidField } from '#core/errors.ts'
import type { FlorinOf } from '../access.ts'
import type { AccountId, PolicyId } from '#core/ids.ts'
import type { PolicyTarget } from '#core/policy.ts'
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

const TARGET_FIELDS = { account: 'account_id', user: 'user_id', currency: 'currency' } as const

/** The caller's names for fields of a policy for this target. */
export function policyField({ kind }: PolicyTarget): (field: string) => string {
  return (field) => (field === 'target' ? TARGET_FIELDS[kind] : field)
}

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
      return sendPolicy(reply, outcome, policyField(target))
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
    async (request) => await policyPage(florinOf(request), request.query),
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
      const id = request.params.policy_id
      const page = await policyVersionPage(florinOf(request), id, request.query)
      return page ?? sendProblem(reply, notFound('policy', id))
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
      const policies = await accountPolicies(florinOf(request), params.account_id)
      return policies === undefined
        ? sendProblem(reply, notFound('account', params.account_id))
        : { data: policies, next_cursor: null }
    },
  )
}

/** A page of policies. */
export async function policyPage({ reader }: Florin, query: z.output<typeof policyList>) {
  const { after, filters } = query
  const policies = await reader.listPolicies({
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { after }),
    ...(filters.account_id === undefined ? {} : { accountId: filters.account_id }),
    ...(filters.user_id === undefined ? {} : { userId: filters.user_id }),
    ...(filters.currency === undefined ? {} : { currency: filters.currency }),
  })
  return toPage(policies, query, { position: ({ id }) => id, row: toPolicy })
}

/** A page of a policy's versions; undefined when there never was such a policy. */
export async function policyVersionPage(
  { reader }: Florin,
  id: PolicyId,
  query: z.output<typeof policyVersionList>,
) {
  const { after } = query
  if (after !== undefined && after.id !== id) {
    throw invalidField('cursor', 'was given for another policy; begin without a cursor')
  }
  const versions = await reader.listPolicyVersions({
    id,
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { before: after.version }),
  })
  if (versions.length === 0 && after === undefined) return undefined
  return toPage(versions, query, {
    position: ({ policy }) => `${id}/${policy.version}`,
    row: toPolicyVersion,
  })
}

/** The policies that an account is under; undefined when there is no such account. */
export async function accountPolicies({ reader, policies }: Florin, id: AccountId) {
  const account = await reader.findAccount(id)
  return account && (await policies.of(account)).map(toPolicy)
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
