import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { EventLoop } from '#ports/event-loop.ts'

const RESOLUTION_MS = 20

/** Node's own measure: a timer of libuv that never reaches JavaScript. */
export function createEventLoop(): EventLoop {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let seen = { count: 0, sumMs: 0 }
  return {
    // Resetting the histogram would lose the next value: of a loop that is late there would never be one.
    delayMs() {
      const { count, mean } = histogram
      const now = { count, sumMs: count === 0 ? 0 : (count * mean) / 1e6 }
      const [values, sumMs] = [now.count - seen.count, now.sumMs - seen.sumMs]
      seen = now
      return values === 0 ? 0 : Math.max(0, sumMs / values - RESOLUTION_MS)
    },
  }
}
