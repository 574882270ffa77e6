/**
 * A second ledger, kept from what the outcomes say: it adds up what moved, was held and was given back, and throws when
 * an outcome does not follow from its command, or from what came before. It knows nothing of the decide functions.
 */
import assert from 'node:assert/strict'
import type { Account } from '#core/account.ts'
import type { Approval } from '#core/approval.ts'
import type {
  CloseAccount,
  Command,
  ConvertQuote,
  CreateAccount,
  Makes,
  Outcome,
  PostTransfer,
  ReverseTransfer,
} from '#core/command.ts'
import type { Hold } from '#core/hold.ts'
import type { AccountId, HoldId, QuoteId, TransferId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Quote } from '#core/quote.ts'
import type { PostedTransfer } from '#core/transfer.ts'
import { createSecondApprovals } from './second-approvals.ts'
import { createBooks, type Books } from './second-book.ts'
import { createSecondHolds } from './second-holds.ts'
import { checkAsked, checkReversal } from './second-postings.ts'
import { tallyOf, type Tally } from './second-rules.ts'

/** A ledger that is kept beside. */
export interface SecondLedger extends Books {
  readonly holds: ReadonlyMap<HoldId, Hold>
  readonly approvals: ReadonlyMap<TransferId, Approval>
  /** Takes in an outcome. `accounts` are those that the store shows after the batch: who asked for the external ones? */
  take(command: Command, outcome: Outcome, accounts: readonly Account[]): void
}

/** Starts with nothing; `note` is told when something interesting happened. */
export function createSecondLedger(note: (what: string) => void): SecondLedger {
  const books = createBooks()
  const holds = createSecondHolds(books, note)
  const approvals = createSecondApprovals(books, note)
  const quotes = new Map<QuoteId, Quote>()
  let closedThrough: Instant | null = null

  function take(command: Command, outcome: Outcome, accounts: readonly Account[]): void {
    for (const account of accounts) if (account.kind === 'external') books.enter(account)
    if (outcome.kind === 'rejected' || outcome.replayed) return
    switch (command.kind) {
      case 'create_account':
        return takeOpening(command, made(outcome, 'account'), accounts)
      case 'update_account':
        return takeLimit(command.id, command.changes.creditLimit)
      case 'close_account':
        return takeClosing(command, made(outcome, 'account'))
      case 'post_transfer':
        return outcome.made === 'approval'
          ? approvals.takeRequest(command, outcome.result)
          : takeTransfer(command, made(outcome, 'transfer'))
      case 'approve_transfer':
        return approvals.takeApproval(command, made(outcome, 'approved'), closedThrough)
      case 'reject_transfer':
        return approvals.takeRejection(command, made(outcome, 'approval'))
      case 'expire_approval':
        return approvals.takeExpiry(command, made(outcome, 'approval'))
      case 'post_group': {
        const posted = made(outcome, 'transfers')
        assert.equal(posted.length, command.items.length, 'every item of a group is posted')
        return command.items.forEach((item, i) => takeTransfer(item, posted[i] as PostedTransfer))
      }
      case 'reverse_transfer':
        return takeReversal(command, made(outcome, 'transfer'))
      case 'create_hold':
        return holds.takeHold(made(outcome, 'hold'))
      case 'capture_hold':
        return holds.takeCapture(command, made(outcome, 'capture'))
      case 'release_hold':
        return holds.takeRelease(command, made(outcome, 'hold'))
      case 'create_policy':
      case 'update_policy': {
        const policy = made(outcome, 'policy')
        const key = JSON.stringify(policy.target)
        if (command.rules === null) books.policies.delete(key)
        else books.policies.set(key, { ...policy, rules: command.rules })
        return
      }
      case 'create_quote':
        quotes.set(command.id, made(outcome, 'quote'))
        return
      case 'convert_quote':
        return takeConversion(command, made(outcome, 'transfer'))
      case 'close_period':
        closedThrough = made(outcome, 'books').closedThrough
        assert.equal(closedThrough, command.through)
        return
      // Users, currencies, keys: nothing that money depends on.
      default:
        return
    }
  }

  /** An initial balance comes from the currency's external account. */
  function takeOpening(command: CreateAccount, account: Account, accounts: readonly Account[]): void {
    const { id, userId, creditLimit, currency, initialBalance, transferId } = command
    const { code, scale } = currency
    books.enter({ id, userId, creditLimit, currency: code })
    books.touched.accounts.add(id)
    if (initialBalance === 0n) return
    const externals = accounts.filter((one) => one.kind === 'external' && one.currency === code)
    assert.equal(externals.length, 1, `${code} has one external account`)
    const source = externals[0]?.id as AccountId
    const { createdAt } = account
    books.settleUnseen(
      { source, destination: id, amount: initialBalance, currency: code, scale, role: null },
      { id: transferId, reference: null, createdAt, effectiveAt: createdAt },
    )
  }

  function takeLimit(id: AccountId, creditLimit: bigint | undefined): void {
    books.touched.accounts.add(id)
    if (creditLimit === undefined) return
    const tally = tallyOf(books, id)
    assert.ok(tally.posted - tally.held >= -creditLimit, 'credit in use is not taken away')
    tally.creditLimit = creditLimit
  }

  function takeClosing(command: CloseAccount, account: Account): void {
    const tally = tallyOf(books, command.id)
    books.touched.accounts.add(command.id)
    if (tally.posted !== 0n) sweep(command, tally, account)
    const { posted, held, incoming } = tally
    assert.deepEqual([posted, held, incoming], [0n, 0n, 0n], 'closed means empty')
    tally.closed = true
  }

  function sweep(command: CloseAccount, { posted }: Tally, { currency, scale, closedAt }: Account): void {
    const { id, sweepTo, transferId } = command
    assert.ok(sweepTo !== null && closedAt !== null, 'an account with money is swept')
    note('swept and closed')
    books.settleUnseen(
      { source: id, destination: sweepTo, amount: posted, currency, scale, role: null },
      { id: transferId, reference: null, createdAt: closedAt, effectiveAt: closedAt },
    )
  }

  function takeTransfer(command: PostTransfer, transfer: PostedTransfer): void {
    // Within a group, an item may be answered as before.
    if (books.transfers.has(transfer.id)) return note('again within a group')
    const { createdAt, effectiveAt } = transfer
    assert.equal(transfer.id, command.id)
    assert.equal(effectiveAt, command.effectiveAt ?? createdAt)
    assert.ok(effectiveAt <= createdAt, 'nothing takes effect after it is recorded')
    if (effectiveAt < createdAt) {
      note('effective earlier')
      assert.ok(closedThrough === null || effectiveAt > closedThrough, 'what is closed stays closed')
    }
    for (const what of checkAsked(books, command.postings, transfer.postings)) note(what)
    books.settle(transfer, { limits: true, bounds: true })
  }

  function takeReversal(command: ReverseTransfer, reversal: PostedTransfer): void {
    const original = books.transfers.get(command.original)
    assert.ok(original !== undefined, 'what is reversed was posted')
    assert.equal(reversal.id, command.id)
    if (checkReversal(command, reversal, original)) note('the rest is reversed')
    for (const { role, amount } of reversal.postings) {
      if (role?.kind !== 'reversal') continue
      original.reversed[role.reverses] = (original.reversed[role.reverses] ?? 0n) + amount
    }
    books.touched.reversed.add(command.original)
    books.settle(reversal, { limits: false, bounds: true })
  }

  function takeConversion({ quoteId, source, destination }: ConvertQuote, transfer: PostedTransfer): void {
    const quote = quotes.get(quoteId)
    assert.ok(quote !== undefined && quote.transferId === null, 'a quote is converted once')
    assert.ok(transfer.createdAt < quote.expiresAt, 'a quote is converted in time')
    quotes.set(quote.id, { ...quote, transferId: transfer.id })
    const { sell, buy } = quote
    const asked = [
      { ...plain(sell), source, destination: sell.account },
      { ...plain(buy), source: buy.account, destination },
    ]
    checkAsked(books, asked, transfer.postings)
    books.settle(transfer, { limits: true, bounds: true })
  }

  return { ...books, holds: holds.holds, approvals: approvals.approvals, take }
}

function plain({ amount, currency, scale }: Quote['sell']) {
  return { amount, currency, scale, role: null }
}

function made<Made extends keyof Makes>(outcome: Outcome, what: Made): Makes[Made] {
  assert.ok(outcome.kind === 'accepted' && outcome.made === what, `${what} is made`)
  return outcome.result as Makes[Made]
}
