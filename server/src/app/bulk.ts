// Many transfers in one request: all of them or none, or each by itself.
import type { OutcomeOf, PostGroup, PostTransfer, Rejected } from '#core/command.ts'
import { atOnce } from '#core/outcome.ts'
import { AppError, invalidField, invalidFields, type ErrorKind, type FieldError } from '#core/errors.ts'
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '#core/metadata.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { callerFields, type Caller } from './request.ts'
import type { ShownOutcomeOf, ShownPosted } from './shown.ts'
import { askedTransfer, type TransferReader, type TransferRequest } from './transfer-requests.ts'

/** Items of one bulk. */
export const BULK_ITEMS_MAX = 10_000
/** An item without a key gets `<key of the request>/<index>`. */
const BULK_KEY_LENGTH_MAX = IDEMPOTENCY_KEY_LENGTH_MAX - `/${BULK_ITEMS_MAX - 1}`.length

/** A transfer of a bulk. */
export interface BulkItem {
  readonly request: TransferRequest
  readonly idempotencyKey: string | null
  /** Succeeds or fails together with the next item. */
  readonly linked: boolean
}

/** What became of one item. */
export type BulkResult =
  | { readonly kind: 'posted'; readonly transfer: ShownPosted }
  | { readonly kind: 'refused'; readonly rejected: Rejected }
  /** Not valid, or not answered by the store. */
  | { readonly kind: 'error'; readonly error: AppError }
  /** Linked to the item with this index, which failed. */
  | { readonly kind: 'linked'; readonly failed: number }

/** Posts many transfers. */
export interface Bulk {
  /**
   * All or none, in one commit. Fields of a refusal, and of the validation error for whatever `Transfers.post` throws
   * one for, begin with the item: `items[3].postings[0].amount`.
   */
  atomic(caller: Caller, items: readonly BulkItem[]): Promise<ShownOutcomeOf<PostGroup>>
  /**
   * Each item by itself, linked ones together; one result an item, in their order, as they become known. Fields are
   * those of the item. Throws a validation error for keys before it posts any. Who stops reading stops what has not begun.
   */
  independent(caller: Caller, items: readonly BulkItem[]): AsyncGenerator<readonly BulkResult[]>
}

/** Items that are one command: linked ones, or one alone. */
interface Chain {
  readonly caller: Caller
  /** Place of the first item in the request. */
  readonly first: number
  readonly items: readonly BulkItem[]
}

/** A chain under way. */
interface Slot {
  readonly done: Promise<void>
  /** Null until it is done. */
  readonly results: () => readonly BulkResult[] | null
}

/** What an item may end with; any other error is a bug, and ends the whole request. */
const OUTCOMES: readonly ErrorKind[] = ['validation', 'unavailable']

type ToCommand = (caller: Caller, request: TransferRequest) => PostTransfer

/** Makes the use cases; of one request at most `inFlightMax` commands are under way. */
export function createBulk(deps: {
  readonly batcher: CommandBatcher
  readonly transferReader: TransferReader
  readonly digest: HexDigest
  readonly inFlightMax: number
}): Bulk {
  const { batcher, transferReader, digest, inFlightMax } = deps

  async function atomic(caller: Caller, items: readonly BulkItem[]): Promise<OutcomeOf<PostGroup>> {
    checkKeys({ caller, first: 0, items })
    return await batcher.submit(toGroup(caller, items, await reading(items)))
  }

  async function* independent(
    caller: Caller,
    items: readonly BulkItem[],
  ): AsyncGenerator<readonly BulkResult[]> {
    const chains = toChains(caller, items)
    const toCommand = await reading(items)
    const begun: Slot[] = []
    let next = 0
    while (begun.length > 0 || next < chains.length) {
      for (; begun.length < inFlightMax && next < chains.length; next += 1) {
        begun.push(begin(chains[next] as Chain, toCommand))
      }
      await begun[0]?.done
      // The answers of one commit come in one turn of the event loop: take them together.
      await new Promise(setImmediate)
      const open = begun.findIndex(({ results }) => results() === null)
      const known = begun.splice(0, open < 0 ? begun.length : open)
      yield known.flatMap(({ results }) => results() ?? [])
    }
  }

  async function reading(items: readonly BulkItem[]): Promise<ToCommand> {
    const currencies = await transferReader.currenciesOf(items.map(({ request }) => request))
    return (caller, request) => transferReader.toCommand(caller, request, currencies)
  }

  function begin(chain: Chain, toCommand: ToCommand): Slot {
    let results: readonly BulkResult[] | null = null
    const done = settle()
    // A failure is met when it is this slot's turn; nobody may be reading any more by then.
    done.catch(() => {})
    return { done, results: () => results }

    async function settle(): Promise<void> {
      results = await post(chain, toCommand)
    }
  }

  async function post(chain: Chain, toCommand: ToCommand): Promise<readonly BulkResult[]> {
    const { caller, items } = chain
    try {
      if (items.length > 1) return toResults(chain, await batcher.submit(toGroup(caller, items, toCommand)))
      const outcome = atOnce(await batcher.submit(toCommand(caller, (items[0] as BulkItem).request)))
      return [
        outcome.kind === 'accepted'
          ? { kind: 'posted', transfer: outcome.result }
          : { kind: 'refused', rejected: outcome },
      ]
    } catch (error) {
      if (!(error instanceof AppError) || !OUTCOMES.includes(error.kind)) throw error
      return items.length > 1 && error.kind === 'validation'
        ? toInvalidResults(chain, error.fields)
        : items.map(() => ({ kind: 'error', error }))
    }
  }

  function toGroup(caller: Caller, items: readonly BulkItem[], toCommand: ToCommand): PostGroup {
    const problems: FieldError[] = []
    const commands: PostTransfer[] = []
    for (const [i, { request, idempotencyKey }] of items.entries()) {
      try {
        commands.push(toCommand({ ...caller, idempotencyKey }, request))
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        problems.push(
          ...error.fields.map(({ field, message }) => ({ field: `items[${i}].${field}`, message })),
        )
      }
    }
    if (problems.length > 0) throw invalidFields(problems)
    // Only a key is compared with what was asked before.
    const asked = caller.idempotencyKey === null ? [] : commands.map(askedTransfer)
    const fields = callerFields(caller, { kind: 'post_group', items: asked }, digest)
    return { kind: 'post_group', ...fields, items: commands }
  }

  return { atomic, independent }
}

/** A chain is kept under the key of its first item, so that a retry of it is told the first outcome, whatever it was. */
function toChains(caller: Caller, items: readonly BulkItem[]): Chain[] {
  const { principal, idempotencyKey: key, origin } = caller
  if (key !== null && key.length > BULK_KEY_LENGTH_MAX) {
    const message = `must have at most ${BULK_KEY_LENGTH_MAX} characters here: items are kept under <key>/<index>`
    throw invalidField('Idempotency-Key', message)
  }
  const chains: Chain[] = []
  for (let first = 0; first < items.length;) {
    let end = first
    while (items[end]?.linked === true && end < items.length - 1) end += 1
    const [head, ...others] = items.slice(first, end + 1) as [BulkItem, ...BulkItem[]]
    const own = head.idempotencyKey ?? (key === null ? null : `${key}/${first}`)
    const chain = {
      caller: { principal, idempotencyKey: own, ...(origin === undefined ? {} : { origin }) },
      first,
      items: [{ ...head, idempotencyKey: null }, ...others],
    }
    checkKeys(chain)
    chains.push(chain)
    first = end + 1
  }
  return chains
}

/** A group is kept under its key when it is done, so none of its items can be kept under the same one. */
function checkKeys({ caller: { idempotencyKey: key }, first, items }: Chain): void {
  const clash = key === null ? -1 : items.findIndex(({ idempotencyKey }) => idempotencyKey === key)
  if (clash < 0) return
  throw invalidField(`items[${first + clash}].idempotency_key`, 'is the key of the items together')
}

function toResults(chain: Chain, outcome: OutcomeOf<PostGroup>): BulkResult[] {
  if (outcome.kind === 'accepted') {
    return outcome.result.map((transfer): BulkResult => ({ kind: 'posted', transfer }))
  }
  const { item, field } = inItem(outcome.refusal.field)
  const rejected = { ...outcome, refusal: { ...outcome.refusal, field } }
  return failedAt(chain, item, { kind: 'refused', rejected })
}

function toInvalidResults(chain: Chain, fields: readonly FieldError[]): BulkResult[] {
  const inItems = fields.map(({ field, message }) => ({ ...inItem(field), message }))
  const first = inItems[0]?.item ?? 0
  const own = inItems
    .filter(({ item }) => item === first)
    .map(({ field, message }) => ({ field: field ?? '', message }))
  return failedAt(chain, first, { kind: 'error', error: invalidFields(own) })
}

function failedAt({ first, items }: Chain, item: number, failure: BulkResult): BulkResult[] {
  return items.map((_, i) => (i === item ? failure : { kind: 'linked', failed: first + item }))
}

/** `items[3].postings[0].amount` is item 3, and `postings[0].amount` there; what names no item is about the first. */
function inItem(field: string | null): { readonly item: number; readonly field: string | null } {
  const [, item = '0', own] = /^items\[(\d+)\](?:\.(.+))?$/.exec(field ?? '') ?? []
  return { item: Number(item), field: own ?? null }
}
