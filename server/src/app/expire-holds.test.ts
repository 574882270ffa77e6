import assert from 'node:assert/strict'
import test from 'node:test'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import { addSeconds } from '#core/instant.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { EXPIRE_LIMIT } from './expire-holds.ts'
import { catchUpWith } from './test-clock.ts'

const caller = { principal: 'tester' as Principal, idempotencyKey: null }
const EUR = 'EUR' as CurrencyCode

/** A Florin with so many holds that expire in an hour. */
async function newWorld(holds: number) {
  const world = createMemoryFlorin()
  const { florin, clock } = world
  for (const [id, initialBalance] of [
    ['1', '100000'],
    ['2', '0'],
  ] as const) {
    const fields = { userId: null, currency: EUR, creditLimit: '0', metadata: {} }
    await florin.accounts.create(caller, { id: id as AccountId, initialBalance, ...fields })
  }
  const asked = {
    source: '1' as AccountId,
    destination: '2' as AccountId,
    amount: '1',
    currency: EUR,
    expiresAt: addSeconds(clock.now(), 3600),
    reference: null,
    metadata: {},
  }
  await Promise.all(Array.from({ length: holds }, () => florin.holds.create(caller, asked)))
  return world
}

test('holds are released when their time is over, so many a step', async () => {
  const { florin, store, clock } = await newWorld(EXPIRE_LIMIT + 3)
  const held = async () => (await florin.reader.findAccount('1' as AccountId))?.held
  assert.equal(await florin.expireHolds(), 'done')
  assert.equal(await held(), BigInt(EXPIRE_LIMIT + 3) * 100n)
  clock.turn(3_600_000_000)
  assert.equal(await florin.expireHolds(), 'more')
  assert.equal(await held(), 300n)
  assert.equal(await florin.expireHolds(), 'done')
  assert.equal(await held(), 0n)
  assert.deepEqual(await store.listDueHolds(clock.now(), 10), [])
})

test('one that somebody has ended meanwhile is no error', async () => {
  const { florin, store, clock } = await newWorld(1)
  clock.turn(3_600_000_000)
  const [due] = await store.listDueHolds(clock.now(), 10)
  assert.ok(due)
  const [released, step] = await Promise.all([florin.holds.release(caller, due), florin.expireHolds()])
  assert.deepEqual([released.kind, step], ['accepted', 'done'])
})

test('a clock that is behind the journal catches up with it, one that is ahead stays', async () => {
  const { store, clock } = await newWorld(0)
  const end = clock.now()
  const behind = createMemoryFlorin()
  const movable = (by: typeof clock) => ({
    now: () => by.now(),
    aheadMs: () => 0,
    moveTo: (moment: typeof end) => {
      if (moment > by.now()) by.turnTo(moment)
    },
  })
  clock.turn(-3_600_000_000)
  await catchUpWith(store, movable(clock))
  assert.equal(clock.now(), end)
  clock.turn(5_000_000)
  await catchUpWith(store, movable(clock))
  assert.equal(clock.now(), addSeconds(end, 5))
  await catchUpWith(behind.store, movable(behind.clock))
})
