import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, type Instant } from '#core/instant.ts'
import { createMovableClock, systemClock } from './clock.ts'

test('a movable clock is the system clock until it is put forward, and never goes back', () => {
  const clock = createMovableClock()
  const before = systemClock.now()
  assert.ok(clock.now() >= before)
  assert.equal(clock.aheadMs(), 0)
  const later = addSeconds(before, 3600)
  clock.moveTo(later)
  assert.ok(clock.now() >= later && clock.now() < addSeconds(later, 60))
  assert.ok(clock.aheadMs() > 3_500_000 && clock.aheadMs() <= 3_600_000)
  clock.moveTo(before)
  assert.ok(clock.now() >= later)
})

test('it is never short of the moment, by no microsecond', () => {
  const clock = createMovableClock()
  const moment = '2999-01-01T00:00:00.000001Z' as Instant
  clock.moveTo(moment)
  assert.ok(clock.now() >= moment)
})
