/** The seed of random tests: printed, so that a failure can be had again with FLORIN_TEST_SEED. */
import { randomInt } from 'node:crypto'

/** Seeds are 32-bit, as fast-check's are. */
const SEED_MAX = 2 ** 31 - 1

/** Returns FLORIN_TEST_SEED, or a random seed from 1 to 2^31 - 1, and prints it. */
export function testSeed(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment.FLORIN_TEST_SEED
  const seed = given === undefined ? randomInt(1, SEED_MAX) : Number(given)
  if (!Number.isInteger(seed) || seed < 1 || seed > SEED_MAX) {
    throw new Error(`FLORIN_TEST_SEED is ${given}; it should be an integer from 1 to ${SEED_MAX}`)
  }
  console.log(`seed ${seed} (again: FLORIN_TEST_SEED=${seed})`)
  return seed
}

/** A small random number generator (mulberry32): the same seed, the same numbers from 0 up to 1, on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
