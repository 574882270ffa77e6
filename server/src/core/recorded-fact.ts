// Facts read back from the journal's text into what they were made from. Nothing in a line is taken on trust.
import type { Account } from './account.ts'
import { refusalCodes, type RefusalCode } from './codes.ts'
import type { Principal } from './command.ts'
import { parseCurrencyCode, type Currency, type CurrencyCode } from './currency.ts'
import { accountFact, currencyCreated, transferFailed, transferPosted, userFact, type Fact } from './facts.ts'
import { parseAccountId, parseUuidV7, parseUuidV7 } from './ids.ts'
import type { Instant } from './instant.ts'
import { toLine } from './journal-page.ts'
import type { Metadata } from './metadata.ts'
import type { Scale } from './money.ts'
import { parsed, problem, type Parsed } from './parsed.ts'
import type { FailedTransfer, Leg, Posting, PostedTransfer, SettledPosting, Transfer } from './transfer.ts'
import type { User } from './user.ts'

/** An account as facts tell it: balances are told by transfers. */
export type RecordedAccount = Omit<Account, 'posted' | 'lastEntry'>
/** A user as facts tell it: the profile is not in the journal. */
export type RecordedUser = Omit<User, 'name' | 'email'>

interface RecordedFields {
  readonly principal: Principal
}

/** A fact, understood. */
export type RecordedFact = RecordedFields &
  (
    | { readonly type: 'currency.created'; readonly currency: Currency }
    | { readonly type: 'user.created' | 'user.updated'; readonly user: RecordedUser }
    | { readonly type: 'account.created' | 'account.updated'; readonly account: RecordedAccount }
    | { readonly type: 'transfer.posted'; readonly transfer: PostedTransfer }
    | { readonly type: 'transfer.failed'; readonly transfer: FailedTransfer }
  )

/**
 * Reads a line of the journal. The proof that it was read right, and that it is canonical, is that the facts module
 * makes the same line of it again.
 */
export function readFact(line: string): Parsed<RecordedFact> {
  try {
    const fact = understand(JSON.parse(line) as Fact)
    return recordedLine(fact) === line
      ? parsed(fact)
      : problem('is not the canonical text of the fact that it tells')
  } catch (error) {
    return problem(`cannot be read as a fact: ${error instanceof Error ? error.message : 'not JSON'}`)
  }
}

/** The journal's line for a fact. */
export function recordedLine(fact: RecordedFact): string {
  return toLine(toFact(fact))
}

/** A transfer as its fact shows it. */
export function transferData(transfer: Transfer): Fact['data'] {
  const fact = transfer.status === 'posted' ? transferPosted : transferFailed
  return fact('' as Principal, transfer as never).data
}

function toFact(fact: RecordedFact): Fact {
  const { principal } = fact
  switch (fact.type) {
    case 'currency.created':
      return currencyCreated(principal, { ...fact.currency, externalAccountId: null })
    case 'user.created':
    case 'user.updated':
      return userFact(fact.type, principal, { ...fact.user, name: null, email: null })
    case 'account.created':
    case 'account.updated':
      return accountFact(fact.type, principal, { ...fact.account, posted: 0n, lastEntry: 0n })
    case 'transfer.posted':
      return transferPosted(principal, fact.transfer)
    case 'transfer.failed':
      return transferFailed(principal, fact.transfer)
  }
}

// The readers below may throw on what is no fact, and may let through what is almost one; `readFact` catches both.
type Data = Fact['data']

function understand({ type, principal: name, data }: Fact): RecordedFact {
  const principal = text(name) as Principal
  switch (type) {
    case 'currency.created':
      return { type, principal, currency: readCurrency(data) }
    case 'user.created':
    case 'user.updated':
      return { type, principal, user: readUser(data) }
    case 'account.created':
    case 'account.updated':
      return { type, principal, account: readAccount(data) }
    case 'transfer.posted':
      return { type, principal, transfer: readPosted(data) }
    case 'transfer.failed':
      return { type, principal, transfer: readFailed(data) }
    default:
      throw new TypeError('its type is unknown')
  }
}

function readCurrency(data: Data): Currency {
  return { code: currencyCode(data['code']), scale: scaleNumber(data['scale']), name: text(data['name']) }
}

function readUser(data: Data): RecordedUser {
  return { id: must(parseUuidV7<UserId>(text(data['id']))), ...settings(data) }
}

function readAccount(data: Data): RecordedAccount {
  const { kind, credit_limit: limit, user_id: userId } = data
  if (kind !== 'standard' && kind !== 'external') throw new TypeError('its kind is unknown')
  return {
    id: must(parseAccountId(text(data['id']))),
    kind,
    userId: userId === null ? null : must(parseUuidV7<UserId>(text(userId))),
    currency: currencyCode(data['currency']),
    scale: scaleNumber(data['scale']),
    creditLimit: limit === null ? null : readMinor(limit).minor,
    ...settings(data),
  }
}

function readPosted(data: Data): PostedTransfer {
  return { ...transferFields(data), status: 'posted', postings: list(data['postings']).map(readSettled) }
}

function readFailed(data: Data): FailedTransfer {
  const failure = object(data['failure'])
  const code = text(failure['code'])
  if (!Object.hasOwn(refusalCodes, code)) throw new TypeError('its failure code is unknown')
  const field = failure['field'] === null ? null : text(failure['field'])
  return {
    ...transferFields(data),
    status: 'failed',
    postings: list(data['postings']).map(readPosting),
    refusal: { code: code as RefusalCode, field, message: text(failure['message']) },
  }
}

function transferFields(data: Data) {
  return {
    id: must(parseUuidV7<TransferId>(text(data['id']))),
    reference: data['reference'] === null ? null : text(data['reference']),
    metadata: metadataOf(data),
    createdAt: instant(data['created_at']),
  }
}

function readPosting(value: unknown): Posting {
  const data = object(value)
  const { minor, scale } = readMinor(data['amount'])
  return {
    source: must(parseAccountId(text(data['source']))),
    destination: must(parseAccountId(text(data['destination']))),
    amount: minor,
    currency: currencyCode(data['currency']),
    scale,
  }
}

function readSettled(value: unknown): SettledPosting {
  const data = object(value)
  const leg = (side: 'source' | 'destination'): Leg => ({
    entry: BigInt(text(data[`${side}_entry`])),
    balanceAfter: readMinor(data[`${side}_balance_after`]).minor,
  })
  return { ...readPosting(data), sourceLeg: leg('source'), destinationLeg: leg('destination') }
}

const SIGNED_DECIMAL = /^(-?[0-9]{1,38})(?:\.([0-9]{1,38}))?$/

/** Facts print every digit of the currency, so an amount's text tells its scale. */
function readMinor(value: unknown): { readonly minor: bigint; readonly scale: Scale } {
  const match = SIGNED_DECIMAL.exec(text(value))
  if (match === null) throw new TypeError('an amount is no decimal')
  const fraction = match[2] ?? ''
  return { minor: BigInt((match[1] ?? '') + fraction), scale: fraction.length }
}

function settings(data: Data) {
  return {
    metadata: metadataOf(data),
    version: wholeNumber(data['version']),
    createdAt: instant(data['created_at']),
    updatedAt: instant(data['updated_at']),
  }
}

const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/

function instant(value: unknown): Instant {
  if (!INSTANT.test(text(value))) throw new TypeError('a time is not RFC 3339 with microseconds')
  return value as Instant
}

function metadataOf(data: Data): Metadata {
  const metadata = object(data['metadata'])
  for (const value of Object.values(metadata)) text(value)
  return metadata as Metadata
}

function currencyCode(value: unknown): CurrencyCode {
  return must(parseCurrencyCode(text(value)))
}

function must<T>(result: Parsed<T>): T {
  if (!result.ok) throw new TypeError(`an id or a code ${result.problem}`)
  return result.value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text is missing')
  return value
}

function wholeNumber(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('a whole number is missing')
  return value as number
}

function scaleNumber(value: unknown): Scale {
  const scale = wholeNumber(value)
  if (scale < 0 || scale > 18) throw new TypeError('a scale is not 0 to 18')
  return scale
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('a list is missing')
  return value
}

function object(value: unknown): Data {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError('an object is missing')
  }
  return value as Data
}
