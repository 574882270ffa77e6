/** The simulation is shown to bite: a store with one planted defect must be caught, each of these in a short run. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { MemoryTables } from '#adapters/store-memory/tables.ts'
import type { Account } from '#core/account.ts'
import type { Command, Outcome } from '#core/command.ts'
import type { Clock } from '#ports/clock.ts'
import { testSeed } from '../seed.ts'
import { simulate } from './simulate.ts'

const COMMANDS = 3000
/** Defects that strike once strike in this batch: early enough to be seen, late enough that there is a ledger. */
const STRUCK_BATCH = 20

const seed = testSeed()

/** What a defect may meddle with. */
interface Posting {
  readonly store: MemoryStore
  readonly tables: MemoryTables
  readonly clock: Clock
  readonly commands: readonly Command[]
  /** Counts from 1. */
  readonly batch: number
}

type Defect = (posting: Posting) => Promise<readonly Outcome[]>

/** A defect that shows after an honest post: `spoil` is called until it has found something to spoil. */
function once(spoil: (tables: MemoryTables, outcomes: readonly Outcome[]) => boolean): Defect {
  let done = false
  return async ({ store, tables, commands, batch }) => {
    const outcomes = await store.post(commands)
    if (!done && batch >= STRUCK_BATCH) done = spoil(tables, outcomes)
    return outcomes
  }
}

/** A defect in how a batch is posted: `strike` is called until a batch came by in which it shows. */
function striking(
  strike: (posting: Posting) => Promise<{ outcomes: readonly Outcome[]; struck: boolean }>,
): Defect {
  let done = false
  return async (posting) => {
    if (done || posting.batch < STRUCK_BATCH) return await posting.store.post(posting.commands)
    const { outcomes, struck } = await strike(posting)
    done = struck
    return outcomes
  }
}

function change(tables: MemoryTables, account: Account | undefined, by: Partial<Account>): boolean {
  if (account === undefined) return false
  tables.accounts.set(account.id, { ...account, ...by })
  return true
}

/** The source of the first transfer of the batch that ended so. */
function sourceOf(
  tables: MemoryTables,
  outcomes: readonly Outcome[],
  kind: Outcome['kind'],
): Account | undefined {
  for (const outcome of outcomes) {
    const about = outcome.kind === 'accepted' ? outcome.result : outcome.transfer
    if (outcome.kind !== kind || outcome.replayed || about === null || !('postings' in about)) continue
    const account = tables.accounts.get(about.postings[0]?.source as never)
    if (account !== undefined) return account
  }
  return undefined
}

function defects(): Record<string, Defect> {
  return {
    'skips one balance update': once((tables, outcomes) => {
      const account = sourceOf(tables, outcomes, 'accepted')
      return change(tables, account, { posted: (account?.posted ?? 0n) + 1n })
    }),
    'takes the money of a refused transfer': once((tables, outcomes) => {
      const account = sourceOf(tables, outcomes, 'rejected')
      return change(tables, account, { posted: (account?.posted ?? 0n) - 1n })
    }),
    'loses an entry': once((tables, outcomes) => {
      const account = sourceOf(tables, outcomes, 'accepted')
      return account !== undefined && tables.entries.get(account.id)?.pop() !== undefined
    }),
    'leaves a gap in the numbers of entries': once((tables, outcomes) => {
      const account = sourceOf(tables, outcomes, 'accepted')
      const last = account && tables.entries.get(account.id)?.pop()
      if (!account || !last) return false
      tables.entries.get(account.id)?.push({ ...last, number: last.number + 1n })
      return change(tables, account, { lastEntry: account.lastEntry + 1n })
    }),
    'loses a transfer that it acknowledged': once((tables, outcomes) => {
      const found = outcomes.find((outcome) => outcome.kind === 'accepted' && 'postings' in outcome.result)
      if (found?.kind !== 'accepted' || !('postings' in found.result)) return false
      return tables.transfers.delete(found.result.id)
    }),
    'loses a fact of the journal': once((tables) => {
      const page = tables.pages.at(-1)
      if (page === undefined || page.lines.length < 2) return false
      tables.pages[tables.pages.length - 1] = { ...page, lines: page.lines.slice(1) }
      return true
    }),
    'touches an account that nobody named': once((tables) => {
      const idle = [...tables.accounts.values()].find(({ kind }) => kind === 'standard')
      return change(tables, idle, { version: (idle?.version ?? 0) + 1 })
    }),
    'forgets idempotency keys': ({ store, tables, commands }) => {
      tables.idempotency.clear()
      return store.post(commands)
    },
    'forgets transfer ids': async ({ store, tables, commands, batch }) => {
      const outcomes = await store.post(commands)
      if (batch % 10 === 0) tables.transfers.clear()
      return outcomes
    },
    'decides a batch in another order': async ({ store, commands }) => {
      const outcomes = await store.post(commands.toReversed())
      return outcomes.toReversed()
    },
    'commits a batch twice': striking(async ({ store, commands }) => {
      const outcomes = await store.post(commands)
      const unprotected = commands.some(
        (command, i) =>
          command.kind === 'post_transfer' &&
          !command.idChosen &&
          command.idempotency === null &&
          outcomes[i]?.kind === 'accepted',
      )
      if (unprotected) await store.post(commands)
      return { outcomes, struck: unprotected }
    }),
    'acknowledges a batch and does nothing': striking(async ({ store, clock, commands }) => {
      const elsewhere = createMemoryStore({ clock, sha256 })
      Object.assign(elsewhere.tables, structuredClone({ ...store.tables, waiters: new Set() }))
      const outcomes = await elsewhere.post(commands)
      const struck = elsewhere.tables.pages.length > store.tables.pages.length
      return { outcomes: struck ? outcomes : await store.post(commands), struck }
    }),
    'lets accounts go a cent below their floor': async ({ store, tables, commands }) => {
      const shift = (by: bigint): void => {
        for (const account of tables.accounts.values()) {
          if (account.creditLimit !== null) change(tables, account, { creditLimit: account.creditLimit + by })
        }
      }
      shift(1n)
      const outcomes = await store.post(commands)
      shift(-1n)
      return outcomes
    },
  }
}

async function runWith(defect: Defect | null): Promise<unknown> {
  let batch = 0
  return await simulate({
    seed,
    commands: COMMANDS,
    openStore: async (clock) => {
      const store = createMemoryStore({ clock, sha256 })
      const { tables } = store
      const post = (commands: readonly Command[]): Promise<readonly Outcome[]> => {
        batch += 1
        return defect === null ? store.post(commands) : defect({ store, tables, clock, commands, batch })
      }
      return { store: { ...store, post }, close: async () => {} }
    },
  })
}

test('a store without a defect passes', async () => {
  await runWith(null)
})

for (const [name, defect] of Object.entries(defects())) {
  test(`a store that ${name} is caught`, async (t) => {
    await assert.rejects(runWith(defect), (error: unknown) => {
      assert.ok(error instanceof assert.AssertionError, String(error))
      t.diagnostic(error.message.split('\n')[0] ?? '')
      return true
    })
  })
}
