/** Holds, rules and history of every store are the model's: each filter with each page, each clock at each moment. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { holdStatuses } from '#core/hold.ts'
import type { AccountId } from '#core/ids.ts'
import { fromMicros, toMicros, type Instant } from '#core/instant.ts'
import type { Period } from '#ports/history-reader.ts'
import type { StatementLine } from '#ports/ledger-reader.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { ALWAYS } from '../ledger-dump.ts'
import { createRandom, testSeed } from '../seed.ts'
import { holdOf, policyOf, quoteOf, transferOf, userOf } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import type { Ledger, StoreUnderTest } from '../stores.ts'

const BATCHES = 150
const QUERIES = 150
/** More words of a kind than the ledger uses. */
const WORDS = 80
const EUR = 'EUR' as CurrencyCode
const ACCOUNTS = ['1', '2', '3', '4', '9'] as AccountId[]

/** Some of everything, for sure; the rest is chance. */
const START: readonly (readonly string[])[] = [
  [
    'user ann',
    ...ACCOUNTS.map((id) => `open ${id} EUR 50.00 limit=5${id === '4' ? ' owner=ann' : ''}`),
    'open 5 USD 90.00',
    'open 6 USD',
  ],
  ['h1', 'h2', 'h3'].map((id) => `hold ${id} 1>2 1.00 EUR expires=01:00`),
  ['pay 1>2 1.00 EUR id=t1', 'reverse t1 0.40 EUR', 'capture h1 0.50 EUR', 'capture h2', 'release h1'],
  ['policy p1 EUR on=9 max=3.00', 'repolicy p1 EUR max=2.00', 'unpolicy p1'],
  ['quote x1 1.00 EUR 1.10 USD via=2>5 rate=11/10', 'convert x1 1>6'],
]

/** The same ledger in a store and in the model, and random numbers to ask about it. */
interface Pair {
  readonly store: Ledger
  readonly model: MemoryStore
  readonly below: (n: number) => number
  readonly oneOf: <T>(list: readonly T[]) => T
  /** A moment at which something happened or took effect, or a microsecond beside it. */
  readonly moment: () => Instant
}

/** Registers the contract's tests for a store. */
export function historyReadersContract(underTest: StoreUnderTest): void {
  const seed = testSeed()

  test(`${underTest.name}: holds, rules and history are the model’s`, { skip: underTest.skip }, async () => {
    const clock = createTestClock()
    const random = createRandom(seed)
    const below = (n: number): number => Math.floor(random() * n)
    const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T
    const model = createMemoryStore({ clock, sha256 })
    const ledger = await underTest.open(clock)
    const moment = (): Instant => {
      const entries = model.tables.entries.get(oneOf(ACCOUNTS)) ?? []
      const { createdAt, effectiveAt } = oneOf(entries)
      return fromMicros(toMicros(oneOf([createdAt, effectiveAt])) + BigInt(below(3) - 1))
    }
    const pair = { store: ledger.store, model, below, oneOf, moment }
    try {
      await postLedger(pair, () => clock.turn(1_000_000 * (1 + below(600))))
      for (let i = 0; i < QUERIES; i++) {
        await compareHolds(pair)
        await compareRules(pair)
        await compareBalances(pair)
        await compareStatement(pair)
      }
    } finally {
      await ledger.close()
    }
  })

  test(
    `${underTest.name}: a statement adds up while more is recorded`,
    { skip: underTest.skip },
    async () => {
      const ledger = await underTest.open(createTestClock())
      try {
        await readWhileWriting(ledger.store)
      } finally {
        await ledger.close()
      }
    },
  )
}

/** By either clock, whatever is recorded meanwhile: some of it now, some of it in the past. */
async function readWhileWriting(store: Ledger): Promise<void> {
  const ids = createTestIds()
  const post = (...lines: string[]) => store.post(lines.map((line) => toCommand(line, ids)))
  await post('open 1 EUR 90.00', 'open 2 EUR')
  let written = 0
  const writing = (async () => {
    for (; written < BATCHES; written += 1) await post('pay 1>2 0.02 EUR', 'pay 2>1 0.01 EUR eff=10-01T00:00')
  })()
  const asked = { ...ALWAYS, accountId: '1' as AccountId, limit: 10_000 }
  let read = 0
  while (written < BATCHES) {
    for (const clock of ['recorded', 'effective'] as const) {
      const { opening, closing, lines } = await store.readStatement({ ...asked, clock })
      const sum = lines.reduce((total, { amount }) => total + amount, opening.posted)
      assert.equal(sum, closing.posted, `after ${lines.length} lines by ${clock}`)
      read += lines.length
    }
  }
  await writing
  assert(read > BATCHES, 'nothing was read beside the writing')
}

/** A ledger that has something of everything; some batches share their time with the one before. */
async function postLedger({ store, model, below, oneOf, moment }: Pair, turn: () => void): Promise<void> {
  const ids = createTestIds()
  const post = async (...lines: string[]): Promise<void> => {
    const commands = lines.map((line) => toCommand(line, ids))
    assert.deepEqual(await store.post(commands), await model.post(commands))
  }
  const made = { t: 1, h: 3, p: 1, x: 1 } // Those of START.
  /** A word that was not used before, as Florin allots ids; and one that was. */
  const fresh = (kind: keyof typeof made): string => `${kind}${(made[kind] += 1)}`
  const known = (kind: keyof typeof made): string => `${kind}${1 + below(made[kind])}`
  const between = (): string => `${oneOf(ACCOUNTS)}>${oneOf(ACCOUNTS)}`
  const before = (): string => moment().slice('2026-'.length, -1)
  const amount = (): string => `${below(4)}.${below(9)}1 EUR`
  const lines: readonly (() => string)[] = [
    () => `pay ${between()} ${amount()} id=${fresh('t')}`,
    () => `pay ${between()} ${amount()}, ${between()} ${amount()}, ${between()} ${amount()} ref=food`,
    () => `pay ${between()} ${amount()} eff=${before()}`,
    () => `pay ${between()} ${amount()}, ${between()} ${amount()} eff=${before()} ref=late`,
    () => `reverse ${known('t')}`,
    () => `reverse ${known('t')} 0.21 EUR`,
    () =>
      `hold ${fresh('h')} ${between()} ${amount()}${oneOf(['', ' expires=02:00', ' expires=05:00', ' expires=12-01T00:00'])}`,
    () => `capture ${known('h')} 0.11 EUR`,
    () => `capture ${known('h')} 0.11 EUR rest`,
    () => `release ${known('h')}`,
    () => `expire ${known('h')}`,
    () => `policy ${fresh('p')} EUR ${oneOf(['', 'on=ann ', 'on=1 ', 'on=2 ', 'on=3 '])}max=3.00 fee=9:0.01`,
    () => `repolicy ${known('p')} EUR max=2.00`,
    () => `unpolicy ${known('p')}`,
    () => `quote ${fresh('x')} 1.00 EUR 1.10 USD via=2>5 rate=11/10`,
    () => `convert ${known('x')} 1>6`,
  ]
  for (const batch of START) {
    await post(...batch)
    turn()
  }
  for (let i = 0; i < BATCHES; i++) {
    if (below(4) > 0) turn()
    await post(...Array.from({ length: 1 + below(6) }, () => oneOf(lines)()))
  }
  await post('expire h3', 'books 01:00')
  const backdated = [...model.tables.entries.values()]
    .flat()
    .filter(({ createdAt, effectiveAt }) => effectiveAt < createdAt)
  assert.ok(backdated.length > 20, 'enough of it is backdated')
}

async function compareHolds({ store, model, below, oneOf, moment }: Pair): Promise<void> {
  const id = holdOf(`h${below(WORDS)}`)
  assert.deepEqual(await store.findHold(id), await model.findHold(id))
  const query = {
    ...(below(2) === 0 ? {} : { accountId: oneOf(ACCOUNTS) }),
    ...(below(2) === 0 ? {} : { status: oneOf(holdStatuses) }),
    ...(below(2) === 0 ? {} : { before: id }),
    limit: 1 + below(8),
  }
  assert.deepEqual(await store.listHolds(query), await model.listHolds(query), JSON.stringify(query))
  const at = moment()
  const due = 1 + below(3)
  assert.deepEqual(await store.listDueHolds(at, due), await model.listDueHolds(at, due))
  const linked = {
    ...oneOf([{ holdId: id }, { reversalOf: transferOf(`t${below(WORDS)}`) }]),
    ...(below(3) > 0 ? {} : { accountIds: [oneOf(ACCOUNTS)] }),
    limit: 5,
  }
  assert.deepEqual(
    await store.listTransfers(linked),
    await model.listTransfers(linked),
    JSON.stringify(linked),
  )
}

async function compareRules({ store, model, below, oneOf }: Pair): Promise<void> {
  const id = policyOf(`p${below(WORDS)}`)
  assert.deepEqual(await store.findPolicy(id), await model.findPolicy(id))
  const versions = { id, ...(below(2) === 0 ? {} : { before: 1 + below(4) }), limit: 1 + below(3) }
  assert.deepEqual(await store.listPolicyVersions(versions), await model.listPolicyVersions(versions))
  const query = {
    ...(below(3) > 0 ? {} : { accountId: oneOf(ACCOUNTS) }),
    ...(below(4) > 0 ? {} : { userId: userOf(oneOf(['ann', 'bob'])) }),
    ...(below(2) === 0 ? {} : { currency: oneOf([EUR, 'USD' as CurrencyCode]) }),
    ...(below(2) === 0 ? {} : { after: id }),
    limit: 1 + below(3),
  }
  assert.deepEqual(await store.listPolicies(query), await model.listPolicies(query), JSON.stringify(query))
  const target = oneOf([
    { kind: 'account' as const, accountId: oneOf(ACCOUNTS) },
    { kind: 'user' as const, userId: userOf('ann'), currency: EUR },
    { kind: 'currency' as const, currency: EUR },
  ])
  assert.deepEqual(await store.findPolicyFor(target), await model.findPolicyFor(target))
  const quote = quoteOf(`x${below(WORDS)}`)
  assert.deepEqual(await store.findQuote(quote), await model.findQuote(quote))
  assert.deepEqual(await store.books(), await model.books())
}

async function compareBalances({ store, model, below, oneOf, moment }: Pair): Promise<void> {
  const id = oneOf([...ACCOUNTS, '77' as AccountId])
  const at = moment()
  for (const clock of ['recorded', 'effective'] as const) {
    const asked = `account ${id} at ${at} by ${clock}`
    assert.deepEqual(await store.balanceAt(id, at, clock), await model.balanceAt(id, at, clock), asked)
    const statement = { accountId: id, clock, from: at, to: moment(), limit: 1 + below(9) }
    assert.deepEqual(await store.readStatement(statement), await model.readStatement(statement), asked)
    const query = {
      currency: EUR,
      at,
      clock,
      ...(below(2) === 0 ? {} : { after: oneOf(ACCOUNTS) }),
      limit: 1 + below(6),
    }
    assert.deepEqual(await store.listBalancesAt(query), await model.listBalancesAt(query), asked)
  }
}

/** Page by page, the statement is the whole one, and goes from the opening balance to the closing one. */
async function compareStatement({ store, model, below, oneOf, moment }: Pair): Promise<void> {
  const accountId = oneOf(ACCOUNTS)
  const [from, to] = [moment(), moment()].sort() as [Instant, Instant]
  for (const clock of ['recorded', 'effective'] as const) {
    const period = { clock, from, to, accountId }
    const asked = `account ${accountId} from ${from} to ${to} by ${clock}`
    const { lines: whole, opening, closing } = await model.readStatement({ ...period, limit: 10_000 })
    const lines: StatementLine[] = []
    for (;;) {
      const place = placeAfter(lines.at(-1), period)
      const page = await store.readStatement({ ...period, ...place, limit: 1 + below(9) })
      assert.deepEqual([page.opening, page.closing], [opening, closing], asked)
      if (page.lines.length === 0) break
      lines.push(...page.lines)
    }
    assert.deepEqual(lines, whole, asked)
    assert.equal(whole.at(-1)?.balanceAfter ?? opening.posted, closing.posted)
    const sum = whole.reduce((total, { amount }) => total + amount, opening.posted)
    assert.equal(sum, closing.posted)
  }
}

function placeAfter(last: StatementLine | undefined, { clock }: Period) {
  if (last === undefined) return {}
  return { after: { at: clock === 'recorded' ? last.createdAt : last.effectiveAt, number: last.number } }
}
