import type { FastifyReply } from 'fastify'
import type { OutcomeOf } from '#core/command.ts'
import type { SetRoles } from '#core/login-commands.ts'
import type { FlorinOf } from '../access.ts'
import { answer, problems } from '../answers.ts'
import { callerOf } from '../caller.ts'
import { noQuery } from '../fields.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  LoginSchema,
  NewPassword,
  NewRoles,
  SessionList,
  SessionPath,
  toLogin,
  toSession,
} from './login-schemas.ts'
import { UserPath } from './user-schemas.ts'

/** Adds what is below `/users/{user_id}` about logging in. */
export function serveLogins(app: ZodApp, florinOf: FlorinOf): void {
  const tags = ['login']
  const login = answer('How the user may log in', LoginSchema)
  const path = { querystring: noQuery, params: UserPath, tags }
  const changes = { 404: 'user_not_found', 409: 'roles_changed, authentication_not_set_up' }

  app.get(
    '/users/:user_id/login',
    {
      schema: {
        ...path,
        operationId: 'getLogin',
        summary: 'How a user may log in',
        response: { 200: login, ...problems('path', { 404: 'user_not_found' }) },
      },
    },
    async (request, reply) => {
      const id = request.params.user_id
      const found = await florinOf(request).logins.find(id)
      return found === undefined ? sendProblem(reply, notFound('user', id)) : toLogin(found)
    },
  )

  app.put(
    '/users/:user_id/roles',
    {
      schema: {
        ...path,
        operationId: 'setRoles',
        summary: "Set a user's roles",
        description:
          'They count at once, in the sessions that there are, too; in other processes within a second.',
        body: NewRoles,
        response: { 200: login, ...problems('body', changes) },
      },
    },
    async (request, reply) => {
      const { roles } = request.body
      const asked = { roles, ifRoles: null }
      const { user_id: id } = request.params
      return sendLogin(reply, await florinOf(request).logins.setRoles(callerOf(request), id, asked))
    },
  )

  app.put(
    '/users/:user_id/password',
    {
      schema: {
        ...path,
        operationId: 'setPassword',
        summary: "Set a user's password",
        description: 'Ends all sessions of the user. Only of users who may do nothing that you may not do.',
        body: NewPassword,
        response: { 200: login, ...problems('body', changes) },
      },
    },
    async (request, reply) => {
      const asked = { password: request.body.password, ifRoles: null }
      const { user_id: id } = request.params
      return sendLogin(reply, await florinOf(request).logins.setPassword(callerOf(request), id, asked))
    },
  )

  app.delete(
    '/users/:user_id/password',
    {
      schema: {
        ...path,
        operationId: 'removePassword',
        summary: "Take a user's password away: nobody can log in with it any more",
        description: 'Ends all sessions of the user.',
        response: { 200: login, ...problems('body', changes) },
      },
    },
    async (request, reply) => {
      const asked = { password: null, ifRoles: null }
      const { user_id: id } = request.params
      return sendLogin(reply, await florinOf(request).logins.setPassword(callerOf(request), id, asked))
    },
  )

  app.get(
    '/users/:user_id/sessions',
    {
      schema: {
        ...path,
        operationId: 'listSessions',
        summary: 'Where a user is logged in: the sessions that have not ended',
        response: {
          200: answer('The sessions, oldest first', SessionList),
          ...problems('path', { 404: 'user_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const id = request.params.user_id
      const { logins } = florinOf(request)
      if ((await logins.find(id)) === undefined) return sendProblem(reply, notFound('user', id))
      return { data: (await logins.listSessions(id)).map(toSession) }
    },
  )

  app.delete(
    '/users/:user_id/sessions',
    {
      schema: {
        ...path,
        operationId: 'endSessions',
        summary: 'End all sessions of a user',
        response: {
          200: answer('Those that ended', SessionList),
          ...problems('body', { 404: 'user_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { user_id: id } = request.params
      const outcome = await florinOf(request).logins.endSession(callerOf(request), id, null)
      if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
      return { data: outcome.result.map(toSession) }
    },
  )

  app.delete(
    '/users/:user_id/sessions/:session_id',
    {
      schema: {
        ...path,
        params: SessionPath,
        operationId: 'endSession',
        summary: 'End a session of a user',
        response: {
          200: answer('The session that ended', SessionList),
          ...problems('body', { 404: 'user_not_found, session_not_found' }),
        },
      },
    },
    async (request, reply) => {
      const { user_id: userId, session_id: id } = request.params
      const outcome = await florinOf(request).logins.endSession(callerOf(request), userId, id)
      if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
      return { data: outcome.result.map(toSession) }
    },
  )
}

function sendLogin(reply: FastifyReply, outcome: OutcomeOf<SetRoles>) {
  if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
  return toLogin(outcome.result)
}
