// What became of one transfer among many: of a bulk, or of a stream.
import type { BulkResult } from '#app/bulk.ts'
import { invalidFields, type AppError } from '#core/errors.ts'
import { statusOf } from '../../http/v2/bulk-schemas.ts'
import { toTransfer } from '../../http/v2/transfer-schemas.ts'
import { status } from '@grpc/grpc-js'
import { errorProblem, refusalProblem, toRpcStatus, type RpcProblem } from '../problems.ts'

/** How an item is told. */
interface Wording {
  readonly fieldName: (field: string) => string
  readonly requestId: string
}

/** Renders what became of an item. */
export function toItemResult(result: BulkResult, { fieldName, requestId }: Wording): object {
  switch (result.kind) {
    case 'posted':
      return { status: 'posted', transfer: toTransfer(result.transfer) }
    case 'refused':
      return { status: 'failed', error: toRpcStatus(refusalProblem(result.rejected, fieldName), requestId) }
    case 'error':
      return {
        status: statusOf(result.error),
        error: toRpcStatus(namedProblem(result.error, fieldName), requestId),
      }
    case 'linked':
      return { status: 'not_posted', error: toRpcStatus(linkedProblem(result.failed), requestId) }
  }
}

function namedProblem(error: AppError, fieldName: (field: string) => string): RpcProblem {
  if (error.kind !== 'validation') return errorProblem(error)
  return errorProblem(
    invalidFields(error.fields.map(({ field, message }) => ({ field: fieldName(field), message }))),
  )
}

function linkedProblem(failed: number): RpcProblem {
  const message = `item ${failed} failed, which this one is linked to`
  return { status: status.ABORTED, reason: 'linked_failed', message, errors: [], info: {} }
}
