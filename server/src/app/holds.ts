// Use cases of holds: reserve money, move what is reserved, let it go.
import type { CaptureHold, CreateHold, OutcomeOf, ReleaseHold } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, HoldId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { IdSource } from '#ports/id-source.ts'
import { readPositiveAmount } from './amounts.ts'
import type { CommandBatcher } from './command-batcher.ts'
import type { CurrencyBook } from './currency-book.ts'
import { callerFields, type Caller } from './request.ts'

/** A hold as a wire brings it: the amount is still text. */
interface HoldRequest {
  readonly source: AccountId
  readonly destination: AccountId
  readonly amount: string
  readonly currency: CurrencyCode
  /** Null never expires. */
  readonly expiresAt: Instant | null
  readonly reference: string | null
  readonly metadata: Metadata
}

/** What to capture of a hold. */
interface CaptureRequest {
  /** Null is all that is left. */
  readonly amount: string | null
  readonly releaseRest: boolean
}

/** Makes and ends holds. */
export interface Holds {
  /** Throws a validation error for `currency` and `amount`. */
  create(caller: Caller, request: HoldRequest): Promise<OutcomeOf<CreateHold>>
  /** Throws a validation error for `amount`. */
  capture(caller: Caller, id: HoldId, request: CaptureRequest): Promise<OutcomeOf<CaptureHold>>
  release(caller: Caller, id: HoldId): Promise<OutcomeOf<ReleaseHold>>
}

/** Makes the use cases. */
export function createHolds(deps: {
  readonly batcher: CommandBatcher
  readonly currencies: CurrencyBook
  readonly reader: HoldReader
  readonly ids: IdSource
  readonly digest: HexDigest
}): Holds {
  const { batcher, currencies, reader, ids, digest } = deps

  async function create(caller: Caller, request: HoldRequest): Promise<OutcomeOf<CreateHold>> {
    const { source, destination, currency, expiresAt, reference, metadata } = request
    const { scale } = await currencies.resolve(currency, 'currency')
    const amount = readPositiveAmount('amount', request.amount, scale)
    const asked = {
      amount: amount.toString(),
      currency,
      destination,
      expiresAt,
      kind: 'create_hold',
      metadata,
      reference,
      source,
    }
    return await batcher.submit({
      kind: 'create_hold',
      ...callerFields(caller, asked, digest),
      id: ids.holdId(),
      source,
      destination,
      amount,
      currency,
      scale,
      expiresAt,
      reference,
      metadata,
    })
  }

  async function capture(
    caller: Caller,
    holdId: HoldId,
    { amount: text, releaseRest }: CaptureRequest,
  ): Promise<OutcomeOf<CaptureHold>> {
    const amount = text === null ? null : await readCapture(holdId, text)
    const asked = { amount: amount?.toString() ?? text, holdId, kind: 'capture_hold', releaseRest }
    return await batcher.submit({
      kind: 'capture_hold',
      ...callerFields(caller, asked, digest),
      holdId,
      amount,
      releaseRest,
      transferId: ids.transferId(),
    })
  }

  /** A hold's scale never changes, so reading it outside the batch is safe; a missing hold is told by the batch. */
  async function readCapture(id: HoldId, text: string): Promise<bigint | null> {
    const hold = await reader.findHold(id)
    return hold === undefined ? null : readPositiveAmount('amount', text, hold.scale)
  }

  async function release(caller: Caller, holdId: HoldId): Promise<OutcomeOf<ReleaseHold>> {
    const fields = callerFields(caller, { kind: 'release_hold', holdId }, digest)
    return await batcher.submit({ kind: 'release_hold', ...fields, holdId, due: false })
  }

  return { create, capture, release }
}
