import type { AccountId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { HistoryReader, LedgerClock, PastBalance } from '#ports/history-reader.ts'
import type { MemoryEntry, MemoryTables } from './tables.ts'

/** Reads what was from the entries of the memory store by going through them. */
export function createMemoryHistory(tables: MemoryTables): HistoryReader {
  /** The account's entries in the order of the clock, with what the account has after each. */
  function historyOf(accountId: AccountId, clock: LedgerClock) {
    let posted = 0n
    let debited = 0n
    return (tables.entries.get(accountId) ?? [])
      .map((entry) => ({ entry, time: timeOf(entry, clock) }))
      .sort((a, b) => (isBefore(a, b) ? -1 : 1))
      .map(({ entry, time }) => {
        posted += entry.amount
        if (entry.amount < 0n) debited -= entry.amount
        return { entry, time, posted, debited }
      })
  }

  function balance(
    accountId: AccountId,
    clock: LedgerClock,
    counts: (time: Instant) => boolean,
  ): PastBalance {
    const { posted, debited } = historyOf(accountId, clock).findLast(({ time }) => counts(time)) ?? NOTHING
    return { posted, debited }
  }

  return {
    balanceAt: async (accountId, at, clock) => balance(accountId, clock, (time) => time <= at),
    async readStatement({ accountId, clock, from, to, after, limit }) {
      const lines = historyOf(accountId, clock)
        .filter(({ time }) => time >= from && time < to)
        .filter(
          ({ time, entry }) =>
            after === undefined || isBefore({ time: after.at, entry: after }, { time, entry }),
        )
        .slice(0, limit)
        .map(({ entry, posted }) => ({ ...entry, balanceAfter: posted }))
      return {
        opening: balance(accountId, clock, (time) => time < from),
        closing: balance(accountId, clock, (time) => time < to),
        lines,
      }
    },
    async listBalancesAt({ currency, at, clock, after, limit }) {
      return [...tables.accounts.values()]
        .filter((account) => account.currency === currency)
        .filter(({ id }) => after === undefined || BigInt(id) > BigInt(after))
        .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
        .slice(0, limit)
        .map(({ id, kind }) => ({ id, kind, posted: balance(id, clock, (time) => time <= at).posted }))
    },
  }
}

const NOTHING: PastBalance = { posted: 0n, debited: 0n }

function timeOf(entry: MemoryEntry, clock: LedgerClock): Instant {
  return clock === 'recorded' ? entry.createdAt : entry.effectiveAt
}

interface Place {
  readonly time: Instant
  readonly entry: Pick<MemoryEntry, 'number'>
}

function isBefore(a: Place, b: Place): boolean {
  return a.time === b.time ? a.entry.number < b.entry.number : a.time < b.time
}
