// The guards of everything that moves or reserves money, in the precedence of codes.ts.
import { available, type AccountBalance } from './account.ts'
import { assert, expectDefined } from './assert.ts'
import type { Explanation, Refusal, RefusalCode } from './codes.ts'
import { NO_CURRENCY } from './currency.ts'
import type { AccountId } from './ids.ts'
import { formatAmount, formatAmountTrimmed, MINOR_MAX } from './money.ts'
import { feeOn, feeRuleOf, policiesOf, type FeeRule, type Policy } from './policy.ts'
import type { Posting } from './transfer.ts'
import { spendingId, type WorkingSet } from './working-set.ts'

type Side = 'source' | 'destination'

/** Accounts that exist, are two, and are in the posting's currency. Codes run before postings. */
export function structureRefusal({ accounts }: WorkingSet, postings: readonly Posting[]): Refusal | null {
  for (const [i, { source, destination }] of postings.entries()) {
    if (!accounts.has(source))
      return refuse('account_not_found', fieldOf(i, 'source'), `account ${source} does not exist`)
    if (!accounts.has(destination)) {
      return refuse('account_not_found', fieldOf(i, 'destination'), `account ${destination} does not exist`)
    }
  }
  for (const [i, { source, destination }] of postings.entries()) {
    if (source === destination) {
      const message = `source and destination are both account ${source}`
      return refuse('same_account', fieldOf(i, 'destination'), message)
    }
  }
  for (const [i, posting] of postings.entries()) {
    for (const side of ['source', 'destination'] as const) {
      const account = accounts.get(posting[side]) as AccountBalance
      if (account.currency !== posting.currency) {
        const message = `account ${account.id} is in ${account.currency}, not ${posting.currency}`
        return refuse('currency_mismatch', fieldOf(i, side), message)
      }
    }
  }
  return null
}

/**
 * The postings with the amounts that balancing ones come to, and with the fees they cost; or the refusal of an amount
 * that cannot be told. A balancing posting takes what the postings before it leave.
 */
export function withAmounts(state: WorkingSet, asked: readonly Posting[]): readonly Posting[] | Refusal {
  const balancing = asked.some(({ role }) => role?.kind === 'balancing')
  if (!balancing && state.policies.size === 0) return asked
  const postings: Posting[] = []
  for (const [i, posting] of asked.entries()) {
    if (posting.role?.kind !== 'balancing') {
      postings.push(posting)
      continue
    }
    const amount = balancingAmount(state, posting, postings)
    if (amount === null) {
      const message = `account ${posting.source} has no floor, so all of it is no amount: say a max`
      return refuse('amount_unbounded', fieldOf(i, 'source'), message)
    }
    if (amount <= 0n) {
      const account = accountOf(state, posting.source)
      return refuse('insufficient_funds', fieldOf(i, 'source'), `account ${account.id} has nothing available`, {
        rule: 'available',
        account: account.id,
        policy: null,
        saw: balancesSeen(account),
        passes: {},
      })
    }
    postings.push({ ...posting, amount })
  }
  return postings.concat(feesOf(state, postings))
}

/** What the balancing posting moves after those before it; null when there is no bound. */
function balancingAmount(state: WorkingSet, posting: Posting, before: readonly Posting[]): bigint | null {
  assert(posting.role?.kind === 'balancing', 'a balancing posting')
  const { max } = posting.role
  const account = accountOf(state, posting.source)
  const floor = floorOf(state, account)
  if (floor === null) return max
  const moved = before.reduce((sum, { source, destination, amount }) => {
    return sum + (destination === account.id ? amount : 0n) - (source === account.id ? amount : 0n)
  }, 0n)
  const room = account.posted - account.held + moved - floor
  const taken = takenFrom(before, account.id)
  const most = mostWithin(feeRuleOf(state, account), room, taken)
  return max === null || most < max ? most : max
}

/** The largest amount that leaves no more than `room` together with its fee, after `taken` was taken already. */
function mostWithin(fee: FeeRule | null, room: bigint, taken = 0n): bigint {
  if (fee === null || room <= 0n) return room
  let fits = 0n
  let exceeds = room + 1n
  while (exceeds - fits > 1n) {
    const middle = (fits + exceeds) / 2n
    if (middle + feeOn(fee, taken + middle) <= room) fits = middle
    else exceeds = middle
  }
  return fits
}

/** The fees that the transfer costs, as postings: one for each account that it takes from and that pays any. */
function feesOf(state: WorkingSet, postings: readonly Posting[]): Posting[] {
  if (state.policies.size === 0) return []
  return [...new Set(postings.map(({ source }) => source))].flatMap((source): Posting[] => {
    const account = accountOf(state, source)
    const rule = feeRuleOf(state, account)
    if (rule === null) return []
    const amount = feeOn(rule, takenFrom(postings, source))
    const { currency, scale } = account
    return amount === 0n
      ? []
      : [{ source, destination: rule.account, amount, currency, scale, role: { kind: 'fee' } }]
  })
}

function takenFrom(postings: readonly Posting[], id: AccountId): bigint {
  return postings.reduce((sum, { source, amount }) => (source === id ? sum + amount : sum), 0n)
}

/** What a movement of money is let off: what was let through before, or only puts right what was. */
export interface Exemption {
  /** Captures and reversals: destinations, bounds of one transfer and velocity are not looked at. */
  readonly limits: boolean
}

/** Whether the money may move: closed and frozen accounts, policies, floors, ceilings, digits. */
export function moneyRefusal(state: WorkingSet, postings: readonly Posting[], exempt: Exemption): Refusal | null {
  return (
    closedRefusal(state, postings) ??
    (state.policies.size === 0
      ? null
      : (frozenRefusal(state, postings) ?? (exempt.limits ? null : limitRefusal(state, postings)))) ??
    balanceRefusal(state, postings)
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

function frozenRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
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
function limitRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
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
    first((account, policy) => maximumRefusal(account, policy, postings)) ??
    first((account, policy) => velocityRefusal(state, { account, policy }, postings)) ??
    first((account, policy) => velocityCountRefusal(state, { account, policy }, postings))
  )
}

function destinationRefusal(account: AccountBalance, policy: Policy, postings: readonly Posting[]): Refusal | null {
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

function minimumRefusal(account: AccountBalance, policy: Policy, postings: readonly Posting[]): Refusal | null {
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

function maximumRefusal(account: AccountBalance, policy: Policy, postings: readonly Posting[]): Refusal | null {
  const { maximum } = policy.rules
  const asked = askedOf(postings, account.id)
  if (maximum === null || asked <= maximum) return null
  const show = shower(account)
  const message = `one transfer takes at most ${named(account, maximum)} from account ${account.id}`
  return refuse('amount_above_maximum', sourceField(postings, account.id), message, {
    ...about(account, policy, 'maximum'),
    saw: { asked: show(asked), maximum: show(maximum) },
    passes: maximum > 0n ? { amount_max: show(maximum) } : {},
  })
}

interface Ruled {
  readonly account: AccountBalance
  readonly policy: Policy
}

/** What open holds reserve counts as gone already, so that a capture never takes a window over its limit. */
function velocityRefusal(state: WorkingSet, { account, policy }: Ruled, postings: readonly Posting[]): Refusal | null {
  const show = shower(account)
  const asked = takenFrom(postings, account.id)
  for (const { window, amount: limit } of policy.rules.velocity) {
    if (limit === null) continue
    const gone = account.debited - (state.spending.get(spendingId(account.id, window))?.debited ?? 0n)
    const room = limit - gone - account.held
    if (asked <= room) continue
    const most = mostWithin(feeRuleOf(state, account), room)
    const message = `account ${account.id} may send ${named(account, room > 0n ? room : 0n)} more this ${window}, and this takes ${named(account, asked)}`
    return refuse('velocity_exceeded', sourceField(postings, account.id), message, {
      ...about(account, policy, `velocity.${window}.amount`),
      saw: { asked: show(asked), sent: show(gone), held: show(account.held), limit: show(limit) },
      passes: most > 0n ? { amount_max: show(most) } : {},
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
    const sent = account.debits - (state.spending.get(spendingId(account.id, window))?.debits ?? 0n)
    if (sent + BigInt(account.openHolds) + 1n <= BigInt(limit)) continue
    const message = `account ${account.id} may send ${limit} transfers in a ${window}`
    return refuse('velocity_count_exceeded', sourceField(postings, account.id), message, {
      ...about(account, policy, `velocity.${window}.count`),
      saw: { sent: sent.toString(), open_holds: account.openHolds.toString(), limit: limit.toString() },
      passes: {},
    })
  }
  return null
}

/** What a transfer leaves, account by account: floors on what all postings leave, digits in between as well. */
function balanceRefusal(state: WorkingSet, postings: readonly Posting[]): Refusal | null {
  const running = new Map<AccountId, bigint>()
  let overflow: Refusal | null = null
  for (const [i, { source, destination, amount }] of postings.entries()) {
    const sourceAfter = (running.get(source) ?? accountOf(state, source).posted) - amount
    running.set(source, sourceAfter)
    const destinationAfter = (running.get(destination) ?? accountOf(state, destination).posted) + amount
    running.set(destination, destinationAfter)
    if (overflow === null && sourceAfter < -MINOR_MAX) overflow = overflowRefusal(fieldIn(postings, i, 'source'), source)
    if (overflow === null && destinationAfter > MINOR_MAX)
      overflow = overflowRefusal(fieldIn(postings, i, 'destination'), destination)
  }
  for (const [id, after] of running) {
    const account = accountOf(state, id)
    if (account.creditLimit === null || after >= account.posted) continue
    if (after - account.held < -account.creditLimit) {
      return shortfallRefusal(state, account, { after, field: sourceField(postings, id) })
    }
  }
  return (state.policies.size === 0 ? null : boundRefusal(state, running, postings)) ?? overflow
}

/** Floors and ceilings that policies set. */
function boundRefusal(
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
      const room = account.posted - account.held - bound
      const most = mostWithin(feeRuleOf(state, account), room)
      const message = `account ${id} must keep ${named(account, bound)}, and this would leave ${named(account, after - account.held)}`
      return refuse('below_floor', sourceField(postings, id), message, {
        ...about(account, policy, policy.rules.floor === bound ? 'floor' : 'credit_limit'),
        saw: { ...balancesSeen(account), asked: show(account.posted - after), floor: show(bound) },
        passes: { top_up: show(bound - (after - account.held)), ...(most > 0n ? { amount_max: show(most) } : {}) },
      })
    }
  }
  for (const [id, after] of running) {
    const account = accountOf(state, id)
    if (after <= account.posted) continue
    for (const policy of policiesOf(state, account)) {
      const { ceiling } = policy.rules
      if (ceiling === null || after + account.incoming <= ceiling) continue
      return ceilingRefusal({ account, policy }, ceiling, {
        asked: after - account.posted,
        field: destinationField(postings, id),
      })
    }
  }
  return null
}

/** The refusal of what would bring an account above its ceiling; what open holds announce counts as there already. */
export function ceilingRefusal(
  { account, policy }: Ruled,
  ceiling: bigint,
  { asked, field }: { readonly asked: bigint; readonly field: string | null },
): Refusal {
  const show = shower(account)
  const room = ceiling - account.posted - account.incoming
  const message = `account ${account.id} may have at most ${named(account, ceiling)}, and this would bring ${named(account, asked)} more`
  return refuse('ceiling_exceeded', field, message, {
    ...about(account, policy, 'ceiling'),
    saw: { ...balancesSeen(account), asked: show(asked), ceiling: show(ceiling) },
    passes: room > 0n ? { amount_max: show(room) } : {},
  })
}

function shortfallRefusal(
  state: WorkingSet,
  account: AccountBalance,
  { after, field }: { readonly after: bigint; readonly field: string | null },
): Refusal {
  const show = shower(account)
  const room = available(account) as bigint
  const taken = account.posted - after
  const most = mostWithin(feeRuleOf(state, account), room)
  const message = `account ${account.id} has ${named(account, room)} available, and this takes ${named(account, taken)}`
  return refuse('insufficient_funds', field, message, {
    rule: 'available',
    account: account.id,
    policy: null,
    saw: { ...balancesSeen(account), asked: show(taken) },
    passes: { top_up: show(taken - room), ...(most > 0n ? { amount_max: show(most) } : {}) },
  })
}

/** The refusal of a balance of more than 38 digits. */
export function overflowRefusal(field: string | null, id: AccountId): Refusal {
  return refuse('balance_overflow', field, `the balance of account ${id} would have more than 38 digits`)
}

/** The highest of the account's floors; null when it has none. */
function floorOf(state: WorkingSet, account: AccountBalance): bigint | null {
  if (account.creditLimit === null) return null
  return policiesOf(state, account)
    .map(policyFloor)
    .reduce<bigint>((highest, floor) => (floor !== null && floor > highest ? floor : highest), -account.creditLimit)
}

function policyFloor({ rules: { floor, creditLimit } }: Policy): bigint | null {
  if (creditLimit === null) return floor
  return floor !== null && floor > -creditLimit ? floor : -creditLimit
}

function accountOf(state: WorkingSet, id: AccountId): AccountBalance {
  return expectDefined(state.accounts.get(id), `account ${id}`)
}

function askedOf(postings: readonly Posting[], id: AccountId): bigint {
  return takenFrom(
    postings.filter(({ role }) => role?.kind !== 'fee'),
    id,
  )
}

/** Minor units in the account's currency, as the API writes them. */
function shower({ scale }: AccountBalance): (minor: bigint) => string {
  return (minor) => formatAmount(minor, scale)
}

/** For sentences: the amount with its currency. v1 has no currency to show. */
function named({ currency, scale }: AccountBalance, minor: bigint): string {
  return currency === NO_CURRENCY.code
    ? formatAmountTrimmed(minor, scale)
    : `${formatAmount(minor, scale)} ${currency}`
}

function balancesSeen(account: AccountBalance): Record<string, string> {
  const show = shower(account)
  const free = available(account)
  return {
    posted: show(account.posted),
    held: show(account.held),
    ...(account.incoming === 0n ? {} : { incoming: show(account.incoming) }),
    ...(free === null ? {} : { available: show(free) }),
  }
}

function about(account: AccountBalance, { id, version }: Policy, rule: string) {
  return { rule, account: account.id, policy: { id, version } }
}

function fieldOf(posting: number, side: Side): string {
  return `postings[${posting}].${side}`
}

/** The field of a posting's account; null for a fee, which no client wrote. */
function fieldIn(postings: readonly Posting[], i: number, side: Side): string | null {
  return postings[i]?.role?.kind === 'fee' ? null : fieldOf(i, side)
}

function sourceField(postings: readonly Posting[], id: AccountId): string | null {
  return fieldIn(
    postings,
    postings.findIndex(({ source }) => source === id),
    'source',
  )
}

function destinationField(postings: readonly Posting[], id: AccountId): string | null {
  return fieldIn(
    postings,
    postings.findIndex(({ destination }) => destination === id),
    'destination',
  )
}

function refuse(
  code: RefusalCode,
  field: string | null,
  message: string,
  explanation: Explanation | null = null,
): Refusal {
  return { code, field, message, explanation }
}
