/** Waits for a server that was just started. */
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

const READY_WITHIN_MS = 60_000
const PROBE_EVERY_MS = 100

/** Runs the probe until it exits 0; throws after a minute, or at once when `isAlive` says that the server is gone. */
export async function waitUntilReady(name: string, probe: string[], isAlive = () => true): Promise<void> {
  const [program, ...words] = probe
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline) {
    if (spawnSync(program ?? '', words, { stdio: 'ignore' }).status === 0) return
    if (!isAlive()) throw new Error(`${name} ended before it was ready`)
    await wait(PROBE_EVERY_MS)
  }
  throw new Error(`${name} was not ready within ${READY_WITHIN_MS} ms`)
}
