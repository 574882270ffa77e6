import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createRandom, testSeed } from './seed.ts'

test('a given seed is used, and a wrong one is named', () => {
  assert.equal(testSeed({ FLORIN_TEST_SEED: '42' }), 42)
  assert.throws(() => testSeed({ FLORIN_TEST_SEED: 'x' }), /FLORIN_TEST_SEED is x; it should be an integer/)
  assert.throws(() => testSeed({ FLORIN_TEST_SEED: '0' }), /from 1 to/)
})

test('one seed gives the same numbers again, all of them from 0 up to 1', () => {
  const numbersOf = (seed: number) => Array.from({ length: 20 }, createRandom(seed))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
      const numbers = numbersOf(seed)
      assert.deepEqual(numbers, numbersOf(seed))
      assert.ok(numbers.every((number) => number >= 0 && number < 1))
      assert.equal(new Set(numbers).size, numbers.length)
    }),
    { seed: testSeed() },
  )
})
