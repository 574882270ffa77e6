// What was started, in order; it is closed in reverse, and one thing that fails to close does not keep the others open.
import type { Log } from '#ports/log.ts'

/** Things to close. */
export interface Closers {
  /** To be closed before everything added earlier. */
  add(name: string, close: () => Promise<unknown>): void
  /** Closes all; a second call waits for the first. */
  readonly close: () => Promise<void>
}

/** Nothing to close yet. */
export function createClosers(log: Log): Closers {
  const steps: { readonly name: string; readonly close: () => Promise<unknown> }[] = []
  let closing: Promise<void> | null = null

  async function closeAll(): Promise<void> {
    for (const { name, close } of steps.toReversed()) {
      try {
        await close()
        log.debug({ part: name }, 'closed')
      } catch (error) {
        log.error({ err: error, part: name }, 'could not be closed cleanly')
      }
    }
  }

  return {
    add: (name, close) => steps.push({ name, close }),
    close: () => (closing ??= closeAll()),
  }
}
