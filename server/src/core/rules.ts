// The guards of everything that moves or reserves money, in the precedence of codes.ts.
import { available, type AccountBalance } from './account.ts'
import { floorOf, policyFloor, withAmounts } from './amounts.ts'
import { expectDefined } from './assert.ts'
import type { Refusal } from './codes.ts'
import type { AccountId } from './ids.ts'
import { approvalRefusal, frozenRefusal, limitRefusal } from './limits.ts'
import { MINOR_MAX } from './money.ts'
import { amountThatPasses } from './passes.ts'
import { policiesOf } from './policy.ts'
import {
  about,
  accountOf,
  balancesSeen,
  destinationField,
  fieldIn,
  fieldOf,
  named,
  refuse,
  shower,
  sourceField,
} from './refusal.ts'
import type { Posting } from './transfer.ts'
import type { WorkingSet } from './working-set.ts'

type Accounts = WorkingSet['accounts']

/** Accounts that exist, are two, in the posting's currency, and have a bound where all is asked. Codes run before postings. */
export function structureRefusal({ accounts }: WorkingSet, postings: readonly Posting[]): Refusal | null {
  return (
    missingRefusal(accounts, postings) ??
    sameRefusal(postings) ??
    currencyRefusal(accounts, postings) ??
    unboundedRefusal(accounts, postings)
  )
}

function missingRefusal(accounts: Accounts, postings: readonly Posting[]): Refusal | null {
  const i = postings.findIndex((posting) => missingSide(accounts, posting) !== null)
  const posting = postings[i]
  if (posting === undefined) return null
  const side = missingSide(accounts, posting) as Side
  return refuse('account_not_found', fieldOf(i, side), `account ${posting[side]} does not exist`)
}

type Side = 'source' | 'destination'

function missingSide(accounts: Accounts, { source, destination }: Posting): Side | null {
  if (!accounts.has(source)) return 'source'
  return accounts.has(destination) ? null : 'destination'
}

function sameRefusal(postings: readonly Posting[]): Refusal | null {
  const i = postings.findIndex(({ source, destination }) => source === destination)
  const posting = postings[i]
  if (posting === undefined) return null
  const message = `source and destination are both account ${posting.source}`
  return refuse('same_account', fieldOf(i, 'destination'), message)
}

function currencyRefusal(accounts: Accounts, postings: readonly Posting[]): Refusal | null {
  const i = postings.findIndex((posting) => foreignSide(accounts, posting) !== null)
  const posting = postings[i]
  if (posting === undefined) return null
  const side = foreignSide(accounts, posting) as Side
  const { id, currency } = accounts.get(posting[side]) as AccountBalance
  const message = `account ${id} is in ${currency}, not ${posting.currency}`
  return refuse('currency_mismatch', fieldOf(i, side), message)
}

function foreignSide(accounts: Accounts, { source, destination, currency }: Posting): Side | null {
  if (accounts.get(source)?.currency !== currency) return 'source'
  return accounts.get(destination)?.currency === currency ? null : 'destination'
}

function unboundedRefusal(accounts: Accounts, postings: readonly Posting[]): Refusal | null {
  const i = postings.findIndex(
    ({ source, role }) =>
      role?.kind === 'balancing' && role.max === null && accounts.get(source)?.creditLimit === null,
  )
  const posting = postings[i]
  if (posting === undefined) return null
  const message = `account ${posting.source} has no floor, so all of it is no amount: say a max`
  return refuse('amount_unbounded', fieldOf(i, 'source'), message)
}

/** What a movement of money is let off: what was let through before, or only puts right what was. */
export interface Exemption {
  /** Captures, reversals, sweeps: destinations, bounds of one transfer and velocity are not looked at. */
  readonly limits: boolean
  /** Captures: floors and ceilings of policies are not looked at; the hold was within them when it was made. */
  readonly bounds?: boolean
  /** Approved transfers and captures: a second principal has approved it, or the hold needed none. */
  readonly approval?: boolean
}

/** What asked postings come to, and whether they may happen. */
export function judge(
  state: WorkingSet,
  asked: readonly Posting[],
  exempt: Exemption,
): { readonly postings: readonly Posting[]; readonly refusal: Refusal | null } {
  const refusal = structureRefusal(state, asked)
  if (refusal !== null) return { postings: asked, refusal }
  const postings = withAmounts(state, asked)
  return { postings, refusal: moneyRefusal(state, postings, exempt) }
}

/** Whether the money may move: closed and frozen accounts, policies, floors, ceilings, digits, approval. */
export function moneyRefusal(
  state: WorkingSet,
  postings: readonly Posting[],
  exempt: Exemption,
): Refusal | null {
  return (
    closedRefusal(state, postings) ??
    (state.policies.size === 0
      ? null
      : (frozenRefusal(state, postings) ?? (exempt.limits ? null : limitRefusal(state, postings)))) ??
    balanceRefusal(state, postings, exempt) ??
    (state.policies.size === 0 || exempt.approval === true ? null : approvalRefusal(state, postings))
  )
}

function closedRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
  for (const [i, posting] of postings.entries()) {
    for (const side of ['source', 'destination'] as const) {
      const { id, closedAt } = accountOf(state, posting[side])
      if (closedAt === null) continue
      return refuse('account_closed', fieldIn(postings, i, side), `account ${id} was closed at ${closedAt}`)
    }
  }
  return null
}

/** What a transfer leaves, account by account: floors on what all postings leave, digits in between as well. */
function balanceRefusal(state: WorkingSet, postings: readonly Posting[], exempt: Exemption): Refusal | null {
  const running = new Map<AccountId, bigint>()
  let overflow: Refusal | null = null
  for (const [i, { source, destination, amount }] of postings.entries()) {
    const sourceAfter = (running.get(source) ?? accountOf(state, source).posted) - amount
    running.set(source, sourceAfter)
    const destinationAfter = (running.get(destination) ?? accountOf(state, destination).posted) + amount
    running.set(destination, destinationAfter)
    if (overflow === null && sourceAfter < -MINOR_MAX)
      overflow = overflowRefusal(fieldIn(postings, i, 'source'), source)
    if (overflow === null && destinationAfter > MINOR_MAX)
      overflow = overflowRefusal(fieldIn(postings, i, 'destination'), destination)
  }
  const empty = postings.findIndex(({ amount }) => amount === 0n)
  if (empty >= 0) return nothingRefusal(state, postings, empty)
  for (const [id, after] of running) {
    const account = accountOf(state, id)
    if (account.creditLimit === null || after >= account.posted) continue
    if (after - account.held < -account.creditLimit) {
      return shortfallRefusal(state, account, { after, postings })
    }
  }
  const bounds = state.policies.size > 0 && exempt.bounds !== true
  const refusal = bounds
    ? (policyFloorRefusal(state, running, postings) ?? ceilingRefusal(state, running, postings))
    : null
  return refusal ?? overflow
}

/** Floors that policies set. */
function policyFloorRefusal(
  state: WorkingSet,
  running: ReadonlyMap<AccountId, bigint>,
  postings: readonly Posting[],
): Refusal | null {
  for (const [id, after] of running) {
    const account = accountOf(state, id)
    if (after >= account.posted) continue
    for (const policy of policiesOf(state, account)) {
      const bound = policyFloor(policy)
      if (bound === null || after - account.held >= bound) continue
      const show = shower(account)
      const message = `account ${id} must keep ${named(account, bound)}, and this would leave ${named(account, after - account.held)}`
      return refuse('below_floor', sourceField(postings, id), message, {
        ...about(account, policy, policy.rules.floor === bound ? 'floor' : 'credit_limit'),
        saw: { ...balancesSeen(account), asked: show(account.posted - after), floor: show(bound) },
        passes: changesThatPass(state, account, { after, postings }),
      })
    }
  }
  return null
}

/** Ceilings that policies set; what open holds announce counts as there already. */
function ceilingRefusal(
  state: WorkingSet,
  running: ReadonlyMap<AccountId, bigint>,
  postings: readonly Posting[],
): Refusal | null {
  for (const [id, after] of running) {
    const account = accountOf(state, id)
    if (after <= account.posted) continue
    for (const policy of policiesOf(state, account)) {
      const { ceiling } = policy.rules
      if (ceiling === null || after + account.incoming <= ceiling) continue
      const show = shower(account)
      const asked = after - account.posted
      const [only, ...others] = postings.filter(({ role }) => role?.kind !== 'fee')
      const alone = only?.destination === id && others.length === 0
      const message = `account ${id} may have at most ${named(account, ceiling)}, and this would bring ${named(account, asked)} more`
      return refuse('ceiling_exceeded', destinationField(postings, id), message, {
        ...about(account, policy, 'ceiling'),
        saw: { ...balancesSeen(account), asked: show(asked), ceiling: show(ceiling) },
        passes: alone ? amountThatPasses(state, postings, only.source) : {},
      })
    }
  }
  return null
}

interface Moving {
  /** What the account would have afterwards. */
  readonly after: bigint
  readonly postings: readonly Posting[]
}

/** What to add to the account, or how much less to take from it. */
function changesThatPass(state: WorkingSet, account: AccountBalance, { after, postings }: Moving) {
  const floor = expectDefined(floorOf(state, account), 'floor')
  return {
    top_up: shower(account)(floor + account.held - after),
    ...amountThatPasses(state, postings, account.id),
  }
}

/** The refusal of a balancing posting that finds nothing to move. */
function nothingRefusal(state: WorkingSet, postings: readonly Posting[], i: number): Refusal {
  const account = accountOf(state, expectDefined(postings[i], 'posting').source)
  const message = `account ${account.id} has nothing available`
  return refuse('insufficient_funds', fieldOf(i, 'source'), message, {
    rule: 'available',
    account: account.id,
    policy: null,
    saw: balancesSeen(account),
    passes: {},
  })
}

function shortfallRefusal(state: WorkingSet, account: AccountBalance, moving: Moving): Refusal {
  const { after, postings } = moving
  const show = shower(account)
  const room = available(account) as bigint
  const taken = account.posted - after
  const message = `account ${account.id} has ${named(account, room)} available, and this takes ${named(account, taken)}`
  return refuse('insufficient_funds', sourceField(postings, account.id), message, {
    rule: 'available',
    account: account.id,
    policy: null,
    saw: { ...balancesSeen(account), asked: show(taken) },
    passes: changesThatPass(state, account, moving),
  })
}

/** The refusal of a balance of more than 38 digits. */
export function overflowRefusal(field: string | null, id: AccountId): Refusal {
  return refuse('balance_overflow', field, `the balance of account ${id} would have more than 38 digits`)
}
