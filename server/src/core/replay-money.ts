// The other half of replay.ts: transfers and holds, followed account by account.
import type { Account } from './account.ts'
import { toEntry } from './draft.ts'
import { capturable, reserved, type Hold } from './hold.ts'
import type { AccountId } from './ids.ts'
import type { Instant } from './instant.ts'
import { formatAmount, MINOR_MAX } from './money.ts'
import type { HoldChange, RecordedFact } from './recorded-fact.ts'
import { replayAccess } from './replay-access.ts'
import { noteApproved, replayApproval } from './replay-approval.ts'
import { replayLogin } from './replay-login.ts'
import {
  compare,
  differs,
  replayRegistry,
  type Contradiction,
  type RegistryFact,
  type Replay,
  type Replayed,
} from './replay.ts'
import {
  POSTINGS_MAX,
  type Entry,
  type FailedTransfer,
  type Posting,
  type PostedTransfer,
} from './transfer.ts'

/**
 * Applies one fact and tells what is wrong with it. A wrong fact is applied as it stands, so that one lie is reported
 * where it is told and not again by everything that follows.
 */
export function replayFact(replay: Replay, fact: RecordedFact): Replayed {
  switch (fact.type) {
    case 'transfer.posted':
      return replayPosted(replay, fact.transfer)
    case 'transfer.failed':
      return told(checkFailed(fact.transfer))
    case 'hold.created':
      return told(replayNewHold(replay, fact.hold))
    case 'hold.captured':
    case 'hold.released':
    case 'hold.expired':
      return replayHold(replay, fact.type, fact.change)
    case 'api_key.created':
    case 'api_key.rotated':
    case 'api_key.revoked':
    case 'access.refused':
      return told(replayAccess(replay, fact))
    case 'approval.requested':
    case 'approval.approved':
    case 'approval.rejected':
    case 'approval.expired':
      return told(replayApproval(replay, fact))
    case 'login.roles_set':
    case 'login.password_set':
    case 'login.password_removed':
    case 'session.started':
    case 'session.refreshed':
    case 'session.ended':
      return told(replayLogin(replay, fact))
    default:
      return told(replayRegistry(replay, fact satisfies RegistryFact))
  }
}

function told(contradictions: Contradiction[]): Replayed {
  return { contradictions, entries: [], endedHold: null }
}

function replayPosted(replay: Replay, transfer: PostedTransfer): Replayed {
  const { id, postings, reference, createdAt, effectiveAt } = transfer
  const found = checkShape(postings).concat(checkTimes(replay, transfer))
  const before = new Map<AccountId, Account>()
  const debited = new Set<AccountId>()
  const entries: Entry[] = []
  for (const [i, posting] of postings.entries()) {
    if (posting.amount <= 0n)
      found.push(differs('an amount above 0', `postings[${i}] moves ${posting.amount}`))
    if (posting.source === posting.destination) {
      found.push(differs('two accounts', `postings[${i}] stays on account ${posting.source}`))
    }
    for (const side of ['source', 'destination'] as const) {
      const account = replay.accounts.get(posting[side])
      if (account === undefined) {
        found.push(differs(`account ${posting[side]}`, `not in the ledger before postings[${i}]`))
        continue
      }
      if (!before.has(account.id)) before.set(account.id, account)
      const leg = posting[`${side}Leg`]
      const amount = side === 'source' ? -posting.amount : posting.amount
      found.push(
        ...compare([
          [`entry of account ${account.id}`, account.lastEntry + 1n, leg.entry],
          [`balance after of account ${account.id}`, account.posted + amount, leg.balanceAfter],
        ]),
        ...checkMoney(account, posting),
      )
      const isDebit = side === 'source'
      const moved: Account = {
        ...account,
        posted: leg.balanceAfter,
        lastEntry: leg.entry,
        debited: account.debited + (isDebit ? posting.amount : 0n),
        debits: account.debits + (isDebit && !debited.has(account.id) ? 1n : 0n),
        updatedAt: createdAt,
      }
      if (isDebit) debited.add(account.id)
      replay.accounts.set(account.id, moved)
      entries.push(toEntry(moved, { transferId: id, amount, reference, effectiveAt }))
    }
  }
  found.push(...replayOrigin(replay, transfer), ...noteApproved(replay, transfer))
  for (const account of before.values()) found.push(...checkBounds(replay, account, createdAt))
  return { contradictions: found, entries, endedHold: null }
}

function checkMoney({ id, currency, scale }: Account, posting: Posting): Contradiction[] {
  return compare([
    [`currency of account ${id}`, currency, posting.currency],
    [`scale of account ${id}`, scale, posting.scale],
  ])
}

function checkTimes({ closedThrough }: Replay, { createdAt, effectiveAt }: PostedTransfer): Contradiction[] {
  if (effectiveAt === createdAt) return []
  const found: Contradiction[] = []
  if (effectiveAt > createdAt) found.push(differs(`effective_at at or before ${createdAt}`, effectiveAt))
  if (closedThrough !== null && effectiveAt <= closedThrough) {
    found.push(differs(`effective_at after ${closedThrough}`, effectiveAt))
  }
  return found
}

/** What the transfer does to what it came from. */
function replayOrigin(replay: Replay, { id, origin, postings, createdAt }: PostedTransfer): Contradiction[] {
  switch (origin?.kind) {
    case undefined:
      return []
    case 'reversal':
      return postings.flatMap(({ role, amount }) => {
        if (role?.kind !== 'reversal') return [differs('a posting that reverses one', 'another posting')]
        const known = replay.reversed.get(origin.of) ?? new Map<number, bigint>()
        const reversed = (known.get(role.reverses) ?? 0n) + amount
        replay.reversed.set(origin.of, known.set(role.reverses, role.reversedAfter))
        return compare([[`reversed of postings[${role.reverses}]`, reversed, role.reversedAfter]])
      })
    case 'capture': {
      const hold = replay.openHolds.get(origin.holdId)
      if (hold === undefined) return [differs(`hold ${origin.holdId} open`, 'captured')]
      const amount = postings.reduce(
        (sum, posting) => (posting.role === null ? sum + posting.amount : sum),
        0n,
      )
      const captured = hold.captured + amount
      changeHold(replay, hold, { ...hold, captured })
      const { expiresAt } = hold
      return [
        ...(captured > hold.amount ? [differs(`at most ${hold.amount} captured`, `${captured}`)] : []),
        ...(expiresAt !== null && createdAt >= expiresAt
          ? [differs(`captured before ${expiresAt}`, createdAt)]
          : []),
      ]
    }
    case 'conversion': {
      const quote = replay.quotes.get(origin.quoteId)
      if (quote === undefined) return [differs(`quote ${origin.quoteId}`, 'not in the ledger')]
      replay.quotes.set(quote.id, { ...quote, transferId: id })
      return [
        ...compare([
          ['converted by', null, quote.transferId],
          ['sold', quote.sell.amount, postings[0]?.amount],
          ['bought', quote.buy.amount, postings[1]?.amount],
        ]),
        ...(createdAt < quote.expiresAt ? [] : [differs(`converted before ${quote.expiresAt}`, createdAt)]),
      ]
    }
  }
}

function replayNewHold(replay: Replay, hold: Hold): Contradiction[] {
  const { id, source, destination, amount, currency, scale, status, captured, createdAt, updatedAt } = hold
  const found = compare([
    ['status', 'open', status],
    ['captured', 0n, captured],
    ['updated_at', createdAt, updatedAt],
  ])
  if (replay.openHolds.has(id)) found.push(differs(`no hold ${id} yet`, 'created again'))
  if (amount <= 0n) found.push(differs('an amount above 0', `${amount}`))
  const accounts = [source, destination].flatMap((one) => replay.accounts.get(one) ?? [])
  if (accounts.length < 2)
    return [...found, differs(`accounts ${source} and ${destination}`, 'not in the ledger')]
  for (const account of accounts) {
    found.push(
      ...compare([
        [`currency of account ${account.id}`, account.currency, currency],
        [`scale of account ${account.id}`, account.scale, scale],
        [`closed_at of account ${account.id}`, null, account.closedAt],
      ]),
    )
  }
  changeHold(replay, null, hold)
  return found.concat(accounts.flatMap((account) => checkBounds(replay, account, createdAt)))
}

/** A capture's transfer came before and has told how much. */
function replayHold(
  replay: Replay,
  type: 'hold.captured' | 'hold.released' | 'hold.expired',
  { id, status, captured, scale, updatedAt }: HoldChange,
): Replayed {
  const before = replay.openHolds.get(id)
  if (before === undefined) return told([differs(`hold ${id} open`, type)])
  const after: Hold = { ...before, status, captured, updatedAt }
  changeHold(replay, before, after)
  const { expiresAt, amount } = before
  const found = compare([
    ['captured', before.captured, captured],
    ['scale', before.scale, scale],
    ['expired', type === 'hold.expired', expiresAt !== null && updatedAt >= expiresAt],
  ])
  const partly = type === 'hold.captured' && status === 'open' && captured < amount
  if (!partly) found.push(...compare([['status', type.slice('hold.'.length), status]]))
  return { contradictions: found, entries: [], endedHold: status === 'open' ? null : after }
}

/** Gives what the hold reserves and announces to its accounts, in place of what it did before. */
function changeHold(replay: Replay, before: Hold | null, after: Hold): void {
  if (after.status === 'open') replay.openHolds.set(after.id, after)
  else replay.openHolds.delete(after.id)
  const opened = (after.status === 'open' ? 1 : 0) - (before === null ? 0 : 1)
  const source = replay.accounts.get(after.source)
  if (source !== undefined) {
    const held = source.held + reserved(after) - (before === null ? 0n : reserved(before))
    const openHolds = source.openHolds + opened
    replay.accounts.set(source.id, { ...source, held, openHolds, updatedAt: after.updatedAt })
  }
  const destination = replay.accounts.get(after.destination)
  if (destination !== undefined) {
    const incoming = destination.incoming + capturable(after) - (before === null ? 0n : capturable(before))
    replay.accounts.set(destination.id, { ...destination, incoming, updatedAt: after.updatedAt })
  }
}

/** What a fact leaves on an account that it touched; `before` is the account before it. */
function checkBounds(replay: Replay, before: Account, createdAt: Instant): Contradiction[] {
  const { id, creditLimit, scale } = before
  const { posted, held, closedAt } = replay.accounts.get(id) ?? before
  const found: Contradiction[] = []
  const free = posted - held
  if (creditLimit !== null && free < before.posted - before.held && free < -creditLimit) {
    const floor = formatAmount(-creditLimit, scale)
    found.push(differs(`account ${id} at or above its floor ${floor}`, formatAmount(free, scale)))
  }
  if (posted > MINOR_MAX || posted < -MINOR_MAX) {
    found.push(differs(`account ${id} within 38 digits`, posted.toString()))
  }
  if (createdAt < before.updatedAt) {
    found.push(differs(`created_at at or after ${before.updatedAt}`, createdAt))
  }
  if (closedAt !== null) found.push(differs(`nothing on account ${id} after ${closedAt}`, createdAt))
  return found
}

function checkFailed({ postings, refusal }: FailedTransfer): Contradiction[] {
  const found = checkShape(postings)
  if (refusal.code === 'transfer_id_reused' || refusal.code === 'idempotency_key_reused') {
    found.push(differs('a refusal that is recorded', refusal.code))
  }
  return found
}

function checkShape(postings: readonly Posting[]): Contradiction[] {
  const count = postings.filter(({ role }) => role?.kind !== 'fee').length
  // A reversal undoes fees, too, as postings of its own.
  return count >= 1 && count <= 2 * POSTINGS_MAX ? [] : [differs(`1 to ${POSTINGS_MAX} postings`, `${count}`)]
}
