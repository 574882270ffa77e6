// Use cases of the test clock: time can be put forward where nothing depends on the real one.
import { AppError, invalidField } from '#core/errors.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { MovableClock } from '#ports/clock.ts'
import type { JournalReader } from '#ports/journal-reader.ts'

/** What a process is run for: `development` lets its clock be put forward, `production` does not. */
export const modes = ['development', 'production'] as const

/** What a process is run for. */
export type Mode = (typeof modes)[number]

/** How far the clock can be put ahead in all: ten years of 365 days. */
export const AHEAD_MAX_SECONDS = 10 * 365 * 86_400

/** What Florin's clock shows. */
export interface ClockReading {
  readonly now: Instant
  readonly aheadMs: number
}

/** Reads the clock and puts it forward. */
export interface TestClock {
  read(): ClockReading
  /**
   * Puts the clock forward, and ends the holds and approvals that are due then before it answers. Throws `test_clock_forbidden`
   * in production, and a validation error for `to` or `seconds`.
   */
  advance(to: { readonly seconds: number } | { readonly to: Instant }): Promise<ClockReading>
}

/** Makes the use cases. */
export function createTestClock(deps: {
  readonly clock: MovableClock
  readonly mode: Mode
  /** What ends by time; each answers whether there may be more. */
  readonly expire: readonly (() => Promise<'more' | 'done'>)[]
}): TestClock {
  const { clock, mode, expire } = deps
  const read = (): ClockReading => ({ now: clock.now(), aheadMs: clock.aheadMs() })

  async function advance(by: { readonly seconds: number } | { readonly to: Instant }): Promise<ClockReading> {
    if (mode === 'production') {
      const message = 'the clock is put forward in development only: FLORIN_MODE is production'
      throw new AppError('forbidden', message, { code: 'test_clock_forbidden' })
    }
    const now = clock.now()
    const field = 'to' in by ? 'to' : 'seconds'
    const moment = 'to' in by ? by.to : addSeconds(now, by.seconds)
    if (moment <= now) throw invalidField(field, `must be in the future: it is ${now} now`)
    const latest = addSeconds(now, AHEAD_MAX_SECONDS - Math.ceil(clock.aheadMs() / 1000))
    if (moment > latest)
      throw invalidField(field, `must not go beyond ${latest}: ten years ahead of real time`)
    clock.moveTo(moment)
    for (const end of expire) while ((await end()) === 'more');
    return read()
  }

  return { read, advance }
}

/** Puts the clock to where the journal ends, if that is later: what was put forward does not go back with a restart. */
export async function catchUpWith(journal: JournalReader, clock: MovableClock): Promise<void> {
  const page = await journal.lastPage()
  const [last] = await journal.read({ after: { page, position: -1 }, limit: 1 })
  if (last !== undefined) clock.moveTo(last.sealedAt)
}
