import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instant } from '#core/instant.ts'
import { createForgetIdempotency, FORGET_LIMIT } from './forget-idempotency.ts'

test('records older than the days are forgotten, a bounded number at a time', async () => {
  const asked: [Instant, number][] = []
  const left = [FORGET_LIMIT, 3]
  const forget = createForgetIdempotency({
    clock: { now: () => '2026-03-01T11:35:00.123456Z' as Instant },
    days: 30,
    sweeper: {
      async sweepIdempotency(before, limit) {
        asked.push([before, limit])
        return left.shift() ?? 0
      },
    },
  })
  assert.deepEqual([await forget(), await forget(), await forget()], ['more', 'done', 'done'])
  assert.deepEqual(asked[0], ['2026-01-30T11:35:00.123000Z', FORGET_LIMIT])
})
