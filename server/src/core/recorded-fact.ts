// Facts read back from the journal's text into what they were made from. Nothing in a line is taken on trust.
import { EMPTY_BALANCE, type Account } from './account.ts'
import type { Principal } from './command-fields.ts'
import type { Currency } from './currency.ts'
import {
  accountFact,
  currencyCreated,
  holdChanged,
  holdCreated,
  periodClosed,
  policyFact,
  quoteFact,
  transferFailed,
  transferPosted,
  userFact,
  type Fact,
} from './facts.ts'
import { holdStatuses, type Hold } from './hold.ts'
import {
  parseAccountId,
  parseUuidV7,
  type HoldId,
  type PolicyId,
  type QuoteId,
  type TransferId,
  type UserId,
} from './ids.ts'
import type { Instant } from './instant.ts'
import { toLine } from './journal-page.ts'
import {
  currencyCode,
  decimal,
  id,
  instant,
  list,
  metadata,
  minor,
  nullable,
  object,
  oneOf,
  optional,
  scaleNumber,
  text,
  wholeNumber,
  type Data,
} from './json-read.ts'
import { parsed, problem, type Parsed } from './parsed.ts'
import type { Policy, PolicyTarget } from './policy.ts'
import type { Quote, QuoteSide } from './quote.ts'
import { readAccess, toAccessFact, type RecordedAccess } from './recorded-access.ts'
import { readApproval, toApprovalFact, type RecordedApproval } from './recorded-approval.ts'
import { readLogin, toLoginFact, type RecordedLogin } from './recorded-login.ts'
import { readPosting, readRefusal, readRules } from './recorded-parts.ts'
import type { FailedTransfer, Leg, PostedTransfer, SettledPosting, TransferOrigin } from './transfer.ts'
import type { User } from './user.ts'

/** An account as facts tell it: balances are told by transfers and holds. */
export type RecordedAccount = Omit<Account, Exclude<keyof typeof EMPTY_BALANCE, 'closedAt'>>
/** A user as facts tell it: the profile is not in the journal. */
export type RecordedUser = Omit<User, 'name' | 'email'>

/** What a fact tells of a hold that was made before. */
export type HoldChange = Pick<Hold, 'id' | 'status' | 'captured' | 'scale' | 'updatedAt'>

interface RecordedFields {
  readonly principal: Principal
}

/** A fact, understood. */
export type RecordedFact = RecordedFields &
  (
    | { readonly type: 'currency.created'; readonly currency: Currency }
    | { readonly type: 'user.created' | 'user.updated' | 'user.erased'; readonly user: RecordedUser }
    | {
        readonly type: 'account.created' | 'account.updated' | 'account.closed'
        readonly account: RecordedAccount
      }
    | { readonly type: 'transfer.posted'; readonly transfer: PostedTransfer }
    | { readonly type: 'transfer.failed'; readonly transfer: FailedTransfer }
    | { readonly type: 'hold.created'; readonly hold: Hold }
    | {
        readonly type: 'hold.captured' | 'hold.released' | 'hold.expired'
        readonly change: HoldChange
      }
    | { readonly type: 'policy.created' | 'policy.updated' | 'policy.removed'; readonly policy: Policy }
    | { readonly type: 'fx_quote.created'; readonly quote: Quote }
    | { readonly type: 'period.closed'; readonly through: Instant; readonly at: Instant }
    | RecordedAccess
    | RecordedApproval
    | RecordedLogin
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

/** The posted transfer that its fact's data tell of; null when they cannot be read as one. */
export function readTransferData(data: unknown): PostedTransfer | null {
  try {
    return readPosted(object(data))
  } catch {
    return null
  }
}

function toFact(fact: RecordedFact): Fact {
  const { principal } = fact
  switch (fact.type) {
    case 'currency.created':
      return currencyCreated(principal, { ...fact.currency, externalAccountId: null })
    case 'user.created':
    case 'user.updated':
    case 'user.erased':
      return userFact(fact.type, principal, { ...fact.user, name: null, email: null })
    case 'account.created':
    case 'account.updated':
    case 'account.closed':
      return accountFact(fact.type, principal, { ...EMPTY_BALANCE, ...fact.account })
    case 'transfer.posted':
      return transferPosted(principal, fact.transfer)
    case 'transfer.failed':
      return transferFailed(principal, fact.transfer)
    case 'hold.created':
      return holdCreated(principal, fact.hold)
    case 'hold.captured':
    case 'hold.released':
    case 'hold.expired':
      return holdChanged(fact.type, principal, fact.change)
    case 'policy.created':
    case 'policy.updated':
    case 'policy.removed':
      return policyFact(fact.type, principal, fact.policy)
    case 'fx_quote.created':
      return quoteFact(principal, fact.quote)
    case 'period.closed':
      return periodClosed(principal, fact.through, fact.at)
    case 'api_key.created':
    case 'api_key.rotated':
    case 'api_key.revoked':
    case 'access.refused':
      return toAccessFact(fact)
    case 'approval.requested':
    case 'approval.approved':
    case 'approval.rejected':
    case 'approval.expired':
      return toApprovalFact(fact)
    case 'login.roles_set':
    case 'login.password_set':
    case 'login.password_removed':
    case 'session.started':
    case 'session.refreshed':
    case 'session.ended':
      return toLoginFact(fact)
  }
}

// The readers below may throw on what is no fact, and may let through what is almost one; `readFact` catches both.

function understand({ type, principal: name, data }: Fact): RecordedFact {
  const principal = text(name) as Principal
  switch (type) {
    case 'currency.created':
      return { type, principal, currency: readCurrency(data) }
    case 'user.created':
    case 'user.updated':
    case 'user.erased':
      return { type, principal, user: readUser(data) }
    case 'account.created':
    case 'account.updated':
    case 'account.closed':
      return { type, principal, account: readAccount(data) }
    case 'transfer.posted':
      return { type, principal, transfer: readPosted(data) }
    case 'transfer.failed':
      return { type, principal, transfer: readFailed(data) }
    case 'hold.created':
      return { type, principal, hold: readHold(data) }
    case 'hold.captured':
    case 'hold.released':
    case 'hold.expired':
      return { type, principal, change: readHoldChange(data) }
    case 'policy.created':
    case 'policy.updated':
    case 'policy.removed':
      return { type, principal, policy: readPolicy(data) }
    case 'fx_quote.created':
      return { type, principal, quote: readQuote(data) }
    case 'period.closed':
      return { type, principal, through: instant(data['through']), at: instant(data['closed_at']) }
    case 'api_key.created':
    case 'api_key.rotated':
    case 'api_key.revoked':
    case 'access.refused':
      return readAccess(type, principal, data)
    case 'approval.requested':
    case 'approval.approved':
    case 'approval.rejected':
    case 'approval.expired':
      return readApproval(type, principal, data)
    case 'login.roles_set':
    case 'login.password_set':
    case 'login.password_removed':
    case 'session.started':
    case 'session.refreshed':
    case 'session.ended':
      return readLogin(type, principal, data)
    default:
      throw new TypeError('its type is unknown')
  }
}

function readCurrency(data: Data): Currency {
  return { code: currencyCode(data['code']), scale: scaleNumber(data['scale']), name: text(data['name']) }
}

function readUser(data: Data): RecordedUser {
  const erasedAt = optional(data['erased_at'], instant)
  return { id: id(data['id'], parseUuidV7<UserId>), erasedAt, ...readSettings(data) }
}

function readAccount(data: Data): RecordedAccount {
  return {
    id: id(data['id'], parseAccountId),
    kind: oneOf(data['kind'], ['standard', 'external']),
    userId: nullable(data['user_id'], (user) => id(user, parseUuidV7<UserId>)),
    currency: currencyCode(data['currency']),
    scale: scaleNumber(data['scale']),
    creditLimit: nullable(data['credit_limit'], minor),
    closedAt: optional(data['closed_at'], instant),
    ...readSettings(data),
  }
}

function readPosted(data: Data): PostedTransfer {
  return { ...readTransferFields(data), status: 'posted', postings: list(data['postings']).map(readSettled) }
}

function readFailed(data: Data): FailedTransfer {
  return {
    ...readTransferFields(data),
    status: 'failed',
    postings: list(data['postings']).map(readPosting),
    refusal: readRefusal(data['failure']),
  }
}

function readTransferFields(data: Data) {
  const createdAt = instant(data['created_at'])
  return {
    id: id(data['id'], parseUuidV7<TransferId>),
    reference: nullable(data['reference'], text),
    metadata: metadata(data['metadata']),
    origin: readOrigin(data),
    createdAt,
    effectiveAt: optional(data['effective_at'], instant) ?? createdAt,
  }
}

/** What a transfer came from, from the details that its fact and its row have. */
export function readOrigin(details: Data): TransferOrigin | null {
  const { reversal_of: of, hold_id: hold, quote_id: quote } = details
  if (of !== undefined) return { kind: 'reversal', of: id(of, parseUuidV7<TransferId>) }
  if (hold !== undefined) return { kind: 'capture', holdId: id(hold, parseUuidV7<HoldId>) }
  return quote === undefined ? null : { kind: 'conversion', quoteId: id(quote, parseUuidV7<QuoteId>) }
}

function readSettled(value: unknown): SettledPosting {
  const data = object(value)
  const leg = (side: 'source' | 'destination'): Leg => ({
    entry: BigInt(text(data[`${side}_entry`])),
    balanceAfter: minor(data[`${side}_balance_after`]),
  })
  return { ...readPosting(data), sourceLeg: leg('source'), destinationLeg: leg('destination'), reversed: 0n }
}

function readHold(data: Data): Hold {
  const amount = decimal(data['amount'])
  return {
    id: id(data['id'], parseUuidV7<HoldId>),
    status: oneOf(data['status'], holdStatuses),
    source: id(data['source'], parseAccountId),
    destination: id(data['destination'], parseAccountId),
    amount: amount.minor,
    currency: currencyCode(data['currency']),
    scale: amount.scale,
    captured: minor(data['captured']),
    fee: nullable(data['fee'], (fee) => ({
      account: id(object(fee)['account'], parseAccountId),
      amount: minor(object(fee)['amount']),
    })),
    expiresAt: nullable(data['expires_at'], instant),
    reference: nullable(data['reference'], text),
    metadata: metadata(data['metadata']),
    createdAt: instant(data['created_at']),
    updatedAt: instant(data['updated_at']),
  }
}

function readHoldChange(data: Data): HoldChange {
  const { minor: captured, scale } = decimal(data['captured'])
  return {
    id: id(data['id'], parseUuidV7<HoldId>),
    status: oneOf(data['status'], holdStatuses),
    captured,
    scale,
    updatedAt: instant(data['updated_at']),
  }
}

function readPolicy(data: Data): Policy {
  const currency = currencyCode(data['currency'])
  return {
    id: id(data['id'], parseUuidV7<PolicyId>),
    target: readTarget(data),
    currency,
    scale: scaleNumber(data['scale']),
    rules: readRules(data['rules']),
    version: wholeNumber(data['version']),
    createdAt: instant(data['created_at']),
    updatedAt: instant(data['updated_at']),
  }
}

function readTarget(data: Data): PolicyTarget {
  const { account_id: accountId, user_id: userId } = data
  const currency = currencyCode(data['currency'])
  if (accountId !== null) return { kind: 'account', accountId: id(accountId, parseAccountId) }
  return userId === null
    ? { kind: 'currency', currency }
    : { kind: 'user', userId: id(userId, parseUuidV7<UserId>), currency }
}

function readQuote(data: Data): Quote {
  const rate = object(data['rate'])
  return {
    id: id(data['id'], parseUuidV7<QuoteId>),
    sell: readSide(data['sell']),
    buy: readSide(data['buy']),
    rate: { numerator: BigInt(text(rate['numerator'])), denominator: BigInt(text(rate['denominator'])) },
    rounding: oneOf(data['rounding'], ['down', 'up']),
    expiresAt: instant(data['expires_at']),
    transferId: null,
    createdAt: instant(data['created_at']),
  }
}

function readSide(value: unknown): QuoteSide {
  const data = object(value)
  const amount = decimal(data['amount'])
  return {
    currency: currencyCode(data['currency']),
    scale: amount.scale,
    amount: amount.minor,
    account: id(data['account'], parseAccountId),
  }
}

function readSettings(data: Data) {
  return {
    metadata: metadata(data['metadata']),
    version: wholeNumber(data['version']),
    createdAt: instant(data['created_at']),
    updatedAt: instant(data['updated_at']),
  }
}
