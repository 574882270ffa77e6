// Transfers as a wire brings them, and how they become commands: amounts are read at the scale of their currency.
import type { Json } from '#core/canonical-json.ts'
import type { PostTransfer } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import { invalidFields, type FieldError } from '#core/errors.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import { parsePositiveAmount, type Scale } from '#core/money.ts'
import { parsed, type Parsed } from '#core/parsed.ts'
import type { Posting } from '#core/transfer.ts'
import type { Clock } from '#ports/clock.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { CurrencyBook } from './currency-book.ts'
import { callerFields, type Caller } from './request.ts'

/** So much; or what is available, up to `max`, and all of it when that is null. */
export type AmountRequest = string | { readonly max: string | null }

/** A posting as a wire brings it: the amount is still text, its scale is the currency's. */
export interface PostingRequest {
  readonly source: AccountId
  readonly destination: AccountId
  readonly amount: AmountRequest
  readonly currency: CurrencyCode
}

/** A transfer as a wire brings it. */
export interface TransferRequest {
  /** Null: Florin allots one. */
  readonly id: TransferId | null
  readonly postings: readonly PostingRequest[]
  readonly reference: string | null
  readonly metadata: Metadata
  /** Business time; null is the time of recording. */
  readonly effectiveAt: Instant | null
}

/** The currencies that requests name. */
type KnownCurrencies = ReadonlyMap<CurrencyCode, Currency>

/** Makes commands of requests. */
export interface TransferReader {
  /** The currencies of these requests; those that nobody knows are missing. */
  currenciesOf(requests: readonly TransferRequest[]): Promise<KnownCurrencies>
  /**
   * The command, which does not wait for approval. Throws a validation error for `postings[i].amount`, `postings[i].currency`, and for an `effective_at`
   * that is longer ago than may be.
   */
  toCommand(caller: Caller, request: TransferRequest, currencies: KnownCurrencies): PostTransfer
}

const SECONDS_PER_DAY = 86_400

/** Makes the reader; `backdatingDays` is how long ago business time may lie. */
export function createTransferReader(deps: {
  readonly currencies: CurrencyBook
  readonly clock: Clock
  readonly backdatingDays: number
  readonly ids: IdSource
  readonly digest: HexDigest
}): TransferReader {
  const { currencies: book, clock, backdatingDays, ids, digest } = deps

  function currenciesOf(requests: readonly TransferRequest[]): Promise<KnownCurrencies> {
    const codes = new Set<CurrencyCode>()
    for (const { postings } of requests) for (const { currency } of postings) codes.add(currency)
    return book.findAll(codes)
  }

  function toCommand(caller: Caller, request: TransferRequest, currencies: KnownCurrencies): PostTransfer {
    const { id, reference, metadata, effectiveAt } = request
    const problems: FieldError[] = []
    const postings = readPostings(request.postings, currencies, problems)
    if (problems.length > 0) throw invalidFields(problems)
    const content = {
      kind: 'post_transfer' as const,
      id: id ?? ids.transferId(),
      idChosen: id !== null,
      postings,
      reference,
      metadata,
      effectiveAt,
      earliestEffectiveAt:
        effectiveAt === null ? null : addSeconds(clock.now(), -backdatingDays * SECONDS_PER_DAY),
      approvalSeconds: null,
    }
    return { ...content, ...callerFields(caller, askedTransfer(content), digest) }
  }

  return { currenciesOf, toCommand }
}

function readPostings(
  requests: readonly PostingRequest[],
  currencies: KnownCurrencies,
  problems: FieldError[],
): Posting[] {
  const postings: Posting[] = []
  for (const [i, { source, destination, amount, currency: code }] of requests.entries()) {
    const currency = currencies.get(code)
    if (currency === undefined) {
      problems.push({ field: `postings[${i}].currency`, message: `names no known currency: ${code}` })
      continue
    }
    const { scale } = currency
    const read = readAmount(amount, scale)
    if (read.ok) postings.push({ source, destination, currency: code, scale, ...read.value })
    else problems.push({ field: `postings[${i}].amount`, message: read.problem })
  }
  return postings
}

function readAmount(amount: AmountRequest, scale: Scale): Parsed<Pick<Posting, 'amount' | 'role'>> {
  if (typeof amount === 'string') {
    const minor = parsePositiveAmount(amount, scale)
    return minor.ok ? parsed({ amount: minor.value, role: null }) : minor
  }
  if (amount.max === null) return parsed({ amount: 0n, role: { kind: 'balancing', max: null } })
  const max = parsePositiveAmount(amount.max, scale)
  return max.ok ? parsed({ amount: 0n, role: { kind: 'balancing', max: max.value } }) : max
}

/**
 * What was asked for, for fingerprints, in canonical order (see canonicalJson). That of a plain transfer never changes:
 * keys are remembered across versions.
 */
export function askedTransfer(content: Omit<PostTransfer, 'principal' | 'idempotency'>): Json {
  const { kind, id, idChosen, reference, metadata, postings, effectiveAt } = content
  const plain = {
    id: idChosen ? id : null,
    kind,
    metadata,
    postings: postings.map(askedPosting),
    reference,
  }
  return effectiveAt === null ? plain : { effectiveAt, ...plain }
}

function askedPosting({ source, destination, amount, currency, role }: Posting) {
  const max = role?.kind === 'balancing' ? { max: role.max === null ? null : role.max.toString() } : null
  return { amount: max ?? amount.toString(), currency, destination, source }
}
