// Use cases of transfers.
import type { OutcomeOf, PostTransfer } from '#core/command.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { invalidFields, type FieldError } from '#core/errors.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { Metadata } from '#core/metadata.ts'
import { parsePositiveAmount } from '#core/money.ts'
import type { Posting } from '#core/transfer.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { CommandBatcher } from './command-batcher.ts'
import type { CurrencyBook } from './currency-book.ts'
import { callerFields, type Caller } from './request.ts'

/** A posting as a wire brings it: the amount is still text, its scale is the currency's. */
export interface PostingRequest {
  readonly source: AccountId
  readonly destination: AccountId
  readonly amount: string
  readonly currency: CurrencyCode
}

/** A transfer as a wire brings it. */
export interface TransferRequest {
  /** Null: Florin allots one. */
  readonly id: TransferId | null
  readonly postings: readonly PostingRequest[]
  readonly reference: string | null
  readonly metadata: Metadata
}

/** Posts transfers. */
export interface Transfers {
  /** Throws a validation error for amounts and currencies (fields `postings[i].amount`, `postings[i].currency`). */
  post(caller: Caller, request: TransferRequest): Promise<OutcomeOf<PostTransfer>>
}

/** Makes the use cases. */
export function createTransfers(deps: {
  readonly batcher: CommandBatcher
  readonly currencies: CurrencyBook
  readonly ids: IdSource
  readonly digest: HexDigest
}): Transfers {
  const { batcher, currencies, ids, digest } = deps

  async function post(caller: Caller, request: TransferRequest): Promise<OutcomeOf<PostTransfer>> {
    const { id, reference, metadata } = request
    const postings = await readPostings(request.postings)
    const asked = { kind: 'post_transfer', id, reference, metadata, postings: postings.map(askedPosting) }
    return await batcher.submit({
      kind: 'post_transfer',
      ...callerFields(caller, asked, digest),
      id: id ?? ids.transferId(),
      idChosen: id !== null,
      postings,
      reference,
      metadata,
    })
  }

  async function readPostings(requests: readonly PostingRequest[]): Promise<Posting[]> {
    const problems: FieldError[] = []
    const postings: Posting[] = []
    for (const [i, { source, destination, amount, currency: code }] of requests.entries()) {
      const { scale } = await currencies.resolve(code, `postings[${i}].currency`)
      const minor = parsePositiveAmount(amount, scale)
      if (minor.ok) postings.push({ source, destination, amount: minor.value, currency: code, scale })
      else problems.push({ field: `postings[${i}].amount`, message: minor.problem })
    }
    if (problems.length > 0) throw invalidFields(problems)
    return postings
  }

  return { post }
}

function askedPosting({ source, destination, amount, currency }: Posting) {
  return { source, destination, amount: amount.toString(), currency }
}
