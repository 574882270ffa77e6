/** Readers of every store answer as the model's do: each filter with each page, cursors under new rows, the journal. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { Account } from '#core/account.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, SessionId, TransferId, UserId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { Transfer } from '#core/transfer.ts'
import type { JournalEvent, JournalPosition } from '#ports/journal-reader.ts'
import type { StatementLine, TransferFilter } from '#ports/ledger-reader.ts'
import type { SealedKey } from '#ports/signing-keys.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { countedUuid, createTestIds } from '../ids.ts'
import { createRandom, testSeed } from '../seed.ts'
import { toCommand } from '../shorthand.ts'
import type { Ledger, StoreUnderTest } from '../stores.ts'
import { createTraffic, type Traffic } from '../traffic/traffic.ts'

const BATCHES = 60
const BATCH = 20
const QUERIES = 300

/** A store and the model, with the same random ledger in both. */
interface Pair {
  readonly store: Ledger
  readonly model: MemoryStore
  readonly clock: TestClock
  readonly random: () => number
  /** Posts so many more random commands to both. */
  readonly post: (commands: number) => Promise<void>
  readonly close: () => Promise<void>
}

async function openPair(underTest: StoreUnderTest, seed: number): Promise<Pair> {
  const clock = createTestClock()
  const opened = await underTest.open(clock)
  const { store } = opened
  const model = createMemoryStore({ clock, sha256 })
  const random = createRandom(seed)
  const traffic: Traffic = createTraffic({ random, ids: createTestIds(), view: model.tables, clock })
  const post = async (count: number): Promise<void> => {
    // Some batches share a time with the one before.
    if (random() < 0.8) clock.turn(1_000)
    const commands = Array.from({ length: count }, () => traffic.next()).flat()
    await store.post(commands)
    await model.post(commands)
  }
  return { store, model, clock, random, post, close: () => opened.close() }
}

/** Registers the contract's tests for a store. */
export function ledgerReadersContract(underTest: StoreUnderTest): void {
  const { name, skip } = underTest
  const seed = testSeed()

  test(`${name}: lists are the model’s, whatever the filter and the page`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      for (let i = 0; i < BATCHES; i++) await pair.post(BATCH)
      for (let i = 0; i < QUERIES; i++) await compareLists(pair)
      await compareFinds(pair)
    } finally {
      await pair.close()
    }
  })

  test(`${name}: pages neither miss nor repeat a row while new ones come`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      for (let i = 0; i < 10; i++) await pair.post(BATCH)
      await pageWhileWriting(pair)
    } finally {
      await pair.close()
    }
  })

  test(`${name}: the journal reads from any position, in any portions`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      for (let i = 0; i < 100; i++) await pair.post(1 + Math.floor(pair.random() * 5))
      await compareJournal(pair)
    } finally {
      await pair.close()
    }
  })

  test(`${name}: who waits for the journal is woken by a commit, by time, by leaving`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      await checkWaiting(pair)
    } finally {
      await pair.close()
    }
  })

  test(`${name}: logins are the model’s, and keys that sign are kept`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      for (let i = 0; i < 20; i++) await pair.post(BATCH)
      await checkLogins(pair)
    } finally {
      await pair.close()
    }
  })

  test(`${name}: old idempotency records are forgotten, at most so many at once`, { skip }, async () => {
    const pair = await openPair(underTest, seed)
    try {
      await checkSweeping(pair)
    } finally {
      await pair.close()
    }
  })
}

/** What is read of logins is what the model has, and keys that sign are kept. */
async function checkLogins({ store, model, clock }: Pair): Promise<void> {
  for (const [email, id] of model.tables.emails) {
    assert.deepEqual(await store.findLoginByEmail(email), model.tables.logins.get(id))
  }
  assert.equal(await store.findLoginByEmail('nobody@example.org'), undefined)
  const ids = [...model.tables.sessions.keys(), countedUuid(1) as SessionId]
  const byId = (found: Awaited<ReturnType<Ledger['findSessions']>>) =>
    new Map(found.map((one) => [one.session.id, one]))
  assert.deepEqual(byId(await store.findSessions(ids)), byId(await model.findSessions(ids)))
  const later = addSeconds(clock.now(), 100 * 86_400)
  const due = await store.listDueSessions(later, 1000)
  assert.equal(due.length, model.tables.sessions.size)
  assert.deepEqual(
    due.map(({ expiresAt }) => expiresAt),
    (await model.listDueSessions(later, 1000)).map(({ expiresAt }) => expiresAt),
  )
  assert.deepEqual(await store.listDueSessions(addSeconds(clock.now(), -1), 1000), [])
  assert.equal((await store.listDueSessions(later, 1)).length, Math.min(1, due.length))

  const [older, newer] = [1, 2].map((n) => ({
    id: countedUuid(n),
    createdAt: clock.now(),
    sealed: `sealed ${n}`,
  })) as [SealedKey, SealedKey]
  await store.addSigningKey(older)
  await store.addSigningKey(newer)
  assert.deepEqual(await store.listSigningKeys(), [newer, older])
  await store.removeSigningKey(older.id)
  assert.deepEqual(await store.listSigningKeys(), [newer])
}

async function compareLists({ store, model, random }: Pair): Promise<void> {
  const below = (n: number): number => Math.floor(random() * n)
  const maybe = <T>(chance: number, make: () => T): T | undefined => (random() < chance ? make() : undefined)
  const account = (): AccountId => `${1 + below(62)}` as AccountId
  const user = (): UserId => countedUuid(2 ** 40 + below(17)) as UserId
  const limit = random() < 0.1 ? 1000 : 1 + below(12)
  const transfers = [...model.tables.transfers.values()]
  const any = (): Transfer => transfers[below(transfers.length)] as Transfer

  const accounts = compact({
    userId: maybe(0.4, user),
    currency: maybe(0.4, () => ['EUR', 'JPY', 'GEM', 'NIX'][below(4)] as CurrencyCode),
    after: maybe(0.5, account),
    limit,
  })
  assert.deepEqual(await store.listAccounts(accounts), await model.listAccounts(accounts), inspect(accounts))

  const filter: TransferFilter = compact({
    accountIds: maybe(0.5, () => Array.from({ length: below(4) }, account)),
    userId: maybe(0.3, user),
    status: maybe(0.4, () => (random() < 0.5 ? 'posted' : 'failed')),
    reference: maybe(0.25, () => ['rent', 'food', '', '{"a",NULL}\\', 'none'][below(5)]),
    from: maybe(0.3, () => any().createdAt),
    to: maybe(0.3, () => any().createdAt),
  })
  const query = { ...filter, ...compact({ after: maybe(0.5, any) }), limit }
  assert.deepEqual(await store.listTransfers(query), await model.listTransfers(query), inspect(query))

  const entries = { accountId: account(), ...compact({ before: maybe(0.5, () => BigInt(below(40))) }), limit }
  assert.deepEqual(await store.listEntries(entries), await model.listEntries(entries), inspect(entries))

  const users = { ...compact({ after: maybe(0.5, user) }), limit }
  assert.deepEqual(await store.listUsers(users), await model.listUsers(users), inspect(users))
}

async function compareFinds({ store, model }: Pair): Promise<void> {
  assert.deepEqual(await store.listCurrencies(), await model.listCurrencies())
  for (const code of ['EUR', 'JPY', 'NIX'] as CurrencyCode[]) {
    assert.deepEqual(await store.findCurrency(code), await model.findCurrency(code))
  }
  for (const id of ['1', '2', '9223372036854775807'] as AccountId[]) {
    assert.deepEqual(await store.findAccount(id), await model.findAccount(id))
  }
  const last = (await model.listTransfers({ limit: 1 }))[0]?.id as TransferId
  for (const id of [last, countedUuid(2 ** 44) as TransferId]) {
    assert.deepEqual(await store.findTransfer(id), await model.findTransfer(id))
  }
  for (const id of [...model.tables.users.keys(), countedUuid(2 ** 44) as UserId]) {
    assert.deepEqual(await store.findUser(id), await model.findUser(id))
  }
}

/** Reads all lists page by page, with a batch between two pages: what was there at the start comes once, in order. */
async function pageWhileWriting({ store, model, post }: Pair): Promise<void> {
  const accountId = [...model.tables.entries].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )[0]?.[0] as AccountId
  const expected = {
    transfers: (await model.listTransfers({ limit: 1000 })).map(({ id }) => id),
    accounts: (await model.listAccounts({ limit: 1000 })).map(({ id }) => id),
    entries: (await model.listEntries({ accountId, limit: 1000 })).map(({ number }) => number),
    events: (await model.read({ after: { page: 0, position: 0 }, limit: 100_000 })).map(placeOf),
  }
  let known = 0
  const transfers: Transfer[] = []
  const accounts: Account[] = []
  const entries: StatementLine[] = []
  const events: JournalEvent[] = []
  for (let page = 0; ; page++) {
    const limit = 3 + page
    const [lastTransfer, lastAccount, lastEntry] = [transfers.at(-1), accounts.at(-1), entries.at(-1)]
    const fresh = [
      transfers.push(...(await store.listTransfers({ ...(lastTransfer && { after: lastTransfer }), limit }))),
      accounts.push(
        ...(await store.listAccounts({ ...(lastAccount && { after: lastAccount.id }), limit: 3 })),
      ),
      entries.push(
        ...(await store.listEntries({ accountId, ...(lastEntry && { before: lastEntry.number }), limit: 3 })),
      ),
      events.push(...(await store.read({ after: events.at(-1) ?? { page: 0, position: 0 }, limit }))),
    ].reduce((sum, length) => sum + length)
    if (page < 10) await post(BATCH)
    else if (fresh === known) break
    known = fresh
  }
  const seen = new Set(expected.transfers)
  assert.deepEqual(
    transfers.map(({ id }) => id).filter((id) => seen.has(id)),
    expected.transfers,
  )
  assert.equal(new Set(transfers.map(({ id }) => id)).size, transfers.length, 'no transfer comes twice')
  assert.equal(new Set(accounts.map(({ id }) => id)).size, accounts.length, 'no account comes twice')
  const listed = new Set(accounts.map(({ id }) => id))
  assert.deepEqual(
    expected.accounts.filter((id) => !listed.has(id)),
    [],
  )
  assert.deepEqual(
    entries.map(({ number }) => number),
    expected.entries,
  )
  assert.deepEqual(events.map(placeOf).slice(0, expected.events.length), expected.events)
}

async function compareJournal({ store, model, random }: Pair): Promise<void> {
  const all = await model.read({ after: { page: 0, position: 0 }, limit: 100_000 })
  assert.deepEqual(await store.read({ after: { page: 0, position: 0 }, limit: 100_000 }), all)
  assert.equal(await store.lastPage(), all.at(-1)?.page)
  const starts: JournalPosition[] = [
    ...all,
    { page: 0, position: 7 },
    { page: 5, position: 999 },
    { page: 99_999, position: 0 },
  ]
  for (const after of starts) {
    const limit = 1 + Math.floor(random() * 8)
    assert.deepEqual(
      await store.read({ after, limit }),
      await model.read({ after, limit }),
      inspect({ after, limit }),
    )
  }
  const portions: JournalEvent[] = []
  for (;;) {
    const portion = await store.read({ after: portions.at(-1) ?? { page: 0, position: 0 }, limit: 7 })
    if (portion.length === 0) break
    portions.push(...portion)
  }
  assert.deepEqual(portions, all)
}

async function checkWaiting({ store, clock }: Pair): Promise<void> {
  const ids = createTestIds()
  const post = async (line: string): Promise<void> => {
    clock.turn(1_000)
    await store.post([toCommand(line, ids)])
  }
  const timed = async (waiting: Promise<void>): Promise<number> => {
    const startedAt = performance.now()
    await waiting
    return performance.now() - startedAt
  }
  await post('open 1 EUR')
  const last = await store.lastPage()
  assert.ok((await timed(store.waitPast(last - 1, 10_000))) < 1_000, 'there is one already')
  assert.ok((await timed(store.waitPast(last, 60))) >= 50, 'it waits for its time')
  assert.ok((await timed(store.waitPast(last, 10_000, AbortSignal.timeout(30)))) < 1_000, 'it may leave')
  assert.ok((await timed(store.waitPast(last, 10_000, AbortSignal.abort()))) < 1_000, 'it has left')
  const waiting = timed(store.waitPast(last, 10_000))
  const farther = timed(store.waitPast(last + 1, 400))
  await post('open 2 EUR')
  assert.ok((await waiting) < 1_000, 'a commit wakes it')
  assert.ok((await farther) >= 390, 'a page that is not past the one it has does not')
}

async function checkSweeping({ store, model, clock, post }: Pair): Promise<void> {
  for (let i = 0; i < 10; i++) await post(BATCH)
  clock.turn(1_000)
  const middle = clock.now()
  for (let i = 0; i < 5; i++) await post(BATCH)
  clock.turn(1_000)
  const ids = createTestIds()
  const keyed = ['currency GEM2 3 key=old', 'currency GEM3 3 key=old2'].map((line) => toCommand(line, ids))
  for (const ledger of [store, model]) await ledger.post(keyed)

  const sweep = async (before: Instant, limit: number): Promise<number> => {
    const swept = await store.sweepIdempotency(before, limit)
    assert.equal(swept, await model.sweepIdempotency(before, limit))
    return swept
  }
  assert.equal(await sweep('2000-01-01T00:00:00.000000Z' as Instant, 10), 0)
  assert.equal(await sweep(middle, 7), 7)
  assert.ok((await sweep(middle, 1000)) > 7)
  assert.equal(await sweep(middle, 1000), 0)
  // What is younger is still remembered, what is older is new again.
  const again = await store.post(keyed)
  assert.ok(again.every(({ replayed }) => replayed))
  clock.turn(1_000)
  await sweep(clock.now(), 1000)
  const anew = await store.post(keyed)
  assert.deepEqual(
    anew.map((outcome) => outcome.kind === 'rejected' && outcome.refusal.code),
    ['currency_exists', 'currency_exists'],
  )
}

function placeOf({ page, position }: JournalPosition): string {
  return `${page}.${position}`
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without what is undefined: an absent filter, not one that is there and empty. */
function compact<T extends object>(object: T): Given<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>
}

function inspect(query: object): string {
  return JSON.stringify(query, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
}
