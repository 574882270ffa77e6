import { NO_CURRENCY } from '#core/currency.ts'
import { NO_METADATA } from '#core/metadata.ts'
import { formatAmountTrimmed } from '#core/money.ts'
import type { Transfer } from '#core/transfer.ts'
import { withFieldNames } from '../../http/field-names.ts'
import { isV1Transfer, NewTransferV1, transferField, TransferPathV1 } from '../../http/v1/schemas.ts'
import { answered, answerOf, failed, unary, type Edge } from '../calls.ts'
import type { Transfer as TransferMessage } from '../gen/florin/v1/Transfer.ts'
import type { TransferServiceHandlers } from '../gen/florin/v1/TransferService.ts'
import { toTimestamp } from '../instants.ts'
import { notFound } from '../problems.ts'
import { readRequest } from '../requests.ts'

/** florin.v1.TransferService */
export function createTransferService(edge: Edge): TransferServiceHandlers {
  const { florin } = edge
  return {
    CreateTransfer: unary(edge, async ({ idempotency_key: key, ...fields }, call) => {
      const asked = readRequest(NewTransferV1, fields)
      const { source_account_id: source, destination_account_id: destination, amount } = asked
      const outcome = await withFieldNames(
        transferField,
        florin.transfers.post(call.callerOf(key), {
          id: null,
          postings: [{ source, destination, amount, currency: NO_CURRENCY.code }],
          reference: null,
          metadata: NO_METADATA,
          effectiveAt: null,
        }),
      )
      return answerOf(outcome, (transfer) => ({ transfer: toTransfer(transfer) }), transferField)
    }),

    GetTransfer: unary(edge, async (request) => {
      const { id } = readRequest(TransferPathV1, request)
      const transfer = await florin.reader.findTransfer(id)
      return transfer === undefined || !isV1Transfer(transfer)
        ? failed(notFound('transfer', id))
        : answered({ transfer: toTransfer(transfer) })
    }),
  }
}

/** Renders a transfer, which must have one posting. */
function toTransfer(transfer: Transfer): TransferMessage {
  const { source, destination, amount, scale } = transfer.postings[0] as Transfer['postings'][number]
  const common = {
    id: transfer.id,
    source_account_id: source,
    destination_account_id: destination,
    amount: formatAmountTrimmed(amount, scale),
    created_at: toTimestamp(transfer.createdAt),
  }
  if (transfer.status === 'failed') {
    const { code, message } = transfer.refusal
    return { ...common, status: 'TRANSFER_STATUS_FAILED', failure: { code, message } }
  }
  const { sourceLeg, destinationLeg } = transfer.postings[0] as (typeof transfer.postings)[number]
  return {
    ...common,
    status: 'TRANSFER_STATUS_POSTED',
    source_balance_after: formatAmountTrimmed(sourceLeg.balanceAfter, scale),
    destination_balance_after: formatAmountTrimmed(destinationLeg.balanceAfter, scale),
  }
}
