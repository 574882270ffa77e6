/** The books of the second ledger: what every account has, and every movement on it. */
import assert from 'node:assert/strict'
import type { Account } from '#core/account.ts'
import type { AccountId, HoldId, TransferId } from '#core/ids.ts'
import type { Policy } from '#core/policy.ts'
import type { Entry, PostedTransfer, Posting, TransferOrigin } from '#core/transfer.ts'
import {
  checkAlone,
  checkBounds,
  checkLimits,
  checkOpen,
  tallyOf,
  type Line,
  type Tally,
} from './second-rules.ts'

/** A transfer that moved money, and how much of each posting has been given back. */
export interface SecondTransfer {
  readonly id: TransferId
  readonly origin: TransferOrigin | null
  readonly postings: readonly Posting[]
  readonly reversed: bigint[]
}

/** Which rules a movement must keep. */
interface Kept {
  /** Destinations, bounds of one transfer, velocity. */
  readonly limits: boolean
  /** Floors and ceilings of policies. */
  readonly bounds: boolean
  /** A second principal has approved it, or the hold behind it needed none. */
  readonly approved?: boolean
}

type Moment = Pick<PostedTransfer, 'id' | 'reference' | 'createdAt' | 'effectiveAt'>

/** The books. */
export interface Books {
  readonly tallies: Map<AccountId, Tally>
  /** In order of recording. */
  readonly lines: Map<AccountId, Line[]>
  /** By target. */
  readonly policies: Map<string, Policy>
  readonly transfers: Map<TransferId, SecondTransfer>
  /** What was touched since somebody last looked and cleared it. */
  readonly touched: {
    readonly accounts: Set<AccountId>
    readonly holds: Set<HoldId>
    readonly reversed: Set<TransferId>
    readonly approvals: Set<TransferId>
  }
  /** Enters an account with nothing on it, unless it is there. */
  enter(account: Pick<Account, 'id' | 'currency' | 'userId' | 'creditLimit'>): void
  /** The accounts of these postings as they are now. */
  snapshot(postings: readonly Posting[]): Map<AccountId, Tally>
  /** Takes in a transfer that an outcome shows. */
  settle(transfer: PostedTransfer, kept: Kept): void
  /** Takes in a transfer that no outcome shows. */
  settleUnseen(posting: Posting, moment: Moment): void
  /** The entries that a transfer made, in order. */
  entriesOf(id: TransferId): readonly Entry[]
}

/** Opens empty books. */
export function createBooks(): Books {
  const tallies = new Map<AccountId, Tally>()
  const lines = new Map<AccountId, Line[]>()
  const policies = new Map<string, Policy>()
  const transfers = new Map<TransferId, SecondTransfer>()
  const touched = {
    accounts: new Set<AccountId>(),
    holds: new Set<HoldId>(),
    reversed: new Set<TransferId>(),
    approvals: new Set<TransferId>(),
  }
  const made = new Map<TransferId, readonly Entry[]>()
  const book = { tallies, lines, policies }

  function snapshot(postings: readonly Posting[]): Map<AccountId, Tally> {
    const ids = postings.flatMap(({ source, destination }) => [source, destination])
    return new Map(ids.map((id) => [id, { ...tallyOf(book, id) }]))
  }

  /** Moves the money of postings, and checks what was to be kept. */
  function move(postings: readonly Posting[], moment: Moment, kept: Kept): void {
    checkOpen(book, postings)
    const before = snapshot(postings)
    const counted = new Set<AccountId>()
    const entries = postings.flatMap(({ source, destination, amount, currency }) => {
      assert.ok(amount > 0n && source !== destination, 'money moves from one account to another')
      for (const id of [source, destination]) assert.equal(tallyOf(book, id).currency, currency)
      const tally = tallyOf(book, source)
      tally.debited += amount
      if (!counted.has(source)) tally.debits += 1n
      counted.add(source)
      return [enterLine(source, -amount, moment), enterLine(destination, amount, moment)]
    })
    made.set(moment.id, entries)
    if (kept.limits) checkLimits(book, postings, moment.createdAt)
    if (kept.approved !== true) checkAlone(book, postings)
    checkBounds(book, before, kept.bounds)
  }

  function enterLine(
    id: AccountId,
    amount: bigint,
    { id: transferId, reference, createdAt, effectiveAt }: Moment,
  ): Entry {
    const tally = tallyOf(book, id)
    tally.posted += amount
    tally.lastEntry += 1n
    const own = lines.get(id) ?? []
    own.push({ transferId, at: createdAt, effectiveAt, amount })
    lines.set(id, own)
    touched.accounts.add(id)
    return {
      accountId: id,
      number: tally.lastEntry,
      transferId,
      amount,
      balanceAfter: tally.posted,
      debitedAfter: tally.debited,
      debitsAfter: tally.debits,
      reference,
      effectiveAt,
    }
  }

  return {
    ...book,
    transfers,
    touched,
    enter({ id, currency, userId, creditLimit }) {
      if (tallies.has(id)) return
      const nothing = {
        posted: 0n,
        held: 0n,
        incoming: 0n,
        debited: 0n,
        debits: 0n,
        lastEntry: 0n,
        openHolds: 0,
      }
      tallies.set(id, { id, currency, userId, creditLimit, closed: false, ...nothing })
    },
    snapshot,
    settle(transfer, kept) {
      const { id, origin, postings } = transfer
      assert.ok(!transfers.has(id), 'a transfer happens once')
      transfers.set(id, { id, origin, postings, reversed: postings.map(() => 0n) })
      move(postings, transfer, kept)
      for (const { reversed } of postings) assert.equal(reversed, 0n, 'what just happened is not reversed')
      assert.deepEqual(
        postings.flatMap(({ sourceLeg, destinationLeg }) => [sourceLeg, destinationLeg]),
        (made.get(id) ?? []).map(({ number, balanceAfter }) => ({ entry: number, balanceAfter })),
        'the legs of a transfer are its entries',
      )
    },
    settleUnseen(posting, moment) {
      const { id } = moment
      transfers.set(id, { id, origin: null, postings: [posting], reversed: [0n] })
      move([posting], moment, { limits: false, bounds: true })
    },
    entriesOf: (id) => made.get(id) ?? [],
  }
}
