// Closed-loop load: a number of clients, each sending its next request when the last one is answered.
import { setTimeout } from 'node:timers/promises'

/** What a run of load came to. */
export interface LoadResult {
  readonly tps: number
  readonly p50_ms: number
  readonly p99_ms: number
}

/** How many loops run, for how long. */
interface Loops {
  readonly clients: number
  readonly seconds: number
  /** Between two steps of one client, from start to start, if they are done by then. */
  readonly intervalMs?: number
}

/** Runs loops of `step` and measures each step. The first tenth warms up and is not counted. */
export async function runLoad(
  step: (client: number) => Promise<void>,
  { clients, seconds, intervalMs = 0 }: Loops,
): Promise<LoadResult> {
  const start = performance.now()
  const countFrom = start + seconds * 100
  const end = start + seconds * 1000
  const latenciesMs: number[] = []
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      if (intervalMs > 0) await setTimeout(Math.random() * intervalMs)
      for (;;) {
        const before = performance.now()
        if (before >= end) return
        await step(client)
        const tookMs = performance.now() - before
        if (before >= countFrom) latenciesMs.push(tookMs)
        if (tookMs < intervalMs) await setTimeout(intervalMs - tookMs)
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
