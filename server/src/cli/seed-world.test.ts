import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAccountId, parseUuidV7, type TransferId, type UserId } from '#core/ids.ts'
import { parsePositiveAmount } from '#core/money.ts'
import { createWorld } from './seed-world.ts'

const size = { seed: 7, users: 50, accounts: 400, transfers: 20_000 }

function make(changed: Partial<typeof size> = {}) {
  const world = createWorld({ ...size, ...changed })
  return { users: [...world.users()], accounts: [...world.accounts()], transfers: [...world.transfers()] }
}

test('the same seed makes the same world, another seed another one', () => {
  assert.deepEqual(make(), make())
  const others = new Set(make({ seed: 8 }).transfers.map(({ id }) => id))
  assert.ok(make().transfers.every(({ id }) => !others.has(id)))
})

test('ids are valid and unique, e-mail addresses too', () => {
  const { users, accounts, transfers } = make()
  assert.ok(users.every(({ id }) => id !== null && parseUuidV7<UserId>(id).ok))
  assert.ok(accounts.every(({ id }) => id !== null && parseAccountId(id).ok))
  assert.ok(transfers.every(({ id }) => id !== null && parseUuidV7<TransferId>(id).ok))
  assert.equal(new Set(transfers.map(({ id }) => id)).size, size.transfers)
  assert.equal(new Set(users.map(({ email }) => email)).size, size.users)
})

test('money moves between two accounts of its currency', () => {
  const { accounts, transfers } = make()
  const currencies = new Map(accounts.map(({ id, currency }) => [id, currency]))
  const scales: Record<string, number> = { EUR: 2, USD: 2, GBP: 2, JPY: 0, KWD: 3 }
  for (const { source, destination, amount, currency } of transfers.flatMap(({ postings }) => postings)) {
    assert.notEqual(source, destination)
    assert.equal(currencies.get(source), currency)
    assert.equal(currencies.get(destination), currency)
    assert.ok(typeof amount === 'string')
    assert.ok(parsePositiveAmount(amount, scales[currency] ?? -1).ok, `${amount} ${currency}`)
  }
})

test('a few accounts receive most', () => {
  const received = new Map<string, number>()
  for (const { destination } of make().transfers.flatMap(({ postings }) => postings)) {
    received.set(destination, (received.get(destination) ?? 0) + 1)
  }
  const most = [...received.values()].sort((a, b) => b - a)
  const top = most.slice(0, size.accounts / 10).reduce((sum, count) => sum + count, 0)
  assert.ok(top > size.transfers * 0.4, `the first tenth of accounts received ${top} of ${size.transfers}`)
})

test('worlds too small for transfers have none', () => {
  for (const accounts of [0, 1, 2]) assert.deepEqual(make({ accounts }).transfers.length % size.transfers, 0)
})
