import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testSeed } from '#test/seed.ts'
import { addSeconds, fromMicros, toMicros, type Instant } from './instant.ts'

const moment = fc.record({
  date: fc.date({
    min: new Date('0000-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  }),
  micros: fc.integer({ min: 0, max: 999 }),
})

test('moments and microseconds since 1970 are those of the calendar, both ways', () => {
  fc.assert(
    fc.property(moment, ({ date, micros }) => {
      const instant = `${date.toISOString().slice(0, -1)}${`${micros}`.padStart(3, '0')}Z` as Instant
      const since1970 = BigInt(date.getTime()) * 1000n + BigInt(micros)
      assert.equal(toMicros(instant), since1970)
      assert.equal(fromMicros(since1970), instant)
    }),
    { seed: testSeed(), numRuns: 5000 },
  )
})

test('seconds carry over days, months, years and leap days', () => {
  const at = (text: string): Instant => text as Instant
  assert.equal(addSeconds(at('2023-12-31T23:59:59.000001Z'), 1), '2024-01-01T00:00:00.000001Z')
  assert.equal(addSeconds(at('2024-02-28T12:00:00.000000Z'), 86_400), '2024-02-29T12:00:00.000000Z')
  assert.equal(addSeconds(at('2100-03-01T00:00:00.000000Z'), -1), '2100-02-28T23:59:59.000000Z')
})
