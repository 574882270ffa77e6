/** All of Florin's use cases over the memory store, with a clock and ids that a test foresees. */
import { sha256, sha256Hex } from '#adapters/runtime-node/digest.ts'
import { createSecrets } from '#adapters/runtime-node/secrets.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import { createCommandBatcher } from '#app/command-batcher.ts'
import { createFlorin, FLORIN_SETTINGS, type Florin } from '#app/florin.ts'
import type { Currency } from '#core/currency.ts'
import type { Command } from '#core/command.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { createTestIds } from './ids.ts'
import { createLoginParts } from './login-parts.ts'

const CATALOG = [
  { code: 'EUR', scale: 2, name: 'Euro' },
  { code: 'JPY', scale: 0, name: 'Yen' },
] as Currency[]

/** A Florin in memory. */
export interface MemoryFlorin {
  readonly florin: Florin
  readonly store: MemoryStore
  readonly clock: TestClock
  /** Every command that the store was given, in order. */
  readonly commands: Command[]
}

/** Makes an empty one. */
export function createMemoryFlorin(): MemoryFlorin {
  const clock = createTestClock()
  const store = createMemoryStore({ clock, sha256 })
  const commands: Command[] = []
  const recording = {
    problem: () => store.problem(),
    post(batch: readonly Command[]) {
      commands.push(...batch)
      return store.post(batch)
    },
  }
  const florin = createFlorin({
    batcher: createCommandBatcher(recording),
    store,
    clock: { now: () => clock.now(), aheadMs: () => 0, moveTo: (moment) => clock.turnTo(moment) },
    catalog: { find: (code) => CATALOG.find((currency) => currency.code === code), list: () => CATALOG },
    rates: { find: () => undefined },
    ids: createTestIds(),
    digest: sha256Hex,
    secrets: createSecrets('of a test'),
    login: createLoginParts(),
    settings: FLORIN_SETTINGS,
  })
  return { florin, store, clock, commands }
}
