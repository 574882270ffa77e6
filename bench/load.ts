// Closed-loop load: a number of clients, each sending its next request when the last one is answered.

/** What a run of load came to. */
export interface LoadResult {
  readonly tps: number
  readonly p50_ms: number
  readonly p99_ms: number
}

/** Runs `clients` loops of `step` for `seconds` and measures each step. The first tenth warms up and is not counted. */
export async function runLoad(
  step: (client: number) => Promise<void>,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<LoadResult> {
  const start = performance.now()
  const countFrom = start + seconds * 100
  const end = start + seconds * 1000
  const latenciesMs: number[] = []
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (;;) {
        const before = performance.now()
        if (before >= end) return
        await step(client)
        if (before >= countFrom) latenciesMs.push(performance.now() - before)
      }
    }),
  )
  return summarize(latenciesMs, (performance.now() - countFrom) / 1000)
}

/** Rate and percentiles of measured requests. */
function summarize(latenciesMs: readonly number[], seconds: number): LoadResult {
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { tps: sorted.length / seconds, p50_ms: at(0.5), p99_ms: at(0.99) }
}
