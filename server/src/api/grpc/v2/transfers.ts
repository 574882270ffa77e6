import type { ShownSimulation } from '#app/shown.ts'
import { withFieldNames } from '../../http/field-names.ts'
import { parseMessage } from '../../http/validation.ts'
import { NewReversal, ofOriginal } from '../../http/v2/reversals.ts'
import { toSimulatedEntries } from '../../http/v2/simulations.ts'
import { toApproval } from '../../http/v2/approval-schemas.ts'
import { toTransfer, transferList, TransferPath } from '../../http/v2/transfer-schemas.ts'
import { transferPage } from '../../http/v2/transfers.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound, refusalProblem, toRpcStatus } from '../problems.ts'
import { bulkCreateTransfers } from './bulk.ts'
import { readList } from './lists.ts'
import { readTransfer } from './new-transfer.ts'
import { postTransfers } from './post-transfers.ts'

/** florin.v2.TransferService */
export function createTransferService(edge: Edge): Handlers {
  return {
    CreateTransfer: unary(edge, async ({ idempotency_key: key, transfer }, { florin, callerOf }) => {
      const { request, fieldName } = readTransfer(transfer)
      const outcome = await withFieldNames(fieldName, florin.transfers.create(callerOf(key), request))
      return outcome.kind === 'accepted' && outcome.made === 'approval'
        ? answerOf(outcome, (approval) => ({ approval: toApproval(approval) }))
        : answerOf(outcome, (posted) => ({ transfer: toTransfer(posted) }), fieldName)
    }),

    GetTransfer: unary(edge, async (fields, { florin }) => {
      const { transfer_id: id } = parseMessage(TransferPath, fields)
      const transfer = await florin.reader.findTransfer(id)
      return transfer === undefined
        ? failed(notFound('transfer', id))
        : answered({ transfer: toTransfer(transfer) })
    }),

    ListTransfers: unary(edge, async (fields, { florin }) => {
      const { data: transfers, ...page } = await transferPage(florin, readList(transferList, fields))
      return answered({ transfers, ...page })
    }),

    ReverseTransfer: unary(edge, async ({ idempotency_key: key, transfer_id: id, ...fields }, call) => {
      const { transfer_id: original } = parseMessage(TransferPath, { transfer_id: id })
      const asked = parseMessage(NewReversal, fields)
      const outcome = await call.florin.transfers.reverse(call.callerOf(key), original, asked)
      return answerOf(outcome, (reversal) => ({ transfer: toTransfer(reversal) }), ofOriginal)
    }),

    SimulateTransfer: unary(edge, async ({ transfer }, { florin, callerOf, requestId }) => {
      const { request, fieldName } = readTransfer(transfer)
      const asked = florin.transfers.simulate(callerOf(undefined), request)
      const outcome = await withFieldNames(fieldName, asked)
      return answerOf(outcome, (simulation) => toSimulation(simulation, fieldName, requestId), fieldName)
    }),

    BulkCreateTransfers: bulkCreateTransfers(edge),

    PostTransfers: postTransfers(edge),
  }
}

function toSimulation(
  { outcome, entries }: ShownSimulation,
  fieldName: (field: string) => string,
  requestId: string,
): object {
  if (outcome.kind === 'accepted') {
    if (outcome.made === 'approval') return { would: 'pend', approval: toApproval(outcome.result) }
    const transfer = outcome.result
    return { would: 'post', transfer: toTransfer(transfer), entries: toSimulatedEntries(transfer, entries) }
  }
  const { transfer } = outcome
  // Nothing is recorded, so there is no failed transfer to point to.
  const problem = refusalProblem({ ...outcome, transfer: null }, fieldName)
  return {
    would: 'refuse',
    transfer: transfer && toTransfer(transfer),
    error: toRpcStatus(problem, requestId),
  }
}
