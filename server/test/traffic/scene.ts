/** Where random traffic plays: few accounts, users and currencies, so that what happens meets what happened before. */
import type { Account } from '#core/account.ts'
import type { Approval } from '#core/approval.ts'
import type { Idempotency, Origin, Principal } from '#core/command-fields.ts'
import type { IdempotencyRecord } from '#core/command.ts'
import type { Currency } from '#core/currency.ts'
import type { Hold } from '#core/hold.ts'
import type { AccountId, HoldId, QuoteId, SessionId, TransferId, UserId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import { MINOR_MAX } from '#core/money.ts'
import type { KeptLogin, Session } from '#core/login.ts'
import type { Policy, PolicyKey } from '#core/policy.ts'
import type { Quote } from '#core/quote.ts'
import type { Posting, Transfer } from '#core/transfer.ts'
import type { User } from '#core/user.ts'
import type { Clock } from '#ports/clock.ts'
import type { IdSource } from '#ports/id-source.ts'
import { countedUuid } from '../ids.ts'
import { createDice, type Dice } from './dice.ts'

/** What traffic looks at to be interesting: a balance to exceed by a cent, a version to hit or to miss. */
interface TrafficView {
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly users: ReadonlyMap<UserId, User>
  readonly holds: ReadonlyMap<HoldId, Hold>
  readonly policies: ReadonlyMap<PolicyKey, Policy>
  readonly quotes: ReadonlyMap<QuoteId, Quote>
  readonly approvals: ReadonlyMap<TransferId, Approval>
  readonly transfers: ReadonlyMap<TransferId, Transfer>
  readonly logins: ReadonlyMap<UserId, KeptLogin>
  readonly sessions: ReadonlyMap<SessionId, Session>
  readonly idempotency: ReadonlyMap<string, IdempotencyRecord>
}

/** What traffic is made from. */
export interface TrafficDeps {
  /** Numbers from 0 up to 1. */
  readonly random: () => number
  readonly ids: IdSource
  readonly view: TrafficView
  readonly clock: Clock
}

/** The currencies of the scene. */
export const CURRENCIES = [
  { code: 'EUR', scale: 2, name: 'Euro' },
  { code: 'JPY', scale: 0, name: 'Yen' },
  { code: 'GEM', scale: 3, name: 'Gem' },
  { code: 'ETH', scale: 18, name: 'Ether' },
] as Currency[]

const PLACES = 60
/** In these places balances are near 38 digits. */
const HUGE_FROM = 52
const USERS = 16
const USER_ID_FROM = 2 ** 40

/** Draws of everything that commands have in common. */
export interface Scene extends TrafficDeps {
  readonly dice: Dice
  fields(): {
    readonly principal: Principal
    readonly idempotency: Idempotency | null
    readonly origin?: Origin
  }
  /** Where a caller may sit. */
  address(): string
  fingerprint(): string
  metadata(): Record<string, string>
  reference(): string | null
  /** The present version mostly, sometimes another, often none. */
  version(present: number | undefined): number | null
  userId(): UserId
  /** An account of the scene, mostly one that is there. */
  readonly accountId: () => AccountId
  readonly accountIn: (currency: Currency) => AccountId
  /** The currency that an account of this number is opened in. */
  currencyOf(id: AccountId): Currency
  isHuge(id: AccountId): boolean
  external(): Account | undefined
  /** Some of what the account has, all of it, or a unit more. */
  readonly amountFrom: (id: AccountId) => bigint
  /** A moment around now: as long before as drawn, or a little later. */
  moment(): Instant
}

/** Sets the scene. */
export function createScene(deps: TrafficDeps): Scene {
  const { random, view, clock } = deps
  const dice = createDice(random)
  const { below, chance, oneOf, bigBelow } = dice
  let keys = 0

  const placeOf = (id: AccountId): number => Number(id) % PLACES
  const isHuge = (id: AccountId): boolean => placeOf(id) >= HUGE_FROM
  const currencyOf = (id: AccountId): Currency =>
    CURRENCIES[isHuge(id) ? 1 : placeOf(id) % CURRENCIES.length] as Currency

  const fingerprint = (): string =>
    below(2 ** 30)
      .toString(16)
      .padStart(64, '0')

  /** Whoever has closed an account opens the next one in its place, after a while. */
  const present: number[] = Array.from({ length: PLACES }, (_, place) => place + PLACES)
  function accountId(): AccountId {
    if (chance(0.01)) return `${1 + below(5)}` as AccountId
    const place = below(PLACES)
    const id = `${present[place]}` as AccountId
    if (view.accounts.get(id)?.closedAt == null || chance(0.9)) return id
    present[place] = Number(id) + PLACES
    return `${present[place]}` as AccountId
  }

  /** Who was erased is followed by another, after a while. */
  const people: number[] = Array.from({ length: USERS }, (_, place) => USER_ID_FROM + place)

  const address = (): string => `10.0.0.${below(3)}`
  function origin(): { readonly origin?: Origin } {
    if (chance(0.05)) return {}
    const credential = chance(0.9) ? null : 'session:1'
    const operation = oneOf(['createTransfer', 'updateUser'])
    return {
      origin: {
        operation,
        address: chance(0.9) ? address() : null,
        requestId: `r${below(1000)}`,
        credential,
      },
    }
  }

  /** Where policies are, there is most to see. */
  function ruledIn({ code }: Currency): AccountId[] {
    return [...view.policies.values()].flatMap(({ target, currency }) =>
      target.kind === 'account' && currency === code ? [target.accountId] : [],
    )
  }

  return {
    ...deps,
    dice,
    fields() {
      const principal = (chance(0.9) ? 'alice' : 'bob') as Principal
      const from = origin()
      if (chance(0.4)) return { principal, idempotency: null, ...from }
      keys += 1
      return { principal, idempotency: { key: `key ${keys}`, fingerprint: fingerprint() }, ...from }
    },
    address,
    fingerprint,
    metadata: () => (chance(0.8) ? {} : { [oneOf(['a', '10', '9', 'ä"\\'])]: oneOf(['', 'x', '{,}']) }),
    reference: () => (chance(0.3) ? oneOf(['rent', 'food', '', '{"a",NULL}\\']) : null),
    version: (now) => (chance(0.5) ? null : chance(0.7) ? (now ?? 1) : below(5) + 1),
    userId() {
      const place = below(USERS)
      const id = countedUuid(people[place] as number) as UserId
      if (view.users.get(id)?.erasedAt == null || chance(0.95)) return id
      people[place] = (people[place] as number) + USERS
      return countedUuid(people[place]) as UserId
    },
    accountId,
    accountIn(currency) {
      const ruled = chance(0.25) ? ruledIn(currency) : []
      if (ruled.length > 0) return oneOf(ruled)
      for (let tries = 0; tries < 40; tries++) {
        const id = accountId()
        if (currencyOf(id) === currency && (view.accounts.has(id) || chance(0.02))) return id
      }
      return accountId()
    },
    currencyOf,
    isHuge,
    external() {
      const externals = [...view.accounts.values()].filter(({ kind }) => kind === 'external')
      return externals.length === 0 ? undefined : oneOf(externals)
    },
    amountFrom(id) {
      const account = view.accounts.get(id)
      if (account === undefined) return BigInt(1 + below(1000))
      const { posted, held, creditLimit } = account
      if (creditLimit === null) return chance(0.7) ? BigInt(1 + below(1000)) : 1n + bigBelow(MINOR_MAX)
      const has = posted - held + creditLimit
      const amount = chance(0.8) ? bigBelow(has) / BigInt(1 + below(10)) : has + BigInt(below(3)) - 1n
      if (amount < 1n) return 1n
      return amount > MINOR_MAX ? MINOR_MAX : amount
    },
    moment() {
      if (chance(0.1)) return addSeconds(clock.now(), 1)
      return addSeconds(clock.now(), -below(oneOf([1, 60, 7200, 200_000])))
    },
  }
}

/** A plain leg. */
export function leg(
  { source, destination }: Pick<Posting, 'source' | 'destination'>,
  { code, scale }: Currency,
  amount: bigint,
): Posting {
  return { source, destination, amount, currency: code, scale, role: null }
}

/** The newest of what was made. */
export interface Memory<T> {
  readonly items: readonly T[]
  readonly add: (item: T) => T
}

/** Forgets what is older than the newest `size`. */
export function createMemory<T>(size: number): Memory<T> {
  const items: T[] = []
  return {
    items,
    add(item) {
      items.push(item)
      if (items.length > size) items.shift()
      return item
    },
  }
}
