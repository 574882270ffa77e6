import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Florin } from '#app/florin.ts'
import type { CreateHold, OutcomeOf } from '#core/command.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { noBody, noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import { rowsToRead, toPage } from '../pages.ts'
import { notFound, refusalProblem, sendProblem } from '../problems.ts'
import type { ZodApp } from '../validation.ts'
import {
  CaptureSchema,
  holdList,
  HoldPage,
  HoldPath,
  HoldSchema,
  NewCapture,
  NewHold,
  toHold,
} from './hold-schemas.ts'
import { toTransfer, TRANSFERS_PATH } from './transfer-schemas.ts'

/** Adds `/holds`. */
export function serveHolds(app: ZodApp, florinOf: FlorinOf): void {
  app.post(
    '/holds',
    {
      schema: {
        operationId: 'createHold',
        tags: ['holds'],
        summary: 'Reserve money: held on the source, announced to the destination',
        description:
          'Refused for what a transfer of the amount would be refused for. What a policy charges for it is agreed and reserved now.',
        querystring: noQuery,
        body: NewHold,
        response: {
          201: answer('The hold, open', HoldSchema, ['Location', 'Idempotency-Replayed']),
          ...problems('body'),
        },
      },
    },
    async (request, reply) => {
      const { expires_at: expiresAt, ...asked } = request.body
      const outcome = await florinOf(request).holds.create(callerOf(request), { ...asked, expiresAt })
      if (outcome.kind === 'accepted') {
        void reply.code(201).header('location', `/v2/holds/${outcome.result.id}`)
      }
      return sendHold(reply, outcome)
    },
  )

  app.get(
    '/holds',
    {
      schema: {
        operationId: 'listHolds',
        tags: ['holds'],
        summary: 'Holds, newest first',
        querystring: holdList,
        response: { 200: answer('A page of holds', HoldPage), ...problems('path') },
      },
    },
    async (request) => await holdPage(florinOf(request), request.query),
  )

  app.get(
    '/holds/:hold_id',
    {
      schema: {
        operationId: 'getHold',
        tags: ['holds'],
        summary: 'A hold',
        querystring: noQuery,
        params: HoldPath,
        response: { 200: answer('The hold', HoldSchema), ...problems('path', { 404: 'hold_not_found' }) },
      },
    },
    async (request, reply) => {
      const { params } = request
      const hold = await florinOf(request).reader.findHold(params.hold_id)
      return hold === undefined ? sendProblem(reply, notFound('hold', params.hold_id)) : toHold(hold)
    },
  )

  app.post(
    '/holds/:hold_id/capture',
    {
      schema: {
        operationId: 'captureHold',
        tags: ['holds'],
        summary: 'Move reserved money, whole or in part',
        description:
          "The transfer has the hold's reference and metadata. The hold ends with the last capture, or with `release_rest`.",
        querystring: noQuery,
        params: HoldPath,
        body: NewCapture,
        response: {
          200: answer('The hold as it is now, and the transfer', CaptureSchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'hold_not_found', 409: ENDED }),
        },
      },
    },
    async (request, reply) => {
      const { amount, release_rest: releaseRest } = request.body
      const asked = { amount, releaseRest }
      const outcome = await florinOf(request).holds.capture(callerOf(request), request.params.hold_id, asked)
      markReplay(reply, outcome)
      if (outcome.kind === 'rejected') {
        return sendProblem(
          reply,
          refusalProblem(outcome, { ofPath: true, fieldName: ofHold, transferPath: TRANSFERS_PATH }),
        )
      }
      const { hold, transfer } = outcome.result
      return { hold: toHold(hold), transfer: toTransfer(transfer) }
    },
  )

  app.post(
    '/holds/:hold_id/release',
    {
      schema: {
        operationId: 'releaseHold',
        tags: ['holds'],
        summary: 'Let go of what is still reserved',
        querystring: noQuery,
        params: HoldPath,
        body: noBody,
        response: {
          200: answer('The hold, ended', HoldSchema, ['Idempotency-Replayed']),
          ...problems('body', { 404: 'hold_not_found', 409: ENDED }),
        },
      },
    },
    async (request, reply) =>
      sendHold(reply, await florinOf(request).holds.release(callerOf(request), request.params.hold_id)),
  )
}

const ENDED = 'hold_captured, hold_released, hold_expired'

/** A page of holds. */
export async function holdPage({ reader }: Florin, query: z.output<typeof holdList>) {
  const { after, filters } = query
  const holds = await reader.listHolds({
    limit: rowsToRead(query),
    ...(after === undefined ? {} : { before: after }),
    ...(filters.account_id === undefined ? {} : { accountId: filters.account_id }),
    ...(filters.status === undefined ? {} : { status: filters.status }),
  })
  return toPage(holds, query, { position: ({ id }) => id, row: toHold })
}

/** The accounts of a capture are the hold's. */
export function ofHold(field: string): string {
  return field.startsWith('postings[') ? 'hold_id' : field
}

function sendHold(reply: FastifyReply, outcome: OutcomeOf<CreateHold>) {
  markReplay(reply, outcome)
  if (outcome.kind === 'rejected') return sendProblem(reply, refusalProblem(outcome, { ofPath: true }))
  return toHold(outcome.result)
}
