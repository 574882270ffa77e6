// TransferService/PostTransfers: transfers as they come, their outcomes in the same order.
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js'
import type { BulkResult } from '#app/bulk.ts'
import { AppError } from '#core/errors.ts'
import type { HttpLog } from '../../http/log.ts'
import { withFieldNames } from '../../http/field-names.ts'
import { callOf, wellFormed, type Call, type Edge } from '../calls.ts'
import type { Fields } from '../codec.ts'
import { answerMetadata } from '../metadata.ts'
import { problemOf, refusalProblem } from '../problems.ts'
import { closingProblem, endStream, keepAsking } from '../streams.ts'
import { readTransfer } from './new-transfer.ts'
import { toItemResult } from './outcomes.ts'

/** So many transfers of a stream may be without an answer, which is what one commit carries; then it is read no further. */
const UNANSWERED_MAX = 1000

type Rpc = ServerDuplexStream<Fields, object>

/** The method. */
export function postTransfers(edge: Edge): handleBidiStreamingCall<Fields, object> {
  return (rpc) => {
    const call = callOf(rpc, edge)
    const barred = keepAsking(rpc, call)
    rpc.sendMetadata(answerMetadata(call))
    const answers = createAnswers(rpc, () => {
      const problem = edge.closing.aborted ? closingProblem : null
      endStream(rpc, call, barred.aborted ? problemOf(barred.reason, call, edge.log) : problem)
    })
    let index = 0

    rpc.on('data', (message: Fields) => {
      const answer = answers.expect()
      const place = index++
      void outcomeOf(call, message, edge.log).then((outcome) => answer({ index: place, ...outcome }))
    })
    // What was read is answered, whoever ends the stream.
    const close = (): void => answers.close()
    rpc.once('end', close)
    barred.addEventListener('abort', close)
    edge.closing.addEventListener('abort', close)
    rpc.once('close', () => edge.closing.removeEventListener('abort', close))
  }
}

/** Never rejects: what is wrong with one transfer does not end the stream. */
async function outcomeOf(call: Call, message: Fields, log: HttpLog): Promise<object> {
  const told = { fieldName: (field: string) => field, requestId: call.requestId }
  try {
    const { transfer, idempotency_key: key } = wellFormed(message)
    // It is not answered meanwhile, so in the end the stream is read no faster.
    if (call.pay !== null) await call.pay()
    const { request, fieldName } = readTransfer(transfer)
    const outcome = await withFieldNames(fieldName, call.florin.transfers.post(call.callerOf(key), request))
    const result: BulkResult =
      outcome.kind === 'accepted'
        ? { kind: 'posted', transfer: outcome.result }
        : { kind: 'refused', rejected: outcome }
    if (outcome.kind === 'rejected' && !outcome.replayed)
      call.note(refusalProblem(outcome, fieldName), transfer)
    return { ...toItemResult(result, { ...told, fieldName }), replayed: outcome.replayed }
  } catch (error) {
    call.note(problemOf(error, call, log), message['transfer'])
    const known = error instanceof AppError ? error : new AppError('internal', '', { cause: error })
    return toItemResult({ kind: 'error', error: known }, told)
  }
}

/** Answers in the order in which they were expected, as fast as the client takes them. */
function createAnswers(rpc: Rpc, end: () => void) {
  const slots: { answer: object | null }[] = []
  let blocked = false
  let closed = false

  function expect(): (answer: object) => void {
    const slot: (typeof slots)[number] = { answer: null }
    if (slots.push(slot) >= UNANSWERED_MAX) rpc.pause()
    return (answer) => {
      slot.answer = answer
      if (slot === slots[0]) flush()
    }
  }

  function flush(): void {
    for (let answer = slots[0]?.answer; answer && !blocked; answer = slots[0]?.answer) {
      slots.shift()
      blocked = !rpc.write(answer)
    }
    if (closed && slots.length === 0) end()
    else if (!closed && slots.length < UNANSWERED_MAX && rpc.isPaused()) rpc.resume()
  }

  rpc.on('drain', () => {
    blocked = false
    flush()
  })

  return {
    expect,
    close(): void {
      if (closed) return
      closed = true
      rpc.pause()
      flush()
    },
  }
}
