// Reads of one row each, asked for at once, become one read of all: while one is under way, others gather.

/** Keys in one read. */
const KEYS_PER_READ_MAX = 1000

/** What there is under a key; undefined when there is nothing. */
export type GroupedLoad<K, V> = (key: K) => Promise<V | undefined>

/** Makes it of a read of many. */
export function createGroupedLoad<K, V>(
  loadMany: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): GroupedLoad<K, V> {
  type Waiter = {
    readonly resolve: (value: V | undefined) => void
    readonly reject: (error: unknown) => void
  }
  const waiting = new Map<K, Waiter[]>()
  let isReading = false

  async function read(): Promise<void> {
    isReading = true
    while (waiting.size > 0) {
      const group = [...waiting].slice(0, KEYS_PER_READ_MAX)
      for (const [key] of group) waiting.delete(key)
      try {
        const found = await loadMany(group.map(([key]) => key))
        for (const [key, waiters] of group) for (const { resolve } of waiters) resolve(found.get(key))
      } catch (error) {
        for (const [, waiters] of group) for (const { reject } of waiters) reject(error)
      }
    }
    isReading = false
  }

  return (key) =>
    new Promise((resolve, reject) => {
      const waiters = waiting.get(key) ?? []
      waiters.push({ resolve, reject })
      waiting.set(key, waiters)
      if (!isReading) void read()
    })
}
