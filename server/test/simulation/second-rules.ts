/**
 * What policies promise, told again: from the words of policy.ts, not from the decide functions. Each check throws when
 * something was accepted that a policy forbids.
 */
import assert from 'node:assert/strict'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { Policy } from '#core/policy.ts'
import type { Posting } from '#core/transfer.ts'

/** What an account must show by now. */
export interface Tally {
  readonly id: AccountId
  readonly currency: string
  readonly userId: UserId | null
  /** Null of external accounts, which no policy is for. */
  creditLimit: bigint | null
  closed: boolean
  posted: bigint
  held: bigint
  incoming: bigint
  openHolds: number
  debited: bigint
  debits: bigint
  lastEntry: bigint
}

/** One movement on an account. */
export interface Line {
  readonly transferId: TransferId
  readonly at: Instant
  readonly effectiveAt: Instant
  readonly amount: bigint
}

/** What the checks look at. */
export interface SecondBook {
  readonly tallies: ReadonlyMap<AccountId, Tally>
  /** In order of recording. */
  readonly lines: ReadonlyMap<AccountId, readonly Line[]>
  readonly policies: ReadonlyMap<string, Policy>
}

const WINDOW_SECONDS = { hour: 60 * 60, day: 24 * 60 * 60, month: 30 * 24 * 60 * 60 }

/** The account's own policy, its user's, its currency's, as far as there are such. */
function policiesFor({ policies }: SecondBook, { id, userId, currency, creditLimit }: Tally): Policy[] {
  if (creditLimit === null) return []
  return [...policies.values()]
    .filter(({ target }) => {
      if (target.kind === 'account') return target.accountId === id
      return target.currency === currency && (target.kind === 'currency' || target.userId === userId)
    })
    .sort((a, b) => RANK[a.target.kind] - RANK[b.target.kind])
}

const RANK = { account: 0, user: 1, currency: 2 }

/** The fees that a transfer of these postings costs, one for each account that it takes from. */
export function feesFor(book: SecondBook, postings: readonly Posting[]) {
  const fees: { source: AccountId; destination: AccountId; amount: bigint }[] = []
  for (const source of new Set(postings.map((posting) => posting.source))) {
    const tally = tallyOf(book, source)
    const rule = policiesFor(book, tally).find(({ rules }) => rules.fee !== null)?.rules.fee
    if (rule == null || rule.account === source) continue
    // Basis points are 1/10,000; 5,000 of them are half a unit.
    const exact = rule.fixed + (taken(postings, source) * BigInt(rule.basisPoints) + 5_000n) / 10_000n
    const capped = rule.maximum !== null && exact > rule.maximum ? rule.maximum : exact
    const amount = exact < rule.minimum ? rule.minimum : capped
    if (amount > 0n) fees.push({ source, destination: rule.account, amount })
  }
  return fees
}

/** What the postings take from the account. */
function taken(postings: readonly Pick<Posting, 'source' | 'amount'>[], id: AccountId): bigint {
  return postings.reduce((sum, { source, amount }) => (source === id ? sum + amount : sum), 0n)
}

/** The highest of the account's floors. */
export function floorFor(book: SecondBook, tally: Tally): bigint {
  const limits = policiesFor(book, tally).flatMap(({ rules: { floor, creditLimit } }) => [
    ...(floor === null ? [] : [floor]),
    ...(creditLimit === null ? [] : [-creditLimit]),
  ])
  return limits.reduce((highest, one) => (one > highest ? one : highest), -(tally.creditLimit ?? 0n))
}

/** Nothing moves on accounts that are closed, or frozen in that direction. */
export function checkOpen(book: SecondBook, postings: readonly Posting[]): void {
  for (const { source, destination } of postings) {
    for (const [id, direction] of [
      [source, 'debits'],
      [destination, 'credits'],
    ] as const) {
      const tally = tallyOf(book, id)
      assert.ok(!tally.closed, `account ${id} is closed, and nothing moves on it`)
      for (const { rules } of policiesFor(book, tally)) {
        assert.ok(
          rules.freeze !== 'both' && rules.freeze !== direction,
          `account ${id} is frozen for ${direction}`,
        )
      }
    }
  }
}

/** Destinations, bounds of one transfer, and velocity, as they are once the postings count. */
export function checkLimits(book: SecondBook, postings: readonly Posting[], at: Instant): void {
  const asked = postings.filter(({ role }) => role?.kind !== 'fee')
  for (const source of new Set(postings.map((posting) => posting.source))) {
    const tally = tallyOf(book, source)
    for (const { rules } of policiesFor(book, tally)) {
      const { minimum, maximum, allowedDestinations: allowed } = rules
      const own = asked.filter((posting) => posting.source === source)
      const amount = taken(own, source)
      assert.ok(minimum === null || amount >= minimum, `account ${source} sends its minimum at least`)
      assert.ok(maximum === null || amount <= maximum, `account ${source} sends its maximum at most`)
      assert.ok(
        allowed === null || own.every(({ destination }) => allowed.includes(destination)),
        `account ${source} sends to allowed destinations`,
      )
      for (const { window, amount: limit, count } of rules.velocity) {
        const sent = sentSince(book, source, addSeconds(at, -WINDOW_SECONDS[window]))
        assert.ok(
          limit === null || sent.amount + tally.held <= limit,
          `account ${source} keeps its ${window}`,
        )
        assert.ok(
          count === null || sent.transfers + tally.openHolds <= count,
          `account ${source} keeps its ${window}, counted`,
        )
      }
    }
  }
}

/** The policies of an account that demand a second principal above some amount. */
export function needsSecond(book: SecondBook, id: AccountId): Policy[] {
  return policiesFor(book, tallyOf(book, id)).filter(({ rules }) => rules.approvalAbove !== null)
}

/** Nobody takes more alone than policies let one principal take. */
export function checkAlone(book: SecondBook, postings: readonly Posting[]): void {
  const asked = postings.filter(({ role }) => role?.kind !== 'fee')
  for (const source of new Set(postings.map((posting) => posting.source))) {
    for (const { rules } of needsSecond(book, source)) {
      assert.ok(
        taken(asked, source) <= (rules.approvalAbove ?? 0n),
        `account ${source} needs two for so much`,
      )
    }
  }
}

/** What left the account after the moment; what left it at that moment is out of the window. */
function sentSince({ lines }: SecondBook, id: AccountId, since: Instant) {
  const transfers = new Set<TransferId>()
  let amount = 0n
  const own = lines.get(id) ?? []
  for (let i = own.length - 1; i >= 0; i--) {
    const line = own[i] as Line
    if (line.at <= since) break
    if (line.amount > 0n) continue
    amount -= line.amount
    transfers.add(line.transferId)
  }
  return { amount, transfers: transfers.size }
}

/** Floors of who has less than before, ceilings of who has more. */
export function checkBounds(
  book: SecondBook,
  before: ReadonlyMap<AccountId, Tally>,
  policies: boolean,
): void {
  for (const [id, was] of before) {
    const tally = tallyOf(book, id)
    if (tally.creditLimit === null) continue
    const free = tally.posted - tally.held
    if (free < was.posted - was.held) {
      assert.ok(free >= -tally.creditLimit, `account ${id} keeps its floor`)
      assert.ok(!policies || free >= floorFor(book, tally), `account ${id} keeps the floors of its policies`)
    }
    const promised = tally.posted + tally.incoming
    if (!policies || promised <= was.posted + was.incoming) continue
    for (const { rules } of policiesFor(book, tally)) {
      assert.ok(rules.ceiling === null || promised <= rules.ceiling, `account ${id} keeps its ceiling`)
    }
  }
}

/** The account, which must be there. */
export function tallyOf({ tallies }: Pick<SecondBook, 'tallies'>, id: AccountId): Tally {
  const tally = tallies.get(id)
  assert.ok(tally !== undefined, `account ${id} is there`)
  return tally
}
