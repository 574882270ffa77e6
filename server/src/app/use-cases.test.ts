import assert from 'node:assert/strict'
import test from 'node:test'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { AppError } from '#core/errors.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { transferOf, userOf } from '#test/shorthand-words.ts'
import type { AccountRequest } from './accounts.ts'
import type { TransferRequest } from './transfer-requests.ts'

const caller = (idempotencyKey: string | null = null) => ({
  principal: 'tester' as Principal,
  idempotencyKey,
})
const EUR = 'EUR' as CurrencyCode

const account = (id: number | null, rest: Partial<AccountRequest> = {}): AccountRequest => ({
  id: id === null ? null : (`${id}` as AccountId),
  userId: null,
  currency: EUR,
  creditLimit: '0',
  initialBalance: '0',
  metadata: {},
  ...rest,
})

const transfer = (amount: string, rest: Partial<TransferRequest> = {}): TransferRequest => ({
  id: null,
  postings: [{ source: '1' as AccountId, destination: '2' as AccountId, amount, currency: EUR }],
  reference: null,
  metadata: {},
  effectiveAt: null,
  ...rest,
})

async function newWorld() {
  const world = createMemoryFlorin()
  await world.florin.accounts.create(caller(), account(1, { initialBalance: '100' }))
  await world.florin.accounts.create(caller(), account(2))
  world.commands.length = 0
  return world
}

async function problemsOf(asking: Promise<unknown>): Promise<string[]> {
  try {
    await asking
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.kind, 'validation')
    return error.fields.map(({ field, message }) => `${field} ${message}`)
  }
  throw new Error('it was taken')
}

test('the same request has the same fingerprint, however its amounts are written', async () => {
  const { florin, commands } = await newWorld()
  const post = (request: TransferRequest) => florin.transfers.post(caller('k'), request)
  await post(transfer('5', { metadata: { a: '1', b: '2' } }))
  const same = await post(transfer('5.00', { metadata: { b: '2', a: '1' } }))
  assert.deepEqual([same.kind, same.replayed], ['accepted', true])
  assert.equal(commands[0]?.idempotency?.fingerprint, commands[1]?.idempotency?.fingerprint)
})

test('whatever differs in a request, its fingerprint differs', async () => {
  const { florin, commands } = await newWorld()
  await florin.currencies.create(caller(), { code: 'GEM' as CurrencyCode, scale: 2, name: 'Gem' })
  commands.length = 0
  const leg = transfer('5').postings[0]
  assert.ok(leg)
  const others: TransferRequest[] = [
    transfer('5'),
    transfer('5.01'),
    transfer('5', { id: transferOf('t') }),
    transfer('5', { reference: '' }),
    transfer('5', { reference: 'a' }),
    transfer('5', { metadata: { a: '1' } }),
    transfer('5', { postings: [leg, leg] }),
    transfer('5', { postings: [{ ...leg, source: '3' as AccountId }] }),
    transfer('5', { postings: [{ ...leg, destination: '3' as AccountId }] }),
    transfer('5', { postings: [{ ...leg, currency: 'GEM' as CurrencyCode }] }),
  ]
  for (const [i, request] of others.entries()) await florin.transfers.post(caller(`${i}`), request)
  await florin.users.create(caller('u1'), { id: null, name: null, email: null, metadata: {} })
  await florin.users.create(caller('u2'), { id: userOf('ann'), name: null, email: null, metadata: {} })
  await florin.users.update(caller('u3'), userOf('ann'), { ifVersion: null, changes: {} })
  await florin.users.update(caller('u4'), userOf('ann'), { ifVersion: 1, changes: {} })
  await florin.users.update(caller('u5'), userOf('ann'), { ifVersion: null, changes: { name: null } })
  await florin.accounts.create(caller('a1'), account(null))
  await florin.accounts.create(caller('a2'), account(null, { initialBalance: '1' }))
  await florin.accounts.create(caller('a3'), account(null, { creditLimit: '1' }))
  await florin.accounts.update(caller('a4'), '1' as AccountId, { ifVersion: null, metadata: {} })
  await florin.accounts.update(caller('a5'), '1' as AccountId, { ifVersion: null, creditLimit: '0' })
  const fingerprints = commands.map(({ idempotency }) => idempotency?.fingerprint)
  assert.equal(fingerprints.length, others.length + 10)
  assert.equal(new Set(fingerprints).size, fingerprints.length)
})

test('a request without a key is not remembered', async () => {
  const { florin, commands } = await newWorld()
  await florin.transfers.post(caller(), transfer('5'))
  await florin.transfers.post(caller(), transfer('5'))
  assert.deepEqual(
    commands.map(({ idempotency }) => idempotency),
    [null, null],
  )
  assert.equal((await florin.reader.findAccount('2' as AccountId))?.posted, 1000n)
})

test('a lost answer is asked for again with the same key: the id that was allotted first is told', async () => {
  const { florin } = await newWorld()
  const opened = await florin.accounts.create(caller('k'), account(null, { initialBalance: '1' }))
  const again = await florin.accounts.create(caller('k'), account(null, { initialBalance: '1' }))
  assert.deepEqual({ ...again, replayed: false }, opened)
  assert.equal(again.replayed, true)
})

test('every amount that is wrong is named, with its posting', async () => {
  const { florin, commands } = await newWorld()
  const leg = transfer('5').postings[0]
  assert.ok(leg)
  const postings = ['1', '0', '-1', '1.001', 'x', '1e2'].map((amount) => ({ ...leg, amount }))
  assert.deepEqual(await problemsOf(florin.transfers.post(caller(), transfer('5', { postings }))), [
    'postings[1].amount must be greater than 0',
    'postings[2].amount must be a plain decimal such as "150.25"',
    'postings[3].amount must have at most 2 digits after the point in this currency',
    'postings[4].amount must be a plain decimal such as "150.25"',
    'postings[5].amount must be a plain decimal such as "150.25"',
  ])
  assert.deepEqual(commands, [], 'nothing reached the store')
})

test('an unknown currency is named, with its posting', async () => {
  const { florin } = await newWorld()
  const leg = transfer('5').postings[0]
  assert.ok(leg)
  const postings = [leg, { ...leg, currency: 'GEM' as CurrencyCode }]
  assert.deepEqual(await problemsOf(florin.transfers.post(caller(), transfer('5', { postings }))), [
    'postings[1].currency names no known currency: GEM',
  ])
  assert.deepEqual(
    await problemsOf(florin.accounts.create(caller(), account(3, { currency: 'GEM' as CurrencyCode }))),
    ['currency names no known currency: GEM'],
  )
})

test('amounts of accounts are read at the scale of their currency', async () => {
  const { florin } = await newWorld()
  const create = (rest: Partial<AccountRequest>) =>
    problemsOf(florin.accounts.create(caller(), account(3, rest)))
  assert.deepEqual(await create({ initialBalance: '-1' }), [
    'initial_balance must be a plain decimal such as "150.25"',
  ])
  assert.deepEqual(await create({ creditLimit: '1.001' }), [
    'credit_limit must have at most 2 digits after the point in this currency',
  ])
  assert.deepEqual(await create({ currency: 'JPY' as CurrencyCode, initialBalance: '1.5' }), [
    'initial_balance must be a whole number in this currency',
  ])
  const limit = florin.accounts.update(caller(), '1' as AccountId, { ifVersion: null, creditLimit: '0.001' })
  assert.deepEqual(await problemsOf(limit), [
    'credit_limit must have at most 2 digits after the point in this currency',
  ])
})

test('a currency of ISO 4217 is not yours to make, and XXX neither', async () => {
  const { florin, commands } = await newWorld()
  for (const code of ['EUR', 'JPY', 'XXX'] as CurrencyCode[]) {
    const outcome = await florin.currencies.create(caller(), { code, scale: 2, name: 'Mine' })
    assert.equal(outcome.kind === 'rejected' && outcome.refusal.code, 'currency_exists')
  }
  assert.deepEqual(commands, [])
})

test('the currency book knows what the ledger holds, XXX and the catalog', async () => {
  const { florin } = await newWorld()
  await florin.currencies.create(caller(), { code: 'GEM' as CurrencyCode, scale: 5, name: 'Gem' })
  const listed = await florin.currencyBook.list()
  assert.deepEqual(
    listed.map(({ code, scale, inUse }) => `${code} ${scale} ${inUse}`),
    ['EUR 2 true', 'GEM 5 true', 'JPY 0 false', 'XXX 8 false'],
  )
  assert.equal((await florin.currencyBook.find('GEM' as CurrencyCode))?.scale, 5)
  assert.equal(await florin.currencyBook.find('NIX' as CurrencyCode), undefined)
})

test('a currency that was not there is found once it is', async () => {
  const { florin } = await newWorld()
  const GEM = 'GEM' as CurrencyCode
  assert.equal(await florin.currencyBook.find(GEM), undefined)
  await florin.currencies.create(caller(), { code: GEM, scale: 1, name: 'Gem' })
  assert.equal((await florin.currencyBook.find(GEM))?.scale, 1)
})

test('events are waited for until one comes, the time is up, or the reader leaves', async () => {
  const { florin } = await newWorld()
  const after = { page: 2, position: 99 }
  const read = (waitMs: number, signal?: AbortSignal) =>
    florin.events.read({ after, limit: 10, waitMs, ...(signal && { signal }) })
  assert.deepEqual(await read(0), [])
  assert.deepEqual(await read(10), [])
  assert.deepEqual(await read(30_000, AbortSignal.timeout(5)), [])
  const waiting = read(30_000)
  await florin.transfers.post(caller(), transfer('5'))
  assert.deepEqual(
    (await waiting).map(({ fact }) => fact.type),
    ['transfer.posted'],
  )
})

test('users are made and changed, with an id of their own or an allotted one', async () => {
  const { florin } = await newWorld()
  const made = await florin.users.create(caller(), { id: null, name: 'Ann', email: 'a@x.org', metadata: {} })
  assert.ok(made.kind === 'accepted')
  const changed = await florin.users.update(caller(), made.result.id, {
    ifVersion: 1,
    changes: { name: 'Anna' },
  })
  assert.ok(changed.kind === 'accepted')
  assert.deepEqual(
    [changed.result.name, changed.result.email, changed.result.version],
    ['Anna', 'a@x.org', 2],
  )
  const chosen = await florin.users.create(caller(), {
    id: userOf('bob'),
    name: null,
    email: null,
    metadata: {},
  })
  assert.equal(chosen.kind === 'accepted' && chosen.result.id, userOf('bob') satisfies UserId)
})

test('a transfer with a chosen id may come again; one with an allotted id is new each time', async () => {
  const { florin, commands } = await newWorld()
  const id: TransferId = transferOf('t')
  const first = await florin.transfers.post(caller(), transfer('5', { id }))
  const again = await florin.transfers.post(caller(), transfer('5', { id }))
  const other = await florin.transfers.post(caller(), transfer('5'))
  assert.deepEqual([first.replayed, again.replayed, other.replayed], [false, true, false])
  assert.deepEqual(
    commands.map((command) => command.kind === 'post_transfer' && command.idChosen),
    [true, true, false],
  )
})
