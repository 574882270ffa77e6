import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { CreateUser, OutcomeOf } from '#core/command.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { ifMatchOf, toETag } from '../etag.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import { NewUser, toUser, UserChanges, userList, UserPage, UserPath, UserSchema } from './user-schemas.ts'

/** Adds `/users`. */
export function serveUsers(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/users',
    {
      schema: {
        operationId: 'createUser',
        tags: ['users'],
        summary: 'Make a user',
        querystring: noQuery,
        body: NewUser,
        response: {
          201: answer('The user', UserSchema, ['Location', 'ETag', 'Idempotency-Replayed']),
          ...problems('body', { 409: 'user_exists, email_taken' }),
        },
      },
    },
    async (request, reply) => {
      const { id = null, ...profile } = request.body
      const outcome = await florinOf(request).users.create(callerOf(request), { id, ...profile })
      if (outcome.kind === 'accepted') {
        void reply.code(201).header('location', `/v2/users/${outcome.result.id}`)
      }
      return sendUser(reply, outcome)
    },
  )

  app.get(
    '/users',
    {
      schema: {
        operationId: 'listUsers',
        tags: ['users'],
        summary: 'Users, oldest first',
        querystring: userList,
        response: { 200: answer('A page of users', UserPage), ...problems('path') },
      },
    },
    async (request) => await userPage(florinOf(request), request.query),
  )

  app.get(
    '/users/:user_id',
    {
      schema: {
        operationId: 'getUser',
        tags: ['users'],
        summary: 'A user',
        querystring: noQuery,
        params: UserPath,
        response: {
          200: answer('The user', UserSchema, ['ETag']),
          ...problems('path', { 404: 'user_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { params } = request
      const user = await florinOf(request).directory.findUser(params.user_id)
      if (user === undefined) return sendProblem(reply, notFound('user', params.user_id))
      void reply.header('etag', toETag(user.version))
      return toUser(user)
    },
  )

  app.patch(
    '/users/:user_id',
    {
      schema: {
        operationId: 'updateUser',
        tags: ['users'],
        summary: "Change a user's name, e-mail address or metadata",
        description: 'What is absent stays; metadata is replaced as a whole.',
        querystring: noQuery,
        params: UserPath,
        body: UserChanges,
        response: {
          200: answer('The user as changed', UserSchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', {
            404: 'user_not_found',
            409: 'email_taken, user_erased',
            412: 'version_mismatch',
          }),
        },
      },
    },
    async (request, reply) => {
      const { name, email, metadata } = request.body
      const outcome = await florinOf(request).users.update(callerOf(request), request.params.user_id, {
        ifVersion: ifMatchOf(request),
        changes: {
          ...(name === undefined ? {} : { name }),
          ...(email === undefined ? {} : { email }),
          ...(metadata === undefined ? {} : { metadata }),
        },
      })
      return sendUser(reply, outcome)
    },
  )

  app.post(
    '/users/:user_id/erase',
    {
      schema: {
        operationId: 'eraseUser',
        tags: ['users'],
        summary: 'Erase who a user is: name and e-mail address, for good',
        description:
          'The id, accounts, metadata and everything in the ledger stay. The address is free for another user. Erasing once more changes nothing.',
        querystring: noQuery,
        params: UserPath,
        response: {
          200: answer('The user, without name and address', UserSchema, ['ETag', 'Idempotency-Replayed']),
          ...problems('body', { 404: 'user_not_found' }),
        },
      },
    },
    async (request, reply) =>
      sendUser(
        reply,
        await florinOf(request).users.erase(callerOf(request), request.params.user_id, { ifRoles: null }),
      ),
  )
}

/** A page of users. */
export async function userPage({ directory }: Florin, query: z.output<typeof userList>) {
  const { after } = query
  const limit = rowsToRead(query)
  const users = await directory.listUsers({ limit, ...(after === undefined ? {} : { after }) })
  return toPage(users, query, { position: ({ id }) => id, row: toUser })
}

function sendUser(reply: FastifyReply, outcome: OutcomeOf<CreateUser>) {
  markReplay(reply, outcome)
  if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
  void reply.header('etag', toETag(outcome.result.version))
  return toUser(outcome.result)
}
