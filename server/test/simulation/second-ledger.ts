/**
 * A second ledger, kept from what the outcomes say: it adds up what moved, was held and was given back, and throws when
 * an outcome does not follow from its command, or from what came before. It knows nothing of the decide functions.
 */
import assert from 'node:assert/strict'
import type { Account } from '#core/account.ts'
import type { CloseAccount, Command, CreateAccount, Outcome, PostTransfer } from '#core/command.ts'
import type { Hold } from '#core/hold.ts'
import type { AccountId, HoldId, QuoteId, TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Policy } from '#core/policy.ts'
import type { Quote } from '#core/quote.ts'
import type { Entry, PostedTransfer, Posting, TransferOrigin } from '#core/transfer.ts'
import { checkAsked, checkReversal } from './second-postings.ts'
import {
  checkBounds,
  checkLimits,
  checkOpen,
  feesFor,
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

/** A ledger that is kept beside. */
export interface SecondLedger {
  readonly tallies: ReadonlyMap<AccountId, Tally>
  readonly lines: ReadonlyMap<AccountId, readonly Line[]>
  readonly holds: ReadonlyMap<HoldId, Hold>
  readonly transfers: ReadonlyMap<TransferId, SecondTransfer>
  /** What the batch under way touched; cleared by whoever reads it. */
  readonly touched: {
    readonly accounts: Set<AccountId>
    readonly holds: Set<HoldId>
    readonly reversed: Set<TransferId>
  }
  /** Takes in an outcome. `accounts` are those that the store shows after the batch, for external ones are nobody's. */
  take(command: Command, outcome: Outcome, accounts: readonly Account[]): void
  /** The entries that a transfer made, in order. */
  entriesOf(transfer: PostedTransfer): Entry[]
}

/** Starts with nothing; `note` is told when something interesting happened. */
export function createSecondLedger(note: (what: string) => void): SecondLedger {
  const tallies = new Map<AccountId, Tally>()
  const lines = new Map<AccountId, Line[]>()
  const holds = new Map<HoldId, Hold>()
  const transfers = new Map<TransferId, SecondTransfer>()
  const policies = new Map<string, Policy>()
  const quotes = new Map<QuoteId, Quote>()
  const touched = {
    accounts: new Set<AccountId>(),
    holds: new Set<HoldId>(),
    reversed: new Set<TransferId>(),
  }
  const made = new Map<TransferId, Entry[]>()
  const book = { tallies, lines, policies }
  let closedThrough: Instant | null = null

  function take(command: Command, outcome: Outcome, accounts: readonly Account[]): void {
    for (const account of accounts) if (account.kind === 'external') enter(account)
    if (outcome.kind === 'rejected' || outcome.replayed) return
    switch (command.kind) {
      case 'create_account':
      case 'update_account':
      case 'close_account':
        return takeAccount(command, result(outcome, 'account'), accounts)
      case 'post_transfer':
        return takeTransfer(command, result(outcome, 'transfer'))
      case 'post_group': {
        const posted = result(outcome, 'transfers')
        assert.equal(posted.length, command.items.length, 'every item of a group is posted')
        return command.items.forEach((item, i) => takeTransfer(item, posted[i] as PostedTransfer))
      }
      case 'reverse_transfer': {
        const reversal = result(outcome, 'transfer')
        const original = transfers.get(command.original)
        assert.ok(original !== undefined, 'what is reversed was posted')
        assert.equal(reversal.id, command.id)
        if (checkReversal(command, reversal, original)) note('the rest is reversed')
        reversal.postings.forEach(({ role, amount }) => {
          if (role?.kind !== 'reversal') return
          original.reversed[role.reverses] = (original.reversed[role.reverses] ?? 0n) + amount
        })
        touched.reversed.add(command.original)
        return settle(reversal, { limits: false, policies: true })
      }
      case 'create_hold':
        return takeHold(result(outcome, 'hold'))
      case 'capture_hold': {
        const { hold, transfer } = result(outcome, 'capture')
        assert.equal(transfer.id, command.transferId)
        const before = changeHold(hold, transfer.createdAt)
        assert.ok(before.expiresAt === null || transfer.createdAt < before.expiresAt, 'a capture is in time')
        const amount = command.amount ?? before.amount - before.captured
        assert.equal(hold.captured, before.captured + amount)
        const ended = command.releaseRest || hold.captured === hold.amount
        assert.equal(hold.status, ended ? 'captured' : 'open')
        if (hold.status === 'open') note('captured in part')
        if (ended && hold.captured < hold.amount) note('the rest of a capture is released')
        const { reference, metadata } = hold
        assert.deepEqual(
          { reference: transfer.reference, metadata: transfer.metadata },
          { reference, metadata },
        )
        const fee = feeShare(hold) - feeShare(before)
        if (fee > 0n) note('a hold’s fee is taken')
        assert.deepEqual(
          transfer.postings.map((posting) => [posting.source, posting.destination, posting.amount]),
          [
            [hold.source, hold.destination, amount],
            ...(fee > 0n ? [[hold.source, hold.fee?.account, fee]] : []),
          ],
        )
        return settle(transfer, { limits: false, policies: false })
      }
      case 'release_hold': {
        const hold = result(outcome, 'hold')
        const before = changeHold(hold, hold.updatedAt)
        const due = before.expiresAt !== null && hold.updatedAt >= before.expiresAt
        assert.equal(hold.status, due ? 'expired' : 'released')
        assert.ok(due || !command.due, 'what is swept is due')
        if (before.captured > 0n) note('captured in part, then released')
        if (due) note('expired')
        return
      }
      case 'create_policy':
      case 'update_policy': {
        const policy = result(outcome, 'policy')
        const key = JSON.stringify(policy.target)
        if (command.rules === null) policies.delete(key)
        else policies.set(key, { ...policy, rules: command.rules })
        return
      }
      case 'create_quote':
        quotes.set(command.id, result(outcome, 'quote'))
        return
      case 'convert_quote': {
        const transfer = result(outcome, 'transfer')
        const quote = quotes.get(command.quoteId)
        assert.ok(quote !== undefined && quote.transferId === null, 'a quote is converted once')
        assert.ok(transfer.createdAt < quote.expiresAt, 'a quote is converted in time')
        quotes.set(quote.id, { ...quote, transferId: transfer.id })
        const { sell, buy } = quote
        const asked = [
          { ...posting(sell), source: command.source, destination: sell.account },
          { ...posting(buy), source: buy.account, destination: command.destination },
        ]
        checkAsked(book, asked, transfer.postings)
        return settle(transfer, { limits: true, policies: true })
      }
      case 'close_period':
        closedThrough = result(outcome, 'books').closedThrough
        assert.equal(closedThrough, command.through)
        return
      // Users, currencies, keys: nothing that money depends on.
      default:
        return
    }
  }

  /** An account as it is entered first: with nothing on it. */
  function enter({
    id,
    currency,
    userId,
    creditLimit,
  }: Pick<Account, 'id' | 'currency' | 'userId' | 'creditLimit'>): void {
    if (tallies.has(id)) return
    const balances = {
      posted: 0n,
      held: 0n,
      incoming: 0n,
      openHolds: 0,
      debited: 0n,
      debits: 0n,
      lastEntry: 0n,
    }
    tallies.set(id, { id, currency, userId, creditLimit, closed: false, ...balances })
  }

  function takeAccount(
    command: Extract<Command, { kind: `${string}_account` }>,
    account: Account,
    accounts: readonly Account[],
  ): void {
    touched.accounts.add(command.id)
    if (command.kind === 'create_account') {
      const { id, userId, creditLimit, currency } = command
      enter({ id, userId, creditLimit, currency: currency.code })
      if (command.initialBalance > 0n) bring(command, account, accounts)
      return
    }
    const tally = tallyOf(book, command.id)
    if (command.kind === 'close_account') {
      if (tally.posted !== 0n) sweep(command, tally, account)
      const { posted, held, incoming } = tally
      assert.deepEqual(
        { posted, held, incoming },
        { posted: 0n, held: 0n, incoming: 0n },
        'closed means empty',
      )
      tally.closed = true
    } else if (command.changes.creditLimit !== undefined) {
      tally.creditLimit = command.changes.creditLimit
      assert.ok(tally.posted - tally.held >= -tally.creditLimit, 'credit in use is not taken away')
    }
  }

  /** An initial balance comes from the currency's external account. */
  function bring(
    { id, currency, initialBalance, transferId }: CreateAccount,
    { createdAt }: Account,
    accounts: readonly Account[],
  ): void {
    const externals = accounts.filter((one) => one.kind === 'external' && one.currency === currency.code)
    assert.equal(externals.length, 1, `${currency.code} has one external account`)
    const { code, scale } = currency
    const source = externals[0]?.id as AccountId
    const brought = { source, destination: id, amount: initialBalance, currency: code, scale, role: null }
    moveAlone(brought, transferId, createdAt)
  }

  function sweep(
    { id, sweepTo, transferId }: CloseAccount,
    { posted }: Tally,
    { currency, scale, closedAt }: Account,
  ): void {
    assert.ok(sweepTo !== null && closedAt !== null, 'an account with money is swept')
    note('swept and closed')
    const swept = { source: id, destination: sweepTo, amount: posted, currency, scale, role: null }
    moveAlone(swept, transferId, closedAt)
  }

  /** A transfer that no outcome shows. */
  function moveAlone(posting: Posting, id: TransferId, at: Instant): void {
    transfers.set(id, { id, origin: null, postings: [posting], reversed: [0n] })
    move([posting], { id, createdAt: at, effectiveAt: at }, { limits: false, policies: true })
  }

  function takeTransfer(command: PostTransfer, transfer: PostedTransfer): void {
    // Within a group, an item may be answered as before.
    if (transfers.has(transfer.id)) return note('again within a group')
    const { createdAt, effectiveAt } = transfer
    assert.equal(transfer.id, command.id)
    assert.equal(effectiveAt, command.effectiveAt ?? createdAt)
    assert.ok(effectiveAt <= createdAt, 'nothing takes effect before it is recorded')
    if (effectiveAt < createdAt) {
      note('effective earlier')
      assert.ok(closedThrough === null || effectiveAt > closedThrough, 'what is closed stays closed')
    }
    for (const what of checkAsked(book, command.postings, transfer.postings)) note(what)
    settle(transfer, { limits: true, policies: true })
  }

  function settle(
    transfer: PostedTransfer,
    rules: { readonly limits: boolean; readonly policies: boolean },
  ): void {
    const { id, origin, postings } = transfer
    assert.ok(!transfers.has(id), 'a transfer happens once')
    transfers.set(id, { id, origin, postings, reversed: postings.map(() => 0n) })
    move(postings, transfer, rules)
    for (const { reversed } of postings) assert.equal(reversed, 0n, 'what just happened is not reversed')
    assert.deepEqual(
      transfer.postings.flatMap(({ sourceLeg, destinationLeg }) => [sourceLeg, destinationLeg]),
      (made.get(transfer.id) ?? []).map(({ number, balanceAfter }) => ({ entry: number, balanceAfter })),
      'the legs of a transfer are its entries',
    )
  }

  /** Moves the money of postings, and checks what was to be kept. */
  function move(
    postings: readonly Posting[],
    { id, createdAt, effectiveAt }: Pick<PostedTransfer, 'id' | 'createdAt' | 'effectiveAt'>,
    rules: { readonly limits: boolean; readonly policies: boolean },
  ): void {
    checkOpen(book, postings)
    const before = snapshot(postings)
    const entries: Entry[] = []
    const counted = new Set<AccountId>()
    for (const { source, destination, amount, currency } of postings) {
      assert.ok(amount > 0n && source !== destination, 'money moves from one account to another')
      for (const [accountId, signed] of [
        [source, -amount],
        [destination, amount],
      ] as const) {
        const tally = tallyOf(book, accountId)
        assert.equal(tally.currency, currency)
        tally.posted += signed
        tally.lastEntry += 1n
        if (signed < 0n) tally.debited += amount
        if (signed < 0n && !counted.has(accountId)) tally.debits += 1n
        if (signed < 0n) counted.add(accountId)
        const own = lines.get(accountId) ?? []
        own.push({ transferId: id, at: createdAt, effectiveAt, amount: signed })
        lines.set(accountId, own)
        entries.push({
          accountId,
          number: tally.lastEntry,
          transferId: id,
          amount: signed,
          balanceAfter: tally.posted,
          debitedAfter: tally.debited,
          debitsAfter: tally.debits,
          effectiveAt,
        })
        touched.accounts.add(accountId)
      }
    }
    made.set(id, entries)
    if (rules.limits) checkLimits(book, postings, createdAt)
    checkBounds(book, before, rules.policies)
  }

  function snapshot(postings: readonly Pick<Posting, 'source' | 'destination'>[]): Map<AccountId, Tally> {
    const ids = postings.flatMap(({ source, destination }) => [source, destination])
    return new Map(ids.map((id) => [id, { ...tallyOf(book, id) }]))
  }

  function takeHold(hold: Hold): void {
    const { source, destination, amount, currency, scale, createdAt, expiresAt } = hold
    assert.deepEqual([hold.status, hold.captured], ['open', 0n])
    assert.ok(expiresAt === null || expiresAt > createdAt, 'a hold has some time')
    const asked: Posting = { source, destination, amount, currency, scale, role: null }
    const [fee] = feesFor(book, [asked])
    assert.deepEqual(hold.fee, fee === undefined ? null : { account: fee.destination, amount: fee.amount })
    if (fee !== undefined) note('a hold with a fee')
    const postings: Posting[] =
      fee === undefined ? [asked] : [asked, { ...asked, ...fee, role: { kind: 'fee' } }]
    checkOpen(book, postings)
    const before = snapshot(postings)
    holds.set(hold.id, hold)
    reserve(hold, 1n)
    checkLimits(book, [asked], createdAt)
    checkBounds(book, before, true)
  }

  /** Puts the hold in place of what it was; only what is open changes. */
  function changeHold(hold: Hold, at: Instant): Hold {
    const before = holds.get(hold.id)
    assert.ok(before?.status === 'open', 'what has ended stays as it is')
    const { status, captured, updatedAt, ...same } = hold
    assert.deepEqual({ ...before, status, captured, updatedAt }, { ...same, status, captured, updatedAt })
    assert.equal(updatedAt, at)
    reserve(before, -1n)
    holds.set(hold.id, hold)
    if (status === 'open') reserve(hold, 1n)
    return before
  }

  function reserve(hold: Hold, sign: 1n | -1n): void {
    const source = tallyOf(book, hold.source)
    const left = hold.amount - hold.captured
    source.held += sign * (left + (hold.fee?.amount ?? 0n) - feeShare(hold))
    source.openHolds += Number(sign)
    tallyOf(book, hold.destination).incoming += sign * left
    touched.accounts.add(hold.source).add(hold.destination)
    touched.holds.add(hold.id)
  }

  return {
    tallies,
    lines,
    holds,
    transfers,
    touched,
    take,
    entriesOf: ({ id }) => made.get(id) ?? [],
  }
}

/** The fee goes with what is captured, to the unit below; all of it with the last. */
function feeShare({ fee, captured, amount }: Hold): bigint {
  return fee === null ? 0n : (fee.amount * captured) / amount
}

function posting({ amount, currency, scale }: Quote['sell']) {
  return { amount, currency, scale, role: null }
}

type Results = {
  [Kind in Extract<Outcome, { kind: 'accepted' }>['made']]: Extract<Outcome, { made: Kind }>['result']
}

function result<Made extends keyof Results>(outcome: Outcome, made: Made): Results[Made] {
  assert.ok(outcome.kind === 'accepted' && outcome.made === made, `${made} is made`)
  return outcome.result as Results[Made]
}
