// The ledger rebuilt from its facts alone: a second model beside the decide functions, written from what facts promise,
// so that a mistake in one is seen by the other.
import type { Account } from './account.ts'
import type { CurrencyCode, LedgerCurrency } from './currency.ts'
import type { AccountId, UserId } from './ids.ts'
import { laterOf } from './instant.ts'
import { formatAmount, MINOR_MAX } from './money.ts'
import type { RecordedAccount, RecordedFact, RecordedUser } from './recorded-fact.ts'
import { POSTINGS_MAX, type FailedTransfer, type Leg, type PostedTransfer } from './transfer.ts'

/** The ledger as the facts so far leave it. Grows with accounts and users, not with transfers. */
export interface Replay {
  readonly accounts: Map<AccountId, Account>
  readonly currencies: Map<CurrencyCode, LedgerCurrency>
  readonly users: Map<UserId, RecordedUser>
}

/** Something a fact says that does not follow from the facts before it. */
export interface Contradiction {
  readonly expected: string
  readonly found: string
}

/** The ledger before its first fact. */
export function emptyReplay(): Replay {
  return { accounts: new Map(), currencies: new Map(), users: new Map() }
}

/**
 * Applies one fact and tells what is wrong with it. A wrong fact is applied as it stands, so that one lie is reported
 * where it is told and not again by everything that follows.
 */
export function replayFact(replay: Replay, fact: RecordedFact): Contradiction[] {
  switch (fact.type) {
    case 'currency.created': {
      const { code } = fact.currency
      const known = replay.currencies.has(code)
      replay.currencies.set(code, { ...fact.currency, externalAccountId: null })
      return known ? [differs(`no currency ${code} yet`, 'created again')] : []
    }
    case 'user.created':
    case 'user.updated':
      return replayUser(replay, fact.type === 'user.created', fact.user)
    case 'account.created':
      return replayNewAccount(replay, fact.account)
    case 'account.updated':
      return replaySettings(replay, fact.account)
    case 'transfer.posted':
      return replayPosted(replay, fact.transfer)
    case 'transfer.failed':
      return checkFailed(fact.transfer)
  }
}

function replayUser(replay: Replay, isNew: boolean, user: RecordedUser): Contradiction[] {
  const before = replay.users.get(user.id)
  replay.users.set(user.id, user)
  if (isNew && before !== undefined) return [differs(`no user ${user.id} yet`, 'created again')]
  if (!isNew && before === undefined) return [differs(`user ${user.id}`, 'changed before it was created')]
  return compare([['version', (before?.version ?? 0) + 1, user.version]])
}

function replayNewAccount(replay: Replay, account: RecordedAccount): Contradiction[] {
  const { id, kind, currency: code, scale, userId } = account
  const found: Contradiction[] = []
  if (replay.accounts.has(id)) found.push(differs(`no account ${id} yet`, 'created again'))
  replay.accounts.set(id, { ...account, posted: 0n, lastEntry: 0n })
  const currency = replay.currencies.get(code)
  if (currency === undefined) found.push(differs(`currency ${code}`, 'not in the ledger'))
  if (userId !== null && !replay.users.has(userId)) found.push(differs(`user ${userId}`, 'not in the ledger'))
  if (kind === 'external' && currency !== undefined) {
    if (currency.externalAccountId !== null) {
      found.push(differs(`external account ${currency.externalAccountId} only`, 'another one'))
    }
    replay.currencies.set(code, { ...currency, externalAccountId: id })
  }
  return found.concat(
    compare([
      ['scale', currency?.scale ?? scale, scale],
      ['version', 1, account.version],
      ['a floor', kind === 'standard', account.creditLimit !== null],
    ]),
  )
}

function replaySettings(replay: Replay, account: RecordedAccount): Contradiction[] {
  const before = replay.accounts.get(account.id)
  replay.accounts.set(account.id, {
    ...account,
    posted: before?.posted ?? 0n,
    lastEntry: before?.lastEntry ?? 0n,
  })
  if (before === undefined) return [differs(`account ${account.id}`, 'changed before it was created')]
  const { creditLimit } = account
  const found = compare([
    ['version', before.version + 1, account.version],
    ['kind', before.kind, account.kind],
    ['user', before.userId, account.userId],
    ['currency', before.currency, account.currency],
    ['scale', before.scale, account.scale],
    ['created_at', before.createdAt, account.createdAt],
    ['updated_at', laterOf(before.updatedAt, account.updatedAt), account.updatedAt],
  ])
  if (creditLimit !== null && before.posted < -creditLimit) {
    found.push(differs('a floor at or below the balance', `a floor above it`))
  }
  return found
}

function replayPosted(replay: Replay, transfer: PostedTransfer): Contradiction[] {
  const { postings, createdAt } = transfer
  const found = checkShape(postings.length)
  const before = new Map<AccountId, Account>()
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
      found.push(...checkLeg(account, leg, amount), ...checkMoney(account, posting))
      replay.accounts.set(account.id, {
        ...account,
        posted: leg.balanceAfter,
        lastEntry: leg.entry,
        updatedAt: createdAt,
      })
    }
  }
  for (const account of before.values()) found.push(...checkFloor(replay, account, createdAt))
  return found
}

function checkLeg({ id, posted, lastEntry, scale }: Account, leg: Leg, amount: bigint): Contradiction[] {
  const after = posted + amount
  if (leg.entry === lastEntry + 1n && leg.balanceAfter === after) return []
  return compare([
    [`entry of account ${id}`, lastEntry + 1n, leg.entry],
    [`balance after of account ${id}`, formatAmount(after, scale), formatAmount(leg.balanceAfter, scale)],
  ])
}

function checkMoney(
  { id, currency, scale }: Account,
  posting: { readonly currency: CurrencyCode; readonly scale: number },
): Contradiction[] {
  if (posting.currency === currency && posting.scale === scale) return []
  return compare([
    [`currency of account ${id}`, currency, posting.currency],
    [`scale of account ${id}`, scale, posting.scale],
  ])
}

/** What a transfer leaves on an account it touched; `before` is the account before its first posting. */
function checkFloor(replay: Replay, before: Account, createdAt: Account['updatedAt']): Contradiction[] {
  const { id, creditLimit, scale } = before
  const posted = replay.accounts.get(id)?.posted ?? 0n
  const found: Contradiction[] = []
  if (creditLimit !== null && posted < before.posted && posted < -creditLimit) {
    const floor = formatAmount(-creditLimit, scale)
    found.push(differs(`account ${id} at or above its floor ${floor}`, formatAmount(posted, scale)))
  }
  if (posted > MINOR_MAX || posted < -MINOR_MAX) {
    found.push(differs(`account ${id} within 38 digits`, posted.toString()))
  }
  if (createdAt < before.updatedAt) {
    found.push(differs(`created_at at or after ${before.updatedAt}`, createdAt))
  }
  return found
}

function checkFailed({ postings, refusal }: FailedTransfer): Contradiction[] {
  const found = checkShape(postings.length)
  if (refusal.code === 'transfer_id_reused' || refusal.code === 'idempotency_key_reused') {
    found.push(differs('a refusal that is recorded', refusal.code))
  }
  return found
}

function checkShape(postings: number): Contradiction[] {
  return postings >= 1 && postings <= POSTINGS_MAX
    ? []
    : [differs(`1 to ${POSTINGS_MAX} postings`, `${postings}`)]
}

type Pair = readonly [name: string, expected: unknown, found: unknown]

function compare(pairs: readonly Pair[]): Contradiction[] {
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(([name, expected, found]) => differs(`${name} ${String(expected)}`, `${name} ${String(found)}`))
}

function differs(expected: string, found: string): Contradiction {
  return { expected, found }
}
