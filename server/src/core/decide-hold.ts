// Holds: made under the same guards as a transfer, captured and released afterwards.
import type { CaptureHold, CreateHold, OutcomeOf, Rejected, ReleaseHold } from './command.ts'
import { expectDefined } from './assert.ts'
import { carryOut, recordRefusal } from './decide-transfer.ts'
import { attempt, putHold, type Draft } from './draft.ts'
import { holdChanged, holdCreated } from './facts.ts'
import { capturable, feeTaken, isDue, reserved, type Hold } from './hold.ts'
import type { HoldId } from './ids.ts'
import { formatAmount, MINOR_MAX } from './money.ts'
import { accepted, rejected, rejectedFor } from './outcome.ts'
import { withAmounts } from './amounts.ts'
import { moneyRefusal, overflowRefusal, structureRefusal } from './rules.ts'
import type { Refusal } from './codes.ts'
import type { Posting } from './transfer.ts'
import type { WorkingSet } from './working-set.ts'

/**
 * Reserves money, or refuses: expires_at_in_past, and whatever a transfer of the amount would be refused for. The
 * fee of such a transfer is reserved with it. A hold does not wait for approval: approval_required.
 */
export function decideCreateHold(draft: Draft, command: CreateHold): OutcomeOf<CreateHold> {
  const { id, source, destination, amount, currency, scale, expiresAt, reference, metadata, principal } =
    command
  const { at } = draft.changes
  if (expiresAt !== null && expiresAt <= at) {
    return rejected('expires_at_in_past', 'expires_at', `it is ${at} now`)
  }
  const asked: Posting = { source, destination, amount, currency, scale, role: null }
  const refusal = structureRefusal(draft.state, [asked])
  if (refusal !== null) return refused(refusal)
  const postings = withAmounts(draft.state, [asked])
  const fee = postings.find(({ role }) => role?.kind === 'fee')
  const hold: Hold = {
    id,
    status: 'open',
    source,
    destination,
    amount,
    currency,
    scale,
    captured: 0n,
    fee: fee === undefined ? null : { account: fee.destination, amount: fee.amount },
    expiresAt,
    reference,
    metadata,
    createdAt: at,
    updatedAt: at,
  }
  const moneyRefused =
    moneyRefusal(draft.state, postings, { limits: false }) ?? reserveRefusal(draft.state, hold)
  if (moneyRefused !== null) return refused(moneyRefused)

  putHold(draft, hold, { held: reserved(hold), incoming: amount })
  draft.changes.facts.push(holdCreated(principal, hold))
  return accepted('hold', hold)
}

function refused(refusal: Refusal): Rejected {
  return rejectedFor({ ...refusal, field: refusal.field?.replace('postings[0].', '') ?? null })
}

/** What is held and announced has 38 digits, too. */
function reserveRefusal(state: WorkingSet, hold: Hold): Refusal | null {
  const from = expectDefined(state.accounts.get(hold.source), `account ${hold.source}`)
  const to = expectDefined(state.accounts.get(hold.destination), `account ${hold.destination}`)
  if (from.held + reserved(hold) > MINOR_MAX) return overflowRefusal('source', from.id)
  return to.incoming + hold.amount > MINOR_MAX ? overflowRefusal('destination', to.id) : null
}

/**
 * Moves reserved money as a transfer with the hold's reference and metadata, or refuses: hold_not_found, hold_captured,
 * hold_released, hold_expired, capture_exceeds_hold; and, recorded as a failed transfer: account_closed, account_frozen,
 * balance_overflow. What is reserved is there, so money, velocity and the like are not asked about again.
 */
export function decideCapture(draft: Draft, command: CaptureHold): OutcomeOf<CaptureHold> {
  const { holdId, transferId, releaseRest, principal } = command
  const { at } = draft.changes
  const hold = openHold(draft, holdId)
  if ('kind' in hold) return hold
  if (isDue(hold, at))
    return rejected('hold_expired', 'hold_id', `hold ${holdId} expired at ${hold.expiresAt}`)
  const left = capturable(hold)
  const amount = command.amount ?? left
  if (amount > left) {
    const message = `hold ${holdId} has ${formatAmount(left, hold.scale)} ${hold.currency} left`
    return rejected('capture_exceeds_hold', 'amount', message)
  }

  const captured = hold.captured + amount
  const after: Hold = {
    ...hold,
    captured,
    status: releaseRest || captured === hold.amount ? 'captured' : 'open',
    updatedAt: at,
  }
  const movement = {
    id: transferId,
    reference: hold.reference,
    metadata: hold.metadata,
    origin: { kind: 'capture' as const, holdId },
    createdAt: at,
    effectiveAt: at,
  }
  const postings = capturePostings(hold, after)
  const outcome = attempt(
    draft,
    () => {
      replaceHold(draft, hold, after)
      return carryOut(draft, principal, movement, postings, { limits: true, bounds: true, approval: true })
    },
    ({ kind }) => kind === 'accepted',
  )
  if (outcome.kind === 'rejected') return recordRefusal(draft, principal, outcome)
  draft.changes.facts.push(holdChanged('hold.captured', principal, after))
  return accepted('capture', { hold: after, transfer: outcome.result })
}

function capturePostings(before: Hold, after: Hold): Posting[] {
  const { source, destination, currency, scale, fee } = before
  const postings: Posting[] = [
    { source, destination, amount: after.captured - before.captured, currency, scale, role: null },
  ]
  const due = feeTaken(after) - feeTaken(before)
  if (fee !== null && due > 0n) {
    postings.push({ source, destination: fee.account, amount: due, currency, scale, role: { kind: 'fee' } })
  }
  return postings
}

/** Ends a hold, or refuses: hold_not_found, hold_captured, hold_released, hold_expired, hold_not_due. */
export function decideRelease(draft: Draft, { holdId, due, principal }: ReleaseHold): OutcomeOf<ReleaseHold> {
  const { at } = draft.changes
  const hold = openHold(draft, holdId)
  if ('kind' in hold) return hold
  const expired = isDue(hold, at)
  if (due && !expired) {
    return rejected('hold_not_due', 'hold_id', `hold ${holdId} has time until ${hold.expiresAt ?? 'ever'}`)
  }
  const after: Hold = { ...hold, status: expired ? 'expired' : 'released', updatedAt: at }
  replaceHold(draft, hold, after)
  draft.changes.facts.push(holdChanged(expired ? 'hold.expired' : 'hold.released', principal, after))
  return accepted('hold', after)
}

function replaceHold(draft: Draft, before: Hold, after: Hold): void {
  putHold(draft, after, {
    held: reserved(after) - reserved(before),
    incoming: capturable(after) - capturable(before),
  })
}

const ENDED = { captured: 'hold_captured', released: 'hold_released', expired: 'hold_expired' } as const

/** The hold while nothing has ended it; one whose time is over is open until a sweep finds it. */
function openHold({ state }: Draft, id: HoldId): Hold | Rejected {
  const hold = state.holds.get(id)
  if (hold === undefined) return rejected('hold_not_found', 'hold_id', `hold ${id} does not exist`)
  if (hold.status === 'open') return hold
  return rejected(ENDED[hold.status], 'hold_id', `hold ${id} was ${hold.status} at ${hold.updatedAt}`)
}
