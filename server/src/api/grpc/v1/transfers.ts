import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { withFieldNames } from '../../http/field-names.ts'
import {
  isV1Transfer,
  NewTransferV1,
  toTransferV1,
  transferField,
  TransferPathV1,
} from '../../http/v1/schemas.ts'
import { parseMessage } from '../../http/validation.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'

/** florin.v1.TransferService */
export function createTransferService(edge: Edge): Handlers {
  return {
    CreateTransfer: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const asked = parseMessage(NewTransferV1, fields)
      const { source_account_id: source, destination_account_id: destination, amount } = asked
      const outcome = await withFieldNames(
        transferField,
        florin.transfers.post(callerOf(key), {
          id: null,
          postings: [{ source, destination, amount, currency: NO_CURRENCY.code }],
          reference: null,
          metadata: NO_METADATA,
          effectiveAt: null,
        }),
      )
      return answerOf(outcome, (transfer) => ({ transfer: toTransferV1(transfer) }), transferField)
    }),

    GetTransfer: unary(edge, async (fields, { florin }) => {
      const { id } = parseMessage(TransferPathV1, fields)
      const transfer = await florin.reader.findTransfer(id)
      return transfer === undefined || !isV1Transfer(transfer)
        ? failed(notFound('transfer', id))
        : answered({ transfer: toTransferV1(transfer) })
    }),
  }
}
