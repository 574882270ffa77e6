// Use cases of transfers: post one, see what it would come to, undo it.
import type { PostTransfer, ReverseTransfer, SimulateTransfer } from '#core/command.ts'
import type { TransferId } from '#core/ids.ts'
import { atOnce } from '#core/outcome.ts'
import type { Metadata } from '#core/metadata.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { LedgerReader } from '#ports/ledger-reader.ts'
import { readPositiveAmount } from './amounts.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'
import type { ShownOutcomeOf, ShownTransferOutcome } from './shown.ts'
import type { TransferReader, TransferRequest } from './transfer-requests.ts'

/** What to undo of a transfer. */
export interface ReversalRequest {
  /** Which posting; null is all of them. */
  readonly posting: number | null
  /** Null is all that is left. */
  readonly amount: string | null
  /** Null is the original's. */
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Posts, tries and undoes transfers. */
export interface Transfers {
  /** Posts it, or lets it wait for approval. Throws a validation error as TransferReader.toCommand does. */
  create(caller: Caller, request: TransferRequest): Promise<ShownOutcomeOf<PostTransfer>>
  /** As `create` for whoever cannot be told of an approval: what would have to wait is refused. */
  post(caller: Caller, request: TransferRequest): Promise<ShownTransferOutcome>
  /** What `create` would come to, now; nothing is recorded, and the caller's idempotency key stays unused. */
  simulate(caller: Caller, request: TransferRequest): Promise<ShownOutcomeOf<SimulateTransfer>>
  /** Throws a validation error for `amount`. */
  reverse(
    caller: Caller,
    original: TransferId,
    request: ReversalRequest,
  ): Promise<ShownOutcomeOf<ReverseTransfer>>
}

/** Makes the use cases. */
export function createTransfers(deps: {
  readonly batcher: CommandBatcher
  readonly transferReader: TransferReader
  readonly reader: LedgerReader
  readonly ids: IdSource
  readonly digest: HexDigest
  /** How long a transfer waits for approval. */
  readonly approvalSeconds: number
}): Transfers {
  const { batcher, transferReader, reader, ids, digest, approvalSeconds } = deps

  async function toCommand(caller: Caller, request: TransferRequest): Promise<PostTransfer> {
    return transferReader.toCommand(caller, request, await transferReader.currenciesOf([request]))
  }

  async function reverse(
    caller: Caller,
    original: TransferId,
    { posting, amount: text, reference, metadata }: ReversalRequest,
  ): Promise<ShownOutcomeOf<ReverseTransfer>> {
    const amount = text === null ? null : await readAmount(original, posting, text)
    const asked = {
      kind: 'reverse_transfer',
      original,
      posting,
      amount: amount?.toString() ?? text,
      reference,
      metadata,
    }
    return await batcher.submit({
      kind: 'reverse_transfer',
      ...callerFields(caller, asked, digest),
      id: ids.transferId(),
      original,
      posting,
      amount,
      reference,
      metadata,
    })
  }

  /** A transfer's currencies never change, so reading one outside the batch is safe; what is missing is told by the batch. */
  async function readAmount(id: TransferId, posting: number | null, text: string): Promise<bigint | null> {
    const transfer = await reader.findTransfer(id)
    const scale = transfer?.postings[posting ?? 0]?.scale
    return scale === undefined ? null : readPositiveAmount('amount', text, scale)
  }

  return {
    create: async (caller, request) =>
      await batcher.submit({ ...(await toCommand(caller, request)), approvalSeconds }),
    post: async (caller, request) => atOnce(await batcher.submit(await toCommand(caller, request))),
    async simulate({ principal }, request) {
      const command = await toCommand({ principal, idempotencyKey: null }, request)
      const transfer = { ...command, approvalSeconds }
      return await batcher.submit({ kind: 'simulate_transfer', principal, idempotency: null, transfer })
    },
    reverse,
  }
}
