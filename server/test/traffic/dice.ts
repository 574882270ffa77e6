/** Draws from a stream of random numbers. */

/** What can be drawn. */
export interface Dice {
  /** A whole number from 0 up to n, n not included. */
  readonly below: (n: number) => number
  readonly chance: (p: number) => boolean
  readonly oneOf: <T>(list: readonly T[]) => T
  /** As `below`, for amounts; 0 when n is not above 0. */
  readonly bigBelow: (n: bigint) => bigint
}

/** Draws from `random`, which gives numbers from 0 up to 1. */
export function createDice(random: () => number): Dice {
  const below = (n: number): number => Math.floor(random() * n)
  return {
    below,
    chance: (p) => random() < p,
    oneOf: (list) => list[below(list.length)] as never,
    bigBelow: (n) => (n <= 0n ? 0n : (n * BigInt(below(2 ** 30))) / 2n ** 30n),
  }
}
