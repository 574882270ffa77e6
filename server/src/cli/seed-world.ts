// A believable world for `florin seed`: people, their accounts, and who pays whom, why and how much. The same seed makes
// the same world, ids included, so seeding again adds nothing.
import type { AccountRequest } from '#app/accounts.ts'
import type { TransferRequest } from '#app/transfer-requests.ts'
import type { UserRequest } from '#app/users.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import { formatAmount } from '#core/money.ts'

/** How large a world is. */
export interface WorldSize {
  readonly seed: number
  readonly users: number
  readonly accounts: number
  readonly transfers: number
}

/** Requests, each made when it is asked for. */
export interface World {
  users(): Iterable<UserRequest>
  accounts(): Iterable<AccountRequest>
  transfers(): Iterable<TransferRequest>
}

const FIRST_NAMES = (
  'Ada Aiko Amara Anna Arjun Bilal Carla Chen Clara Diego Elif Emeka Emma Esther Fatima Felix Grace Hana Hugo Ines ' +
  'Ivan Jonas Julia Kofi Lars Lea Liam Lucia Maja Marco Maria Mateo Mei Mina Nadia Noah Nora Olga Omar Paul Priya ' +
  'Rosa Samir Sara Sofia Tariq Tom Victor Yara Zoe'
).split(' ')
const LAST_NAMES = (
  'Ahmed Ali Andersen Bauer Becker Costa Cruz Diaz Dubois Fischer Garcia Haddad Hansen Ito Ivanova Jansen Johnson ' +
  'Kaya Khan Kim Kowalska Kumar Larsen Lopez Martin Mbeki Meyer Moreau Mueller Nguyen Novak Okafor Olsen Park Patel ' +
  'Pereira Petrov Rossi Santos Sato Schmidt Silva Singh Smith Suzuki Tan Virtanen Weber Wilson Yilmaz'
).split(' ')

/** Currencies, what share of accounts is in them, and what a coffee costs there in minor units. */
const CURRENCIES = [
  { code: 'EUR', scale: 2, share: 0.5, coffee: 290 },
  { code: 'USD', scale: 2, share: 0.3, coffee: 350 },
  { code: 'GBP', scale: 2, share: 0.1, coffee: 280 },
  { code: 'JPY', scale: 0, share: 0.06, coffee: 400 },
  { code: 'KWD', scale: 3, share: 0.04, coffee: 1100 },
] as const

/** A purpose's reference, and how many coffees it costs, from and to. */
const PURPOSES = [
  { reference: (n: number) => `Order ${100_000 + n}`, from: 1, to: 40 },
  { reference: (n: number) => `INV-2026-${String(n).padStart(6, '0')}`, from: 20, to: 900 },
  { reference: () => 'Lunch', from: 2, to: 8 },
  { reference: () => 'Rent', from: 150, to: 500 },
  { reference: (n: number) => `Ticket ${n}`, from: 3, to: 30 },
  { reference: () => null, from: 1, to: 100 },
] as const

/** Who receives follows a power law: with this exponent the most popular 1 % of accounts take a fifth of all payments. */
const POPULARITY = 3
/** The middle of initial balances, in coffees: enough that few transfers are refused, not so much that none is. */
const BALANCE_COFFEES = { min: 1000, perTransfer: 250 }

type SeedCurrency = (typeof CURRENCIES)[number]

/** Accounts that can pay each other, by their place in the world; the first are the most popular. */
interface Circle {
  readonly currency: SeedCurrency
  readonly members: readonly number[]
}

/** Makes a world. */
export function createWorld({ seed, users, accounts, transfers }: WorldSize): World {
  const account = (i: number): AccountId => `${seed * 1_000_000_000 + i + 1}` as AccountId
  const user = (i: number): UserId => uuid('user', seed, i) as UserId

  function* makeUsers(): Iterable<UserRequest> {
    const random = createRandom(seed)
    for (let i = 0; i < users; i += 1) {
      const [first, last] = [pick(FIRST_NAMES, random), pick(LAST_NAMES, random)]
      const email = `${first}.${last}.${seed}-${i + 1}@example.com`.toLowerCase()
      yield { id: user(i), name: `${first} ${last}`, email, metadata: {} }
    }
  }

  function* makeAccounts(): Iterable<AccountRequest> {
    const random = createRandom(seed + 1)
    const middle = Math.max(BALANCE_COFFEES.min, (BALANCE_COFFEES.perTransfer * transfers) / accounts)
    for (let i = 0; i < accounts; i += 1) {
      const { code, scale, coffee } = currencyOf(i)
      const coffees = middle * Math.exp(3 * (random() + random() - 1))
      yield {
        id: account(i),
        userId: users === 0 ? null : user(i % users),
        currency: code as CurrencyCode,
        creditLimit: '0',
        initialBalance: formatAmount(BigInt(Math.round(coffees * coffee)), scale),
        metadata: {},
      }
    }
  }

  function* makeTransfers(): Iterable<TransferRequest> {
    const random = createRandom(seed + 2)
    const circles = circlesOf(accounts)
    const payers = circles.flatMap((circle) => circle.members.map((member) => ({ member, circle })))
    for (let i = 0; i < transfers && payers.length > 0; i += 1) {
      const { member: source, circle } = pick(payers, random)
      const { code, scale, coffee } = circle.currency
      const { reference, from, to } = pick(PURPOSES, random)
      const coffees = from + random() * (to - from)
      const posting = {
        source: account(source),
        destination: account(receiver(circle, source, random)),
        amount: formatAmount(BigInt(Math.round(coffees * coffee)), scale),
        currency: code as CurrencyCode,
      }
      const id = uuid('transfer', seed, i) as TransferId
      yield { id, postings: [posting], reference: reference(i + 1), metadata: {}, effectiveAt: null }
    }
  }

  return { users: makeUsers, accounts: makeAccounts, transfers: makeTransfers }
}

function receiver({ members }: Circle, source: number, random: () => number): number {
  const popular = Math.floor(members.length * random() ** POPULARITY)
  const chosen = members[popular]
  return (chosen === source ? members[(popular + 1) % members.length] : chosen) ?? source
}

/** Accounts of one currency, where there are two at least. */
function circlesOf(accounts: number): Circle[] {
  const all = new Map<SeedCurrency, number[]>(CURRENCIES.map((currency) => [currency, []]))
  for (let i = 0; i < accounts; i += 1) all.get(currencyOf(i))?.push(i)
  return [...all]
    .map(([currency, members]) => ({ currency, members }))
    .filter(({ members }) => members.length > 1)
}

/** Multiples of the golden ratio spread evenly, so any number of accounts has about the shares above. */
function currencyOf(account: number): SeedCurrency {
  let left = (account * 0.618_033_988_749_894_9) % 1
  for (const currency of CURRENCIES) {
    left -= currency.share
    if (left < 0) return currency
  }
  return CURRENCIES[0]
}

/** 2026-01-01, from where the ids' time runs, a millisecond each. */
const EPOCH_MS = Date.UTC(2026, 0, 1)

/** A UUIDv7 made of what it is for, instead of chance: time, kind, seed (28 bits), place (32 bits). */
function uuid(kind: 'user' | 'transfer', seed: number, place: number): string {
  const time = hex(EPOCH_MS + place, 12)
  const seedHex = hex(seed, 7)
  const kindHex = kind === 'user' ? '001' : '002'
  return `${time.slice(0, 8)}-${time.slice(8)}-7${kindHex}-8${seedHex.slice(0, 3)}-${seedHex.slice(3)}${hex(place, 8)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(list.length * random())] as T
}

/** Numbers from 0 up to 1, the same for the same seed on every machine (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
