import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryRateLimiter } from './rate-limiter.ts'

function limiterAt(limit: { perSecond: number; burst: number }, bucketsMax = 10) {
  const clock = { ms: 1000 }
  const limiter = createMemoryRateLimiter(limit, { nowMs: () => clock.ms, bucketsMax })
  const take = async (key = 'a') => await limiter.take(key)
  return { clock, limiter, take }
}

test('a bucket gives its burst at once, then what comes back', async () => {
  const { clock, take } = limiterAt({ perSecond: 10, burst: 3 })
  const first = [await take(), await take(), await take(), await take()]
  assert.deepEqual(
    first.map(({ isAllowed, remaining, waitMs, fullInMs }) => [isAllowed, remaining, waitMs, fullInMs]),
    [
      [true, 2, 0, 100],
      [true, 1, 0, 200],
      [true, 0, 100, 300],
      [false, 0, 100, 300],
    ],
  )
  clock.ms += 99
  assert.equal((await take()).isAllowed, false)
  clock.ms += 1
  assert.equal((await take()).isAllowed, true)
  assert.equal((await take()).isAllowed, false)
  clock.ms += 1_000_000
  assert.equal((await take()).remaining, 2)
})

test('callers do not share', async () => {
  const { take } = limiterAt({ perSecond: 1, burst: 1 })
  assert.deepEqual([(await take('a')).isAllowed, (await take('b')).isAllowed], [true, true])
  assert.equal((await take('a')).isAllowed, false)
})

test('what is owed is waited for', async () => {
  const { clock, limiter, take } = limiterAt({ perSecond: 10, burst: 5 })
  const { isAllowed, remaining, waitMs } = await limiter.owe('a', 25)
  assert.deepEqual([isAllowed, remaining, waitMs], [true, 0, 2100])
  clock.ms += 2099
  assert.equal((await take()).isAllowed, false)
  clock.ms += 1
  assert.equal((await take()).isAllowed, true)
})

test('memory is bounded: whoever has been away longest is forgotten', async () => {
  const { take } = limiterAt({ perSecond: 1, burst: 1 }, 3)
  for (const key of ['a', 'b', 'c', 'a', 'd']) await take(key)
  // b went for d.
  assert.equal((await take('a')).isAllowed, false)
  assert.equal((await take('d')).isAllowed, false)
  assert.equal((await take('c')).isAllowed, false)
  assert.equal((await take('b')).isAllowed, true)
})
