// Tells two multisets of ids apart in fixed memory: ids are counted in buckets, and only where the counts differ does
// anyone need to look at ids again. A million ids in a Set would be 100 MB; this is 256 KB for any number.

const BUCKETS = 65_536

/** Counts ids by bucket. */
export interface IdCounts {
  add(id: string): void
  remove(id: string): void
  /** The buckets whose count is not zero, at most `limit` of them. */
  unbalanced(limit: number): ReadonlySet<number>
}

/** All counts at zero. */
export function createIdCounts(): IdCounts {
  const counts = new Int32Array(BUCKETS)
  const change = (id: string, by: 1 | -1): void => {
    const bucket = idBucket(id)
    counts[bucket] = (counts[bucket] ?? 0) + by
  }
  return {
    add: (id) => change(id, 1),
    remove: (id) => change(id, -1),
    unbalanced(limit) {
      const found = new Set<number>()
      for (const [bucket, count] of counts.entries()) {
        if (count !== 0 && found.size < limit) found.add(bucket)
      }
      return found
    },
  }
}

/** The bucket of an id: its last 16 bits, which in a UUIDv7 are random. */
export function idBucket(id: string): number {
  return Number.parseInt(id.slice(-4), 16)
}
