// What policies let leave an account, or come to it: frozen directions, destinations, bounds of one transfer, velocity.
import type { AccountBalance } from './account.ts'
import { takenFrom } from './amounts.ts'
import type { Refusal } from './codes.ts'
import type { AccountId } from './ids.ts'
import { amountThatPasses } from './passes.ts'
import { policiesOf, type Policy } from './policy.ts'
import {
  about,
  accountOf,
  fieldIn,
  fieldOf,
  named,
  refuse,
  shower,
  sourceField,
  type Ruled,
} from './refusal.ts'
import type { Posting } from './transfer.ts'
import { goneWithin } from './velocity.ts'
import type { WorkingSet } from './working-set.ts'

/** The refusal of money that goes from or to an account which is frozen for it. */
export function frozenRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
  for (const [i, posting] of postings.entries()) {
    for (const side of ['source', 'destination'] as const) {
      const account = accountOf(state, posting[side])
      const direction = side === 'source' ? 'debits' : 'credits'
      const policy = policiesOf(state, account).find(
        ({ rules: { freeze } }) => freeze === 'both' || freeze === direction,
      )
      if (policy === undefined) continue
      const message = `account ${account.id} is frozen for ${direction}`
      return refuse('account_frozen', fieldIn(postings, i, side), message, {
        ...about(account, policy, `freeze.${direction}`),
        saw: {},
        passes: {},
      })
    }
  }
  return null
}

/** What policies let leave an account: where to, how much at once, how much and how often within a window. */
export function limitRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
  const limited = [...new Set(postings.map(({ source }) => source))]
    .map((id) => accountOf(state, id))
    .map((account) => ({ account, policies: policiesOf(state, account) }))
    .filter(({ policies }) => policies.length > 0)
  const first = (check: (account: AccountBalance, policy: Policy) => Refusal | null): Refusal | null => {
    for (const { account, policies } of limited) {
      for (const policy of policies) {
        const refusal = check(account, policy)
        if (refusal !== null) return refusal
      }
    }
    return null
  }
  if (limited.length === 0) return null
  return (
    first((account, policy) => destinationRefusal(account, policy, postings)) ??
    first((account, policy) => minimumRefusal(account, policy, postings)) ??
    first((account, policy) => maximumRefusal(state, { account, policy }, postings)) ??
    first((account, policy) => velocityRefusal(state, { account, policy }, postings)) ??
    first((account, policy) => velocityCountRefusal(state, { account, policy }, postings))
  )
}

function destinationRefusal(
  account: AccountBalance,
  policy: Policy,
  postings: readonly Posting[],
): Refusal | null {
  const allowed = policy.rules.allowedDestinations
  if (allowed === null) return null
  const i = postings.findIndex(
    ({ source, destination, role }) =>
      source === account.id && role?.kind !== 'fee' && !allowed.includes(destination),
  )
  if (i < 0) return null
  const destination = postings[i]?.destination as AccountId
  const message = `money of account ${account.id} may not go to account ${destination}`
  return refuse('destination_not_allowed', fieldOf(i, 'destination'), message, {
    ...about(account, policy, 'allowed_destinations'),
    saw: { destination },
    passes: {},
  })
}

function minimumRefusal(
  account: AccountBalance,
  policy: Policy,
  postings: readonly Posting[],
): Refusal | null {
  const { minimum } = policy.rules
  const asked = askedOf(postings, account.id)
  if (minimum === null || asked >= minimum) return null
  const show = shower(account)
  const message = `one transfer takes at least ${named(account, minimum)} from account ${account.id}`
  return refuse('amount_below_minimum', sourceField(postings, account.id), message, {
    ...about(account, policy, 'minimum'),
    saw: { asked: show(asked), minimum: show(minimum) },
    passes: { amount_min: show(minimum) },
  })
}

function maximumRefusal(
  state: WorkingSet,
  { account, policy }: Ruled,
  postings: readonly Posting[],
): Refusal | null {
  const { maximum } = policy.rules
  const asked = askedOf(postings, account.id)
  if (maximum === null || asked <= maximum) return null
  const show = shower(account)
  const message = `one transfer takes at most ${named(account, maximum)} from account ${account.id}`
  return refuse('amount_above_maximum', sourceField(postings, account.id), message, {
    ...about(account, policy, 'maximum'),
    saw: { asked: show(asked), maximum: show(maximum) },
    passes: amountThatPasses(state, postings, account.id),
  })
}

function velocityRefusal(
  state: WorkingSet,
  { account, policy }: Ruled,
  postings: readonly Posting[],
): Refusal | null {
  const show = shower(account)
  const asked = takenFrom(postings, account.id)
  for (const { window, amount: limit } of policy.rules.velocity) {
    if (limit === null) continue
    const gone = goneWithin(state, account, window).debited
    if (asked <= limit - gone) continue
    const room = limit > gone ? limit - gone : 0n
    const message = `account ${account.id} may send ${named(account, room)} more this ${window}, and this takes ${named(account, asked)}`
    return refuse('velocity_exceeded', sourceField(postings, account.id), message, {
      ...about(account, policy, `velocity.${window}.amount`),
      saw: {
        asked: show(asked),
        sent: show(gone - account.held),
        held: show(account.held),
        limit: show(limit),
      },
      passes: amountThatPasses(state, postings, account.id),
    })
  }
  return null
}

function velocityCountRefusal(
  state: WorkingSet,
  { account, policy }: Ruled,
  postings: readonly Posting[],
): Refusal | null {
  for (const { window, count: limit } of policy.rules.velocity) {
    if (limit === null) continue
    const gone = goneWithin(state, account, window).debits
    if (gone < BigInt(limit)) continue
    const sent = gone - BigInt(account.openHolds)
    const message = `account ${account.id} may send ${limit} transfers in a ${window}`
    return refuse('velocity_count_exceeded', sourceField(postings, account.id), message, {
      ...about(account, policy, `velocity.${window}.count`),
      saw: { sent: sent.toString(), open_holds: account.openHolds.toString(), limit: limit.toString() },
      passes: {},
    })
  }
  return null
}

/** What policies let leave an account only when a second principal approves it. */
export function approvalRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
  for (const id of new Set(postings.map(({ source }) => source))) {
    const account = accountOf(state, id)
    for (const policy of policiesOf(state, account)) {
      const limit = policy.rules.approvalAbove
      const asked = askedOf(postings, id)
      if (limit === null || asked <= limit) continue
      const show = shower(account)
      const message = `a transfer that takes more than ${named(account, limit)} from account ${id} needs a second principal’s approval`
      return refuse('approval_required', sourceField(postings, id), message, {
        ...about(account, policy, 'approval_above'),
        saw: { approval_above: show(limit), asked: show(asked) },
        passes: amountThatPasses(state, postings, id),
      })
    }
  }
  return null
}

function askedOf(postings: readonly Posting[], id: AccountId): bigint {
  return takenFrom(
    postings.filter(({ role }) => role?.kind !== 'fee'),
    id,
  )
}
