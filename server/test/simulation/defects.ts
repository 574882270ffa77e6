/** Planted defects of a store, and of what decides in it. */
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryStore, type MemoryStore } from '#adapters/store-memory/store.ts'
import type { MemoryTables } from '#adapters/store-memory/tables.ts'
import type { Account } from '#core/account.ts'
import type { Command, Outcome } from '#core/command.ts'
import { addSeconds } from '#core/instant.ts'
import type { PolicyRules } from '#core/policy.ts'
import type { Clock } from '#ports/clock.ts'

/** Defects that strike once strike in this batch: early enough to be seen, late enough that there is a ledger. */
const STRUCK_BATCH = 20

/** What a defect may meddle with. */
interface Batch {
  readonly store: MemoryStore
  readonly tables: MemoryTables
  readonly clock: Clock
  readonly commands: readonly Command[]
  /** Counts from 1. */
  readonly batch: number
}

/** A store with a defect: how it posts a batch. */
export type Defect = (posting: Batch) => Promise<readonly Outcome[]>

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
  strike: (posting: Batch) => Promise<{ outcomes: readonly Outcome[]; struck: boolean }>,
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

/** Defects of a store whose answers are right, or were. Made anew for each store: some strike once. */
export function storeDefects(): Record<string, Defect> {
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

/** Defects of deciding: where the model has them too, nothing but the audit can find them. */
export function decisionDefects(): Record<string, Defect> {
  return {
    'gives no held money back': once((tables, outcomes) => {
      const hold = holdThat(outcomes, 'release')
      return changeBy(tables, hold?.source, ({ held }) => ({ held: held + 1n }))
    }),
    'announces money that came': once((tables, outcomes) => {
      const hold = holdThat(outcomes, 'capture')
      return changeBy(tables, hold?.destination, ({ incoming }) => ({ incoming: incoming + 1n }))
    }),
    'counts a released hold as open': once((tables, outcomes) => {
      const hold = holdThat(outcomes, 'release')
      return changeBy(tables, hold?.source, ({ openHolds }) => ({ openHolds: openHolds + 1 }))
    }),
    'adds nothing to what has been reversed': async ({ store, tables, commands }) => {
      const before = new Map(tables.transfers)
      const outcomes = await store.post(commands)
      for (const command of commands) {
        const original = command.kind === 'reverse_transfer' ? before.get(command.original) : undefined
        if (original !== undefined) tables.transfers.set(original.id, original)
      }
      return outcomes
    },
    'keeps an entry of a group that is undone': once((tables, outcomes) => {
      const group = outcomes.find(
        (one) => one.kind === 'rejected' && /^items\[[1-9]/.test(one.refusal.field ?? ''),
      )
      const source = group?.kind === 'rejected' ? group.transfer?.postings[0]?.source : undefined
      return changeBy(tables, source, ({ posted }) => ({ posted: posted - 1n }))
    }),
    'does what is only simulated': async ({ store, commands }) => {
      const outcomes = await store.post(commands)
      const simulated = commands.flatMap((command) =>
        command.kind === 'simulate_transfer' ? [command.transfer] : [],
      )
      await store.post(simulated.map((transfer) => ({ ...transfer, idempotency: null })))
      return outcomes
    },
    'takes no fee': lettingGo({ fee: null }),
    'keeps no floor of a policy': lettingGo({ floor: null, creditLimit: null }),
    'keeps no ceiling': lettingGo({ ceiling: null }),
    'keeps no minimum': lettingGo({ minimum: null }),
    'keeps no maximum': lettingGo({ maximum: null }),
    'lets money go anywhere': lettingGo({ allowedDestinations: null }),
    'freezes nothing': lettingGo({ freeze: null }),
    'forgets the first half hour of a window': async ({ store, tables, commands }) => {
      const entries = [...tables.entries.values()].flatMap((rows) => rows.slice(-100))
      const times = entries.map(({ createdAt }) => createdAt)
      // Older than they are, they have left the window sooner.
      for (const entry of entries) Object.assign(entry, { createdAt: addSeconds(entry.createdAt, -1800) })
      const outcomes = await store.post(commands)
      entries.forEach((entry, i) => Object.assign(entry, { createdAt: times[i] }))
      return outcomes
    },
    'counts a window by amounts alone': lettingGo(({ velocity }) => ({
      velocity: velocity.map((rule) => ({ ...rule, count: null })),
    })),
    'moves money on closed accounts': changed(
      ({ accounts }) => accounts,
      (account) => (account.closedAt === null ? account : { ...account, closedAt: null }),
    ),
    'converts a quote again': changed(
      ({ quotes }) => quotes,
      (quote) => (quote.transferId === null ? quote : { ...quote, transferId: null }),
    ),
    'opens closed books': async ({ store, tables, commands }) => {
      const { books } = tables
      tables.books = { closedThrough: null }
      const outcomes = await store.post(commands)
      if (tables.books.closedThrough === null) tables.books = books
      return outcomes
    },
  }
}

function changeBy(
  tables: MemoryTables,
  id: Account['id'] | undefined,
  by: (account: Account) => Partial<Account>,
): boolean {
  const account = id === undefined ? undefined : tables.accounts.get(id)
  return account !== undefined && change(tables, account, by(account))
}

/** The hold that the batch has released, or captured. */
function holdThat(outcomes: readonly Outcome[], how: 'release' | 'capture') {
  for (const outcome of outcomes) {
    if (outcome.kind === 'rejected' || outcome.replayed) continue
    if (how === 'release' && outcome.made === 'hold' && outcome.result.status !== 'open')
      return outcome.result
    if (how === 'capture' && outcome.made === 'capture') return outcome.result.hold
  }
  return undefined
}

/** Decides without some of the rules of policies. */
function lettingGo(rules: Partial<PolicyRules> | ((rules: PolicyRules) => Partial<PolicyRules>)): Defect {
  return changed(
    ({ policies }) => policies,
    (policy) => ({
      ...policy,
      rules: { ...policy.rules, ...(typeof rules === 'function' ? rules(policy.rules) : rules) },
    }),
  )
}

/** Decides over rows that are changed meanwhile; rows that the batch itself changed stay as it left them. */
function changed<K, V>(rowsOf: (tables: MemoryTables) => Map<K, V>, spoil: (row: V) => V): Defect {
  return async ({ store, tables, commands }) => {
    const rows = rowsOf(tables)
    const before = new Map(rows)
    const spoilt = new Map([...rows].map(([key, row]) => [key, spoil(row)]))
    for (const [key, row] of spoilt) rows.set(key, row)
    const outcomes = await store.post(commands)
    for (const [key, row] of before) if (rows.get(key) === spoilt.get(key)) rows.set(key, row)
    return outcomes
  }
}
