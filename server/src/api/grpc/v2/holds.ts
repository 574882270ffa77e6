import { parseMessage } from '../../http/validation.ts'
import { holdList, HoldPath, NewCapture, NewHold, toHold } from '../../http/v2/hold-schemas.ts'
import { holdPage, ofHold } from '../../http/v2/holds.ts'
import { toTransfer } from '../../http/v2/transfer-schemas.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import { notFound } from '../problems.ts'
import { readList } from './lists.ts'

/** florin.v2.HoldService */
export function createHoldService(edge: Edge): Handlers {
  return {
    CreateHold: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { expires_at: expiresAt, ...asked } = parseMessage(NewHold, fields)
      const outcome = await florin.holds.create(callerOf(key), { ...asked, expiresAt })
      return answerOf(outcome, (hold) => ({ hold: toHold(hold) }))
    }),

    GetHold: unary(edge, async (fields, { florin }) => {
      const { hold_id: id } = parseMessage(HoldPath, fields)
      const hold = await florin.reader.findHold(id)
      return hold === undefined ? failed(notFound('hold', id)) : answered({ hold: toHold(hold) })
    }),

    ListHolds: unary(edge, async (fields, { florin }) => {
      const { data: holds, ...page } = await holdPage(florin, readList(holdList, fields))
      return answered({ holds, ...page })
    }),

    CaptureHold: unary(edge, async ({ idempotency_key: key, hold_id: id, ...fields }, call) => {
      const path = parseMessage(HoldPath, { hold_id: id })
      const { amount, release_rest: releaseRest } = parseMessage(NewCapture, fields)
      const asked = { amount, releaseRest }
      const outcome = await call.florin.holds.capture(call.callerOf(key), path.hold_id, asked)
      return answerOf(
        outcome,
        ({ hold, transfer }) => ({ hold: toHold(hold), transfer: toTransfer(transfer) }),
        ofHold,
      )
    }),

    ReleaseHold: unary(edge, async ({ idempotency_key: key, ...fields }, { florin, callerOf }) => {
      const { hold_id: id } = parseMessage(HoldPath, fields)
      const outcome = await florin.holds.release(callerOf(key), id)
      return answerOf(outcome, (hold) => ({ hold: toHold(hold) }))
    }),
  }
}
