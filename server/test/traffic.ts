/**
 * Random traffic on a small world, so that ids collide, floors are met and versions go stale. Seeded: the same random
 * numbers and the same ledger give the same commands.
 */
import type { Account } from '#core/account.ts'
import type { Command, CreateAccount, Idempotency, PostTransfer, Principal } from '#core/command.ts'
import type { Currency } from '#core/currency.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import { MINOR_MAX } from '#core/money.ts'
import type { Posting } from '#core/transfer.ts'
import type { User } from '#core/user.ts'
import type { IdSource } from '#ports/id-source.ts'
import { countedUuid } from './ids.ts'

/** What traffic looks at to be interesting: a balance to exceed by a cent, a version to hit or to miss. */
export interface TrafficView {
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly users: ReadonlyMap<UserId, User>
}

const CURRENCIES = [
  { code: 'EUR', scale: 2, name: 'Euro' },
  { code: 'JPY', scale: 0, name: 'Yen' },
  { code: 'GEM', scale: 3, name: 'Gem' },
  { code: 'ETH', scale: 18, name: 'Ether' },
] as Currency[]

const ACCOUNTS = 60
const USERS = 16
/** Of these accounts balances are near 38 digits. */
const HUGE_FROM = 52
/** How many of the newest commands may be sent again. */
const REMEMBERED = 400
const USER_ID_FROM = 2 ** 40

/** Makes one command after the other. */
export interface Traffic {
  next(): Command
}

/** Makes traffic; `random` gives numbers from 0 up to 1. */
export function createTraffic(deps: {
  readonly random: () => number
  readonly ids: IdSource
  readonly view: TrafficView
}): Traffic {
  const { random, ids, view } = deps
  const sent: Command[] = []
  let keys = 0

  const below = (n: number): number => Math.floor(random() * n)
  const chance = (p: number): boolean => random() < p
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const bigBelow = (n: bigint): bigint => (n <= 0n ? 0n : (n * BigInt(below(2 ** 30))) / 2n ** 30n)

  const accountId = (): AccountId => `${1 + below(chance(0.01) ? ACCOUNTS + 5 : ACCOUNTS)}` as AccountId
  const userId = (): UserId => countedUuid(USER_ID_FROM + below(USERS)) as UserId
  const email = (): string => `${oneOf(['Ann', 'ann', 'bob', 'CID', 'dan', 'Éva', 'éva'])}${below(3)}@x.org`
  const principal = (): Principal => (chance(0.9) ? 'alice' : 'bob') as Principal
  /** The currency that an account of this number is opened in. */
  const currencyOf = (id: AccountId): Currency =>
    CURRENCIES[Number(id) >= HUGE_FROM ? 1 : Number(id) % CURRENCIES.length] as Currency

  function idempotency(): Idempotency | null {
    if (chance(0.4)) return null
    keys += 1
    return { key: `key ${keys}`, fingerprint: fingerprint() }
  }

  const fingerprint = (): string =>
    below(2 ** 30)
      .toString(16)
      .padStart(64, '0')
  const fields = () => ({ principal: principal(), idempotency: idempotency() })
  const metadata = (): Record<string, string> =>
    chance(0.8) ? {} : { [oneOf(['a', '10', '9', 'ä"\\'])]: oneOf(['', 'x', '{,}']) }
  const version = (present: number | undefined): number | null =>
    chance(0.5) ? null : chance(0.7) ? (present ?? 1) : below(5) + 1

  function openAccount(id: AccountId): CreateAccount {
    const huge = Number(id) >= HUGE_FROM
    return {
      kind: 'create_account',
      ...fields(),
      id,
      userId: chance(0.5) ? userId() : null,
      currency: chance(0.95) ? currencyOf(id) : { ...oneOf(CURRENCIES), scale: 4 },
      creditLimit: chance(0.7) ? 0n : huge ? bigBelow(MINOR_MAX) : BigInt(below(1000)),
      initialBalance: chance(0.3) ? 0n : huge ? bigBelow(MINOR_MAX) : BigInt(below(10_000)),
      metadata: metadata(),
      externalAccountId: ids.accountId(),
      transferId: ids.transferId(),
    }
  }

  function setAccount(id: AccountId): Command {
    const account = view.accounts.get(id)
    const owed = account !== undefined && account.posted < 0n ? -account.posted : 0n
    const limit = chance(0.5) ? owed + BigInt(below(3)) - 1n : BigInt(below(2000))
    return {
      kind: 'update_account',
      ...fields(),
      id,
      ifVersion: version(account?.version),
      changes: {
        ...(chance(0.7) ? { creditLimit: limit < 0n ? 0n : limit } : {}),
        ...(chance(0.5) ? { metadata: metadata() } : {}),
      },
    }
  }

  function user(): Command {
    const id = userId()
    const before = view.users.get(id)
    if (before === undefined || chance(0.1)) {
      const name = chance(0.5) ? 'N' : null
      return {
        kind: 'create_user',
        ...fields(),
        id,
        name,
        email: chance(0.6) ? email() : null,
        metadata: metadata(),
      }
    }
    return {
      kind: 'update_user',
      ...fields(),
      id,
      ifVersion: version(before.version),
      changes: {
        ...(chance(0.4) ? { name: oneOf(['A', 'B', null]) } : {}),
        ...(chance(0.6) ? { email: chance(0.2) ? null : email() } : {}),
        ...(chance(0.3) ? { metadata: metadata() } : {}),
      },
    }
  }

  /** An account of a currency, mostly one that is there. */
  function accountIn(currency: Currency): AccountId {
    for (let tries = 0; tries < 40; tries++) {
      const id = accountId()
      if (currencyOf(id) === currency && (view.accounts.has(id) || chance(0.02))) return id
    }
    return accountId()
  }

  function external(): Account | undefined {
    const externals = [...view.accounts.values()].filter(({ kind }) => kind === 'external')
    return externals.length === 0 ? undefined : oneOf(externals)
  }

  /** An account whose settings are the harder to change: an external one, or one below zero. */
  function settable(): Account | undefined {
    if (chance(0.2)) return external()
    const indebted = [...view.accounts.values()].filter(
      ({ posted, kind }) => posted < 0n && kind === 'standard',
    )
    return indebted.length === 0 ? undefined : oneOf(indebted)
  }

  /** Some of what the account has, all of it, or a unit more. */
  function amountFrom(id: AccountId): bigint {
    const account = view.accounts.get(id)
    if (account === undefined) return BigInt(1 + below(1000))
    if (account.creditLimit === null) return chance(0.9) ? BigInt(1 + below(1000)) : 1n + bigBelow(MINOR_MAX)
    const has = account.posted + account.creditLimit
    const amount = chance(0.8) ? bigBelow(has) / BigInt(1 + below(10)) : has + BigInt(below(3)) - 1n
    if (amount < 1n) return 1n
    return amount > MINOR_MAX ? MINOR_MAX : amount
  }

  function leg(
    source: AccountId,
    destination: AccountId,
    currency: Currency,
    amount = amountFrom(source),
  ): Posting {
    return { source, destination, amount, currency: currency.code, scale: currency.scale, role: null }
  }

  function postings(): Posting[] {
    const currency = oneOf(CURRENCIES)
    const account = (): AccountId => accountIn(currency)
    const shape = random()
    if (shape < 0.6) return [leg(account(), account(), currency)]
    if (shape < 0.7) {
      const source = account()
      return Array.from({ length: 2 + below(4) }, () =>
        leg(source, account(), currency, amountFrom(source) / 3n || 1n),
      )
    }
    if (shape < 0.78) {
      const destination = account()
      return Array.from({ length: 2 + below(4) }, () => leg(account(), destination, currency))
    }
    if (shape < 0.9) {
      // A chain passes one amount on, perhaps back to where it began.
      const stops = Array.from({ length: 3 + below(3) }, account)
      if (chance(0.3)) stops.push(stops[0] as AccountId)
      const amount = amountFrom(stops[0] as AccountId)
      const chain = stops.slice(1).map((stop, i) => leg(stops[i] as AccountId, stop, currency, amount))
      return chance(0.3) ? chain.toReversed() : chain
    }
    if (shape < 0.95) {
      const other = oneOf(CURRENCIES)
      return [leg(account(), account(), currency), leg(accountIn(other), accountIn(other), other)]
    }
    const outside = external()
    if (shape < 0.98 && outside !== undefined) {
      const held = CURRENCIES.find(({ code }) => code === outside.currency) ?? currency
      return [chance(0.5) ? leg(outside.id, accountIn(held), held) : leg(accountIn(held), outside.id, held)]
    }
    return [leg(account(), accountId(), chance(0.5) ? currency : oneOf(CURRENCIES))]
  }

  function transfer(): PostTransfer {
    return {
      kind: 'post_transfer',
      ...fields(),
      id: ids.transferId(),
      idChosen: chance(0.3),
      postings: postings(),
      effectiveAt: null,
      reference: chance(0.3) ? oneOf(['rent', 'food', '', '{"a",NULL}\\']) : null,
      metadata: metadata(),
    }
  }

  /** A command that was sent before: the same, or another under its key or id. */
  function repeat(): Command {
    const before = oneOf(sent)
    if (chance(0.75)) return sentAgain(before)
    if (before.kind === 'post_transfer' && before.idChosen && chance(0.6)) {
      return { ...transfer(), id: before.id, idChosen: true }
    }
    const { idempotency: old } = before
    if (old === null) return sentAgain(before)
    return { ...transfer(), principal: before.principal, idempotency: { ...old, fingerprint: fingerprint() } }
  }

  /** As a client sends it: what Florin allots is allotted anew. */
  function sentAgain(before: Command): Command {
    if (before.kind === 'create_account') {
      return { ...before, externalAccountId: ids.accountId(), transferId: ids.transferId() }
    }
    return before.kind === 'post_transfer' && !before.idChosen ? { ...before, id: ids.transferId() } : before
  }

  function fresh(): Command {
    const kind = random()
    if (kind < 0.02) return user()
    if (kind < 0.05) return chance(0.5) ? user() : setAccount(accountId())
    if (kind < 0.08) return setAccount(chance(0.5) ? accountId() : (settable()?.id ?? accountId()))
    if (kind < 0.1) return openAccount(accountId())
    if (kind < 0.103) return { kind: 'create_currency', ...fields(), currency: oneOf(CURRENCIES) }
    const id = accountId()
    return view.accounts.has(id) || chance(0.7) ? transfer() : openAccount(id)
  }

  return {
    next() {
      const mayRepeat = sent.length > 0 && chance(0.12)
      const command = mayRepeat ? repeat() : fresh()
      if (command.idempotency !== null || (command.kind === 'post_transfer' && command.idChosen)) {
        if (sent.length < REMEMBERED) sent.push(command)
        else sent[below(REMEMBERED)] = command
      }
      return command
    },
  }
}
