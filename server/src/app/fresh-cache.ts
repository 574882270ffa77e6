// A cache that is never older than its bound. What is asked for often is loaded again in the background before it is too
// old, so that nobody waits for it.

/** Values by key, none older than the bound. */
export interface FreshCache<V> {
  get(key: string): Promise<V>
  /** What was loaded, or is being loaded, is not given to anybody who asks from now on. */
  forget(matches: (value: V) => boolean): void
}

interface Entry<V> {
  readonly value: V
  /** When loading it began: it may be as old as that. */
  readonly sinceMs: number
}

/** Makes an empty one. A value that cannot be loaded is not kept. */
export function createFreshCache<V>(options: {
  readonly load: (key: string) => Promise<V>
  readonly ageMaxMs: number
  readonly sizeMax: number
  readonly nowMs?: () => number
}): FreshCache<V> {
  const { load, ageMaxMs, sizeMax, nowMs = () => performance.now() } = options
  const entries = new Map<string, Entry<V>>()
  const loading = new Map<string, Promise<V>>()
  let forgotten = 0

  async function get(key: string): Promise<V> {
    const entry = entries.get(key)
    if (entry === undefined) return await loadOnce(key)
    const ageMs = nowMs() - entry.sinceMs
    if (ageMs >= ageMaxMs) return await loadOnce(key)
    // One that fails is tried again by the next who asks, and in the end somebody waits and hears of it.
    if (ageMs >= ageMaxMs / 2) loadOnce(key).catch(() => {})
    return entry.value
  }

  function loadOnce(key: string): Promise<V> {
    const pending = loading.get(key)
    if (pending !== undefined) return pending
    const started = loadAndKeep(key).finally(() => {
      if (loading.get(key) === started) loading.delete(key)
    })
    loading.set(key, started)
    return started
  }

  async function loadAndKeep(key: string): Promise<V> {
    const sinceMs = nowMs()
    const before = forgotten
    const value = await load(key)
    if (before === forgotten) keep(key, { value, sinceMs })
    return value
  }

  function keep(key: string, entry: Entry<V>): void {
    entries.delete(key)
    entries.set(key, entry)
    // A Map is in the order of setting: the first was loaded longest ago.
    if (entries.size > sizeMax) entries.delete(entries.keys().next().value as string)
  }

  return {
    get,
    forget(matches) {
      forgotten += 1
      loading.clear()
      for (const [key, { value }] of entries) if (matches(value)) entries.delete(key)
    },
  }
}
