import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { IssuedApiKey } from '#app/api-keys.ts'
import type { Florin } from '#app/florin.ts'
import type { Rejected } from '#core/command.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  apiKeyList,
  ApiKeyPage,
  ApiKeyPath,
  ApiKeySchema,
  IssuedApiKeySchema,
  NewApiKey,
  Rotation,
  toApiKey,
} from './api-key-schemas.ts'

/** Adds `/api-keys`. */
export function serveApiKeys(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/api-keys',
    {
      schema: {
        operationId: 'createApiKey',
        tags: ['keys'],
        summary: 'Make an API key',
        description:
          'Its secret is in this answer and never again: Florin keeps only a keyed hash. When the answer is lost, revoke the key and make another.',
        querystring: noQuery,
        body: NewApiKey,
        response: {
          201: answer('The key, with its secret', IssuedApiKeySchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'authentication_not_set_up' }),
        },
      },
    },
    async (request, reply) => {
      const { name, scopes, expires_at: expiresAt } = request.body
      const asked = { name, scopes, expiresAt }
      const outcome = await florinOf(request).apiKeys.create(callerOf(request), asked)
      if (outcome.kind === 'accepted') {
        void reply.code(201).header('location', `/v2/api-keys/${outcome.result.id}`)
      }
      return sendIssued(reply, outcome)
    },
  )

  app.get(
    '/api-keys',
    {
      schema: {
        operationId: 'listApiKeys',
        tags: ['keys'],
        summary: 'API keys, oldest first, those that ended too',
        querystring: apiKeyList,
        response: { 200: answer('A page of keys', ApiKeyPage), ...problems('path') },
      },
    },
    async (request) => await apiKeyPage(florinOf(request), request.query),
  )

  app.get(
    '/api-keys/:api_key_id',
    {
      schema: {
        operationId: 'getApiKey',
        tags: ['keys'],
        summary: 'An API key',
        querystring: noQuery,
        params: ApiKeyPath,
        response: { 200: answer('The key', ApiKeySchema), ...problems('path', { 404: 'api_key_not_found' }) },
      },
    },
    async (request, reply) => {
      const id = request.params.api_key_id
      const key = await florinOf(request).apiKeys.find(id)
      return key === undefined ? sendProblem(reply, notFound('api_key', id)) : toApiKey(key)
    },
  )

  app.post(
    '/api-keys/:api_key_id/rotate',
    {
      schema: {
        operationId: 'rotateApiKey',
        tags: ['keys'],
        summary: 'Give an API key a new secret; the one it has stays good for a while',
        querystring: noQuery,
        params: ApiKeyPath,
        body: Rotation,
        response: {
          200: answer('The key, with its new secret', IssuedApiKeySchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'api_key_not_found', 409: 'api_key_revoked, api_key_expired' }),
        },
      },
    },
    async (request, reply) => {
      const { api_key_id: id } = request.params
      const { overlap_seconds: overlap } = request.body
      return sendIssued(reply, await florinOf(request).apiKeys.rotate(callerOf(request), id, overlap))
    },
  )

  app.delete(
    '/api-keys/:api_key_id',
    {
      schema: {
        operationId: 'revokeApiKey',
        tags: ['keys'],
        summary: 'End an API key, at once and for good',
        description: 'Other processes of the same Florin take it for one second more at most.',
        querystring: noQuery,
        params: ApiKeyPath,
        response: {
          200: answer('The key, revoked', ApiKeySchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'api_key_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const outcome = await florinOf(request).apiKeys.revoke(callerOf(request), request.params.api_key_id)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
      return toApiKey(outcome.result)
    },
  )
}

/** A page of API keys. */
export async function apiKeyPage({ apiKeys }: Florin, query: z.output<typeof apiKeyList>) {
  const { after } = query
  const keys = await apiKeys.list({ limit: rowsToRead(query), ...(after === undefined ? {} : { after }) })
  return toPage(keys, query, { position: ({ id }) => id, row: toApiKey })
}

function sendIssued(reply: FastifyReply, outcome: IssuedApiKey | Rejected) {
  markReplay(reply, outcome)
  if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
  return { ...toApiKey(outcome.result), key: outcome.secret }
}
