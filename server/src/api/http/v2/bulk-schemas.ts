// What v2 reads and answers about bulks.
import { z } from 'zod'
import { BULK_ITEMS_MAX, type BulkItem, type BulkResult } from '#app/bulk.ts'
import type { AppError } from '#core/errors.ts'
import { parseIdempotencyKey } from '../caller.ts'
import { renamed } from '../field-names.ts'
import { parsedText } from '../fields.ts'
import { ProblemSchema } from '../answers.ts'
import { edgeProblem, errorProblem, problemBody, refusalProblem, type Ids } from '../problems.ts'
import { namesOf, readTransfer, transferForms, transferShape, type AskedTransfer } from './new-transfer.ts'
import { toTransfer, TRANSFERS_PATH, TransferSchema } from './transfer-schemas.ts'

/** An item as it was asked for. */
export type AskedItem = BulkItem & AskedTransfer

const Item = z
  .strictObject({
    ...transferShape,
    idempotency_key: parsedText(parseIdempotencyKey, {
      description:
        'Of this item alone; `<Idempotency-Key of the request>/<index>` when absent and mode is independent',
    })
      .nullable()
      .default(null),
    linked: z
      .boolean()
      .default(false)
      .meta({ description: 'Succeeds or fails together with the next item; not on the last one' }),
  })
  .meta({ id: 'BulkItem', oneOf: transferForms })
  .transform((body, ctx): AskedItem => {
    const { idempotency_key: idempotencyKey, linked } = body
    return { ...readTransfer(body, ctx), idempotencyKey, linked }
  })

/** `POST /v2/transfers/bulk` */
export const NewBulk = z
  .strictObject({
    mode: z.enum(['atomic', 'independent']).meta({
      description:
        'atomic: all or none, in one commit. independent: each item by itself, linked ones together',
    }),
    items: z
      .array(Item)
      .min(1)
      .max(BULK_ITEMS_MAX)
      .superRefine((items, ctx) => {
        if (items.at(-1)?.linked !== true) return
        const path = [items.length - 1, 'linked']
        ctx.addIssue({ code: 'custom', path, message: 'must not be true on the last item', input: true })
      }),
  })
  .meta({
    id: 'NewBulk',
    examples: [
      {
        mode: 'independent',
        items: [
          { source: '1001', destination: '2002', amount: '5.00', currency: 'EUR', linked: true },
          { source: '2002', destination: '3003', amount: '5.00', currency: 'EUR' },
        ],
      },
    ],
  })

/** What became of an item; a line of NDJSON. */
export const BulkResultSchema = z
  .strictObject({
    index: z.int().meta({ description: 'Place of the item in the request' }),
    status: z.enum(['posted', 'failed', 'not_posted', 'unknown']).meta({
      description:
        'failed: not valid, or refused. not_posted: nothing was wrong with it, but it was linked to one that failed, or Florin was unavailable. unknown: the store did not answer in time; the same request with the same key tells',
    }),
    transfer: TransferSchema.optional(),
    error: ProblemSchema.optional().meta({
      description: 'What the item alone would have been answered with',
    }),
  })
  .meta({ id: 'BulkResult' })

/** The results of all items. */
export const BulkResults = z.strictObject({ results: z.array(BulkResultSchema) }).meta({ id: 'BulkResults' })

/** The caller's names for fields of a bulk: items that were written flat have no postings. */
export function bulkNames(items: readonly AskedItem[]): (field: string) => string {
  return (field) => {
    const [, i, own] = /^items\[(\d+)\]\.(.+)$/.exec(field) ?? []
    const item = items[Number(i)]
    return item === undefined || own === undefined ? field : `items[${i}].${namesOf(item)(own)}`
  }
}

/** Renders what became of an item. */
export function toBulkResult(
  index: number,
  result: BulkResult,
  { item, ids }: { readonly item: AskedItem; readonly ids: Ids },
): z.output<typeof BulkResultSchema> {
  switch (result.kind) {
    case 'posted':
      return { index, status: 'posted', transfer: toTransfer(result.transfer) }
    case 'refused': {
      const wording = { fieldName: namesOf(item), transferPath: TRANSFERS_PATH }
      const error = problemBody(refusalProblem(result.rejected, wording), ids)
      return { index, status: 'failed', error }
    }
    case 'error': {
      const problem = errorProblem(renamed(result.error, namesOf(item)))
      return { index, status: statusOf(result.error), error: problemBody(problem, ids) }
    }
    case 'linked': {
      const problem = edgeProblem(
        'linked_failed',
        `item ${result.failed} failed, which this one is linked to`,
      )
      return { index, status: 'not_posted', error: problemBody(problem, ids) }
    }
  }
}

/** What became of an item that ended with an error. */
export function statusOf({ kind, retry }: AppError): 'failed' | 'not_posted' | 'unknown' {
  if (kind !== 'unavailable') return 'failed'
  return retry === 'unknown' ? 'unknown' : 'not_posted'
}
