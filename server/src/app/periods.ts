// Use cases of the books.
import type { ClosePeriod, OutcomeOf } from '#core/command.ts'
import type { Instant } from '#core/instant.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'

/** Closes the books. */
export interface Periods {
  close(caller: Caller, through: Instant): Promise<OutcomeOf<ClosePeriod>>
}

/** Makes the use cases. */
export function createPeriods(deps: {
  readonly batcher: CommandBatcher
  readonly digest: HexDigest
}): Periods {
  const { batcher, digest } = deps
  return {
    close: (caller, through) =>
      batcher.submit({
        kind: 'close_period',
        ...callerFields(caller, { kind: 'close_period', through }, digest),
        through,
      }),
  }
}
