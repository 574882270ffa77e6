import type { BulkResult } from '#app/bulk.ts'
import { withFieldNames } from '../../http/field-names.ts'
import { parseMessage } from '../../http/validation.ts'
import { bulkNames, NewBulk, type AskedItem } from '../../http/v2/bulk-schemas.ts'
import { namesOf } from '../../http/v2/new-transfer.ts'
import { answered, answerOf, unary, type Answer, type Edge } from '../calls.ts'
import type { Fields } from '../codec.ts'
import { movedName, toRest } from './new-transfer.ts'
import { toItemResult } from './outcomes.ts'

/** TransferService/BulkCreateTransfers */
export function bulkCreateTransfers(edge: Edge) {
  return unary(edge, async ({ idempotency_key: key, items: sent = [], ...fields }, call): Promise<Answer> => {
    const transfers = (sent as Fields[]).map(({ transfer }) => transfer as Fields | undefined)
    /** REST writes an item flat, so it has no `transfer`. */
    const itemName = (index: number, field: string): string =>
      OWN_FIELDS.test(field) ? field : `transfer.${movedName(transfers[index], field)}`
    const fieldName = (field: string): string => {
      const [, index = '', own] = /^items\[(\d+)\]\.(.+)$/.exec(field) ?? []
      return own === undefined ? field : `items[${index}].${itemName(Number(index), own)}`
    }

    const asked = await withFieldNames(fieldName, readBulk(fields, sent as Fields[]))
    const { mode, items } = asked
    const { bulk } = call.florin
    const caller = call.callerOf(key)
    const show = (result: BulkResult, index: number): object => {
      const restName = namesOf(items[index] as AskedItem)
      const named = (field: string): string => itemName(index, restName(field))
      return { index, ...toItemResult(result, { fieldName: named, requestId: call.requestId }) }
    }
    if (mode === 'atomic') {
      const name = (field: string): string => fieldName(bulkNames(items)(field))
      const outcome = await withFieldNames(name, bulk.atomic(caller, items))
      const toResults = (posted: readonly Extract<BulkResult, { kind: 'posted' }>['transfer'][]) =>
        posted.map((transfer, index) => show({ kind: 'posted', transfer }, index))
      return answerOf(outcome, (posted) => ({ results: toResults(posted) }), name)
    }
    const results: object[] = []
    for await (const known of bulk.independent(caller, items)) {
      for (const result of known) results.push(show(result, results.length))
    }
    return answered({ results })
  })
}

const OWN_FIELDS = /^(idempotency_key|linked)$/

async function readBulk(fields: Fields, items: readonly Fields[]) {
  const flat = items.map(({ transfer, ...own }) => ({ ...toRest((transfer ?? {}) as Fields), ...own }))
  return parseMessage(NewBulk, { ...fields, items: flat })
}
