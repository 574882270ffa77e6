// Holds end at their time by themselves: no capture is taken after it, whether anything has looked or not. This only
// gives back what they still reserve.
import type { Principal } from '#core/command-fields.ts'
import type { Clock } from '#ports/clock.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { CommandBatcher } from './command-batcher.ts'

/** Holds released in one step: half a batch, so that requests find room beside them. */
export const EXPIRE_LIMIT = 500

const FLORIN = 'florin' as Principal

/** Releases holds whose time is over; at most EXPIRE_LIMIT a call. Answers whether there may be more. */
export type ExpireHolds = () => Promise<'more' | 'done'>

/** Makes the use case. */
export function createExpireHolds(deps: {
  readonly reader: HoldReader
  readonly batcher: CommandBatcher
  readonly clock: Clock
}): ExpireHolds {
  const { reader, batcher, clock } = deps
  return async () => {
    const due = await reader.listDueHolds(clock.now(), EXPIRE_LIMIT)
    // One that somebody has ended meanwhile is refused, and that is well.
    await Promise.all(
      due.map((holdId) =>
        batcher.submit({ kind: 'release_hold', principal: FLORIN, idempotency: null, holdId, due: true }),
      ),
    )
    return due.length === EXPIRE_LIMIT ? 'more' : 'done'
  }
}
