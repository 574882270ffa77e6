// Facts: what happened, as plain data. The journal holds them as canonical JSON and events show them unchanged.
import type { Account } from './account.ts'
import type { Json } from './canonical-json.ts'
import type { LedgerCurrency } from './currency.ts'
import type { Explanation, Refusal } from './codes.ts'
import type { Principal } from './command-fields.ts'
import type { Hold } from './hold.ts'
import type { Instant } from './instant.ts'
import { formatAmount, type Scale } from './money.ts'
import type { Policy, PolicyRules } from './policy.ts'
import type { Quote, QuoteSide } from './quote.ts'
import type {
  FailedTransfer,
  Posting,
  PostedTransfer,
  PostingRole,
  SettledPosting,
  Transfer,
} from './transfer.ts'
import type { User } from './user.ts'

/** Every type of fact; also the `type` of the event that shows it. */
export const factTypes = [
  'access.refused',
  'account.closed',
  'account.created',
  'account.updated',
  'api_key.created',
  'api_key.revoked',
  'api_key.rotated',
  'approval.approved',
  'approval.expired',
  'approval.rejected',
  'approval.requested',
  'currency.created',
  'fx_quote.created',
  'hold.captured',
  'hold.created',
  'hold.expired',
  'hold.released',
  'login.password_removed',
  'login.password_set',
  'login.roles_set',
  'period.closed',
  'policy.created',
  'policy.removed',
  'policy.updated',
  'session.ended',
  'session.refreshed',
  'session.started',
  'transfer.failed',
  'transfer.posted',
  'user.created',
  'user.erased',
  'user.updated',
] as const

/** A type of fact. */
export type FactType = (typeof factTypes)[number]

/** The types that events show. Who was refused, and where callers sit, only the audit log tells. */
export const eventTypes = factTypes.filter((type) => type !== 'access.refused')

/** One thing that happened. Amounts are decimal strings in major units, ids strings, times RFC 3339. */
export interface Fact {
  readonly type: FactType
  /** Who caused it. */
  readonly principal: Principal
  readonly data: { readonly [key: string]: Json }
}

/** A currency entered the ledger. */
export function currencyCreated(principal: Principal, currency: LedgerCurrency): Fact {
  return {
    type: 'currency.created',
    principal,
    data: { code: currency.code, name: currency.name, scale: currency.scale },
  }
}

/** A user was made, changed or erased. Without name and e-mail: the journal is for ever, a person may ask to be forgotten. */
export function userFact(
  type: 'user.created' | 'user.updated' | 'user.erased',
  principal: Principal,
  user: User,
): Fact {
  return { type, principal, data: userData(user) }
}

/** A user as its facts show it. */
export function userData(user: Omit<User, 'name' | 'email'>): { readonly [key: string]: Json } {
  return {
    created_at: user.createdAt,
    ...(user.erasedAt === null ? {} : { erased_at: user.erasedAt }),
    id: user.id,
    metadata: user.metadata,
    updated_at: user.updatedAt,
    version: user.version,
  }
}

/** An account was opened or closed, or its settings changed. Balances are told by transfers. */
export function accountFact(
  type: 'account.created' | 'account.updated' | 'account.closed',
  principal: Principal,
  account: Account,
): Fact {
  return { type, principal, data: accountData(account) }
}

/** An account as its facts show it. */
export function accountData(account: Account): { readonly [key: string]: Json } {
  return {
    ...(account.closedAt === null ? {} : { closed_at: account.closedAt }),
    created_at: account.createdAt,
    credit_limit: account.creditLimit === null ? null : formatAmount(account.creditLimit, account.scale),
    currency: account.currency,
    id: account.id,
    kind: account.kind,
    metadata: account.metadata,
    scale: account.scale,
    updated_at: account.updatedAt,
    user_id: account.userId,
    version: account.version,
  }
}

/** Money moved. */
export function transferPosted(principal: Principal, transfer: PostedTransfer): Fact {
  return { type: 'transfer.posted', principal, data: transferData(transfer) }
}

/** A transfer was refused. */
export function transferFailed(principal: Principal, transfer: FailedTransfer): Fact {
  return { type: 'transfer.failed', principal, data: transferData(transfer) }
}

/** A transfer as its fact shows it. */
export function transferData(transfer: Transfer): Fact['data'] {
  const { id, metadata, reference, status, createdAt } = transfer
  const postings = postingsJson(transfer.postings)
  const details = transferDetails(transfer)
  if (details === NO_DETAILS && status === 'posted') {
    return { created_at: createdAt, id, metadata, postings, reference, status }
  }
  // Written in canonical order, for sorting the keys costs more than writing them.
  const { effective_at, hold_id, quote_id, reversal_of } = details
  return {
    created_at: createdAt,
    ...(effective_at === undefined ? {} : { effective_at }),
    ...(status === 'failed' ? { failure: failureJson(transfer.refusal) } : {}),
    ...(hold_id === undefined ? {} : { hold_id }),
    id,
    metadata,
    postings,
    ...(quote_id === undefined ? {} : { quote_id }),
    reference,
    ...(reversal_of === undefined ? {} : { reversal_of }),
    status,
  }
}

/** What most transfers have not: business time of its own, and what it came from. */
export interface TransferDetails {
  readonly effective_at?: string
  readonly hold_id?: string
  readonly quote_id?: string
  readonly reversal_of?: string
}

const NO_DETAILS: TransferDetails = {}

/** The details of a transfer; without members for most. */
export function transferDetails({ origin, createdAt, effectiveAt }: Transfer): TransferDetails {
  if (origin === null && effectiveAt === createdAt) return NO_DETAILS
  const effective = effectiveAt === createdAt ? NO_DETAILS : { effective_at: effectiveAt }
  switch (origin?.kind) {
    case undefined:
      return effective
    case 'reversal':
      return { ...effective, reversal_of: origin.of }
    case 'capture':
      return { ...effective, hold_id: origin.holdId }
    case 'conversion':
      return { ...effective, quote_id: origin.quoteId }
  }
}

/** A refusal as facts, events and the stores show it. */
export function failureJson({ code, field, message, explanation }: Refusal): {
  readonly [key: string]: Json
} {
  return explanation === null
    ? { code, field, message }
    : { code, explanation: explanationData(explanation), field, message }
}

/** An explanation as facts, events, stores and the API show it: its figures by name, wherever they have been kept. */
export function explanationData({ account, passes, policy, rule, saw }: Explanation) {
  return {
    account,
    passes: sorted(passes),
    policy: policy === null ? null : { id: policy.id, version: policy.version },
    rule,
    saw: sorted(saw),
  }
}

function sorted(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Postings as facts, events and the stores show them; those that happened with the entries they made. */
export function postingsJson(postings: Transfer['postings']): Json {
  return postings.map((posting) =>
    'sourceLeg' in posting ? settledPostingJson(posting) : postingJson(posting),
  )
}

function postingJson({ source, destination, amount, currency, scale, role }: Posting) {
  const plain = { amount: formatAmount(amount, scale), currency, destination, source }
  return role === null ? plain : { ...plain, ...roleJson(role, scale) }
}

function settledPostingJson(posting: SettledPosting) {
  const { source, destination, amount, currency, scale, role, sourceLeg, destinationLeg } = posting
  const settled = {
    amount: formatAmount(amount, scale),
    currency,
    destination,
    destination_balance_after: formatAmount(destinationLeg.balanceAfter, scale),
    destination_entry: destinationLeg.entry.toString(),
    source,
    source_balance_after: formatAmount(sourceLeg.balanceAfter, scale),
    source_entry: sourceLeg.entry.toString(),
  }
  return role === null ? settled : { ...settled, ...roleJson(role, scale) }
}

function roleJson(role: PostingRole, scale: Scale): { readonly [key: string]: Json } {
  switch (role.kind) {
    case 'fee':
      return { role: 'fee' }
    case 'balancing':
      return { max: role.max === null ? null : formatAmount(role.max, scale), role: 'balancing' }
    case 'reversal':
      return {
        reversed_after: formatAmount(role.reversedAfter, scale),
        reverses: role.reverses,
        role: 'reversal',
      }
  }
}

/** A hold was made. */
export function holdCreated(principal: Principal, hold: Hold): Fact {
  return { type: 'hold.created', principal, data: holdData(hold) }
}

/** A hold was captured, in part or to its end, released, or has expired: what changed of it. */
export function holdChanged(
  type: 'hold.captured' | 'hold.released' | 'hold.expired',
  principal: Principal,
  hold: Pick<Hold, 'id' | 'status' | 'captured' | 'scale' | 'updatedAt'>,
): Fact {
  return { type, principal, data: holdChangeData(hold) }
}

/** What of a hold changes, as facts show it. */
export function holdChangeData({
  id,
  status,
  captured,
  scale,
  updatedAt,
}: Pick<Hold, 'id' | 'status' | 'captured' | 'scale' | 'updatedAt'>) {
  return { captured: formatAmount(captured, scale), id, status, updated_at: updatedAt }
}

/** A hold as the fact of its making shows it. */
export function holdData(hold: Hold): { readonly [key: string]: Json } {
  const { fee, scale } = hold
  return {
    amount: formatAmount(hold.amount, scale),
    captured: formatAmount(hold.captured, scale),
    created_at: hold.createdAt,
    currency: hold.currency,
    destination: hold.destination,
    expires_at: hold.expiresAt,
    fee: fee === null ? null : { account: fee.account, amount: formatAmount(fee.amount, scale) },
    id: hold.id,
    metadata: hold.metadata,
    reference: hold.reference,
    source: hold.source,
    status: hold.status,
    updated_at: hold.updatedAt,
  }
}

/** A policy was made, changed or taken away; `policy` is the new version, or the one that ends it. */
export function policyFact(
  type: 'policy.created' | 'policy.updated' | 'policy.removed',
  principal: Principal,
  policy: Policy,
): Fact {
  return { type, principal, data: policyData(policy) }
}

/** A policy as its facts show it. */
export function policyData(policy: Policy): { readonly [key: string]: Json } {
  const { target } = policy
  return {
    account_id: target.kind === 'account' ? target.accountId : null,
    created_at: policy.createdAt,
    currency: policy.currency,
    id: policy.id,
    rules: rulesJson(policy.rules, policy.scale),
    scale: policy.scale,
    updated_at: policy.updatedAt,
    user_id: target.kind === 'user' ? target.userId : null,
    version: policy.version,
  }
}

/** Rules as facts, events, stores and the API show them; what does not rule is left out. */
export function rulesJson(rules: PolicyRules, scale: Scale): { readonly [key: string]: Json } {
  const show = (minor: bigint): string => formatAmount(minor, scale)
  const { floor, creditLimit, ceiling, minimum, maximum, approvalAbove, velocity } = rules
  const { allowedDestinations, freeze, fee } = rules
  return {
    ...(allowedDestinations === null ? {} : { allowed_destinations: allowedDestinations }),
    ...(approvalAbove === null ? {} : { approval_above: show(approvalAbove) }),
    ...(ceiling === null ? {} : { ceiling: show(ceiling) }),
    ...(creditLimit === null ? {} : { credit_limit: show(creditLimit) }),
    ...(fee === null
      ? {}
      : {
          fee: {
            account: fee.account,
            basis_points: fee.basisPoints,
            fixed: show(fee.fixed),
            maximum: fee.maximum === null ? null : show(fee.maximum),
            minimum: show(fee.minimum),
          },
        }),
    ...(floor === null ? {} : { floor: show(floor) }),
    ...(freeze === null ? {} : { freeze }),
    ...(maximum === null ? {} : { maximum: show(maximum) }),
    ...(minimum === null ? {} : { minimum: show(minimum) }),
    ...(velocity.length === 0
      ? {}
      : {
          velocity: velocity.map(({ window, amount, count }) => ({
            amount: amount === null ? null : show(amount),
            count,
            window,
          })),
        }),
  }
}

/** An exchange was offered; its conversion is told by the transfer. */
export function quoteFact(principal: Principal, quote: Quote): Fact {
  return { type: 'fx_quote.created', principal, data: quoteData(quote) }
}

/** A quote as its fact shows it. */
export function quoteData(quote: Quote): { readonly [key: string]: Json } {
  const side = ({ account, amount, currency, scale }: QuoteSide) => ({
    account,
    amount: formatAmount(amount, scale),
    currency,
  })
  return {
    buy: side(quote.buy),
    created_at: quote.createdAt,
    expires_at: quote.expiresAt,
    id: quote.id,
    rate: { denominator: quote.rate.denominator.toString(), numerator: quote.rate.numerator.toString() },
    rounding: quote.rounding,
    sell: side(quote.sell),
  }
}

/** The books were closed through a time. */
export function periodClosed(principal: Principal, through: Instant, at: Instant): Fact {
  return { type: 'period.closed', principal, data: { closed_at: at, through } }
}
