import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { BulkResult } from '#app/bulk.ts'
import type { Caller } from '#app/request.ts'
import type { FlorinOf } from '../access.ts'
import { callerOf, markReplay } from '../caller.ts'
import { withFieldNames } from '../field-names.ts'
import { noQuery } from '../fields.ts'
import { answer, problems } from '../answers.ts'
import type { HttpLog } from '../log.ts'
import { idsOf, refusalProblem, sendProblem } from '../problems.ts'
import { sendPieces } from '../streams.ts'
import type { ZodApp } from '../validation.ts'
import {
  bulkNames,
  BulkResults,
  BulkResultSchema,
  NewBulk,
  toBulkResult,
  type AskedItem,
} from './bulk-schemas.ts'
import { TRANSFERS_PATH } from './transfer-schemas.ts'

const NDJSON = 'application/x-ndjson'
/** Bytes of a bulk: 10,000 items of 1.6 KiB. */
const BULK_SIZE_MAX = 16 * 1024 * 1024

type Shown = z.output<typeof BulkResultSchema>

/** A request, its answer, and how results are shown in it. */
interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly show: (result: BulkResult, index: number) => Shown
}

/** Adds `/transfers/bulk`. */
export function serveBulk(app: ZodApp, florinOf: FlorinOf, log: HttpLog): void {
  const answers = answer('One result an item, in their order', BulkResults, ['Idempotency-Replayed'])

  app.post(
    '/transfers/bulk',
    {
      bodyLimit: BULK_SIZE_MAX,
      schema: {
        operationId: 'createTransfers',
        tags: ['transfers'],
        summary: 'Move money many times: up to 10,000 transfers, all or none, or each by itself',
        description:
          'In atomic mode the first item that is refused refuses all: `errors` names it. In independent mode every item has its outcome. With `Accept: application/x-ndjson` results come one a line, as they become known.',
        querystring: noQuery,
        body: NewBulk,
        response: {
          200: { ...answers, content: { ...answers.content, [NDJSON]: { schema: BulkResultSchema } } },
          ...problems('body', { 413: 'The body has more than 16 MiB' }),
        },
      },
    },
    async (request, reply) => {
      const { mode, items } = request.body
      const caller = callerOf(request)
      const show = (result: BulkResult, index: number): Shown =>
        toBulkResult(index, result, { item: items[index] as AskedItem, ids: idsOf(request) })
      return mode === 'atomic'
        ? await sendAtomic(caller, items, { request, reply, show })
        : await sendIndependent(caller, items, { request, reply, show })
    },
  )

  async function sendAtomic(caller: Caller, items: readonly AskedItem[], exchange: Exchange) {
    const { request, reply, show } = exchange
    const fieldName = bulkNames(items)
    const outcome = await withFieldNames(fieldName, florinOf(request).bulk.atomic(caller, items))
    markReplay(reply, outcome)
    if (outcome.kind === 'rejected') {
      return sendProblem(reply, refusalProblem(outcome, { fieldName, transferPath: TRANSFERS_PATH }))
    }
    const results = outcome.result.map((transfer, i) => show({ kind: 'posted', transfer }, i))
    return wantsLines(request)
      ? await sendPieces(reply, { type: NDJSON, pieces: linesOf([results]), log })
      : { results }
  }

  async function sendIndependent(caller: Caller, items: readonly AskedItem[], exchange: Exchange) {
    const { request, reply, show } = exchange
    const shown = showAll(florinOf(request).bulk.independent(caller, items), show)
    if (wantsLines(request)) return await sendPieces(reply, { type: NDJSON, pieces: linesOf(shown), log })
    const results: Shown[] = []
    for await (const known of shown) results.push(...known)
    return { results }
  }
}

function wantsLines({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes(NDJSON) ?? false
}

async function* showAll(
  results: AsyncIterable<readonly BulkResult[]>,
  show: (result: BulkResult, index: number) => Shown,
): AsyncGenerator<Shown[]> {
  let index = 0
  for await (const known of results) {
    yield known.map((result) => show(result, index++))
  }
}

async function* linesOf(
  results: Iterable<readonly Shown[]> | AsyncIterable<readonly Shown[]>,
): AsyncGenerator<string> {
  for await (const known of results) yield known.map((result) => `${JSON.stringify(result)}\n`).join('')
}
