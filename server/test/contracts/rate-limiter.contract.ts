/** What every rate limiter promises. Limits are so slow that nothing comes back, or so fast that waiting is short. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RateLimit, RateLimiter } from '#ports/rate-limiter.ts'

/** A limiter under test. */
export interface RateLimiterUnderTest {
  readonly name: string
  /** Why it is skipped, or false. */
  readonly skip: string | false
  /** Makes one whose buckets nobody has asked for yet. */
  readonly open: (limit: RateLimit) => Promise<RateLimiter>
}

/** One token in a quarter of an hour. */
const SLOW = 1 / 900

/** Registers the contract's tests for a limiter. */
export function rateLimiterContract({ name, skip, open }: RateLimiterUnderTest): void {
  test(`${name}: a bucket gives its burst at once, and then refuses`, { skip }, async () => {
    const limiter = await open({ perSecond: SLOW, burst: 3 })
    const taken = []
    for (let i = 0; i < 5; i++) taken.push(await limiter.take('a'))
    assert.deepEqual(
      taken.map(({ isAllowed, remaining }) => [isAllowed, remaining]),
      [
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
      ],
    )
    const [first, , third, , last] = taken
    assert.equal(first?.waitMs, 0)
    assert.ok(isNear(third?.waitMs, 900_000) && isNear(last?.waitMs, 900_000), 'a token takes its time')
    assert.ok(isNear(first?.fullInMs, 900_000) && isNear(last?.fullInMs, 2_700_000), 'so do all of them')
  })

  test(`${name}: callers do not share`, { skip }, async () => {
    const limiter = await open({ perSecond: SLOW, burst: 1 })
    for (const key of ['a', 'b', 'key:1', 'key:1:2', 'ä {b}\n']) {
      assert.equal((await limiter.take(key)).isAllowed, true, key)
      assert.equal((await limiter.take(key)).isAllowed, false, key)
    }
  })

  test(`${name}: whoever waits as long as they are told gets one`, { skip }, async () => {
    const limiter = await open({ perSecond: 20, burst: 2 })
    await limiter.owe('a', 2)
    const { isAllowed, waitMs } = await limiter.take('a')
    assert.equal(isAllowed, false)
    // Timers may be early, so the clock says when it is time.
    const untilMs = performance.now() + waitMs
    while (performance.now() < untilMs) await sleep(1)
    assert.equal((await limiter.take('a')).isAllowed, true)
  })

  test(`${name}: what is owed is waited for, and a refusal costs nothing`, { skip }, async () => {
    const limiter = await open({ perSecond: SLOW, burst: 5 })
    const { isAllowed, remaining, waitMs } = await limiter.owe('a', 8)
    assert.deepEqual([isAllowed, remaining], [true, 0])
    assert.ok(isNear(waitMs, 4 * 900_000), 'three that are owed, and one to take')
    for (let i = 0; i < 3; i++) assert.equal((await limiter.take('a')).isAllowed, false)
    assert.ok(isNear((await limiter.take('a')).waitMs, 4 * 900_000))
  })

  test(`${name}: many at once take no more than there is`, { skip }, async () => {
    const limiter = await open({ perSecond: SLOW, burst: 30 })
    const taken = await Promise.all(Array.from({ length: 100 }, async () => await limiter.take('a')))
    assert.equal(taken.filter(({ isAllowed }) => isAllowed).length, 30)
  })
}

/** Time passes while a test runs: up to a minute is left out of account. */
function isNear(ms: number | undefined, expected: number): boolean {
  return ms !== undefined && ms <= expected + 1 && ms > expected - 60_000
}
