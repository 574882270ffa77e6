// Rows of holds, policies, their versions, and quotes, to the domain and back.
import type { Json } from '#core/canonical-json.ts'
import type { PolicyVersion } from '#core/draft.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { rulesJson } from '#core/facts.ts'
import type { Hold, HoldStatus } from '#core/hold.ts'
import type { AccountId, HoldId, PolicyId, QuoteId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Policy, PolicyTarget } from '#core/policy.ts'
import type { Quote, Rounding } from '#core/quote.ts'
import { readRules } from '#core/recorded-parts.ts'

/** A row of florin.holds. */
export interface HoldRow {
  readonly id: string
  readonly status: HoldStatus
  readonly source: string
  readonly destination: string
  readonly amount: string
  readonly currency: string
  readonly scale: number
  readonly captured: string
  readonly fee_account: string | null
  readonly fee_amount: string | null
  readonly expires_at: Instant | null
  readonly reference: string | null
  readonly metadata: Metadata
  readonly created_at: Instant
  readonly updated_at: Instant
}

/** A hold row in the domain. */
export function toHold(row: HoldRow): Hold {
  return {
    id: row.id as HoldId,
    status: row.status,
    source: row.source as AccountId,
    destination: row.destination as AccountId,
    amount: BigInt(row.amount),
    currency: row.currency as CurrencyCode,
    scale: row.scale,
    captured: BigInt(row.captured),
    fee:
      row.fee_account === null || row.fee_amount === null
        ? null
        : { account: row.fee_account as AccountId, amount: BigInt(row.fee_amount) },
    expiresAt: row.expires_at,
    reference: row.reference,
    metadata: row.metadata,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** What rows of florin.policies and of florin.policy_versions have in common. */
interface PolicyFields {
  readonly version: number
  readonly account_id: string | null
  readonly user_id: string | null
  readonly currency: string
  readonly scale: number
  readonly rules: Json
  readonly created_at: Instant
  readonly updated_at: Instant
}

/** A row of florin.policies. */
export interface PolicyRow extends PolicyFields {
  readonly id: string
  readonly fee_account_id: string | null
}

/** A row of florin.policy_versions. */
export interface PolicyVersionRow extends PolicyFields {
  readonly policy_id: string
  readonly removed: boolean
  readonly principal: string
}

/** A policy row in the domain. */
export function toPolicy(row: Omit<PolicyRow, 'fee_account_id'>): Policy {
  return {
    id: row.id as PolicyId,
    target: toTarget(row),
    currency: row.currency as CurrencyCode,
    scale: row.scale,
    rules: readRules(row.rules),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toTarget({ account_id, user_id, currency: code }: PolicyFields): PolicyTarget {
  if (account_id !== null) return { kind: 'account', accountId: account_id as AccountId }
  const currency = code as CurrencyCode
  return user_id === null
    ? { kind: 'currency', currency }
    : { kind: 'user', userId: user_id as UserId, currency }
}

/** A policy as apply_rules and the kept outcomes write it. */
export function fromPolicy(policy: Policy): PolicyRow {
  return { id: policy.id, ...fromPolicyFields(policy), fee_account_id: policy.rules.fee?.account ?? null }
}

/** A version of a policy as apply_rules writes it. */
export function fromPolicyVersion({ policy, removed, principal }: PolicyVersion): PolicyVersionRow {
  return { policy_id: policy.id, ...fromPolicyFields(policy), removed, principal }
}

function fromPolicyFields({ target, rules, scale, ...policy }: Policy): PolicyFields {
  return {
    version: policy.version,
    account_id: target.kind === 'account' ? target.accountId : null,
    user_id: target.kind === 'user' ? target.userId : null,
    currency: policy.currency,
    scale,
    rules: rulesJson(rules, scale),
    created_at: policy.createdAt,
    updated_at: policy.updatedAt,
  }
}

/** A row of florin.quotes. */
export interface QuoteRow {
  readonly id: string
  readonly sell_currency: string
  readonly sell_scale: number
  readonly sell_amount: string
  readonly sell_account: string
  readonly buy_currency: string
  readonly buy_scale: number
  readonly buy_amount: string
  readonly buy_account: string
  readonly rate_numerator: string
  readonly rate_denominator: string
  readonly rounding: Rounding
  readonly expires_at: Instant
  readonly transfer_id: string | null
  readonly created_at: Instant
}

/** A quote row in the domain. */
export function toQuote(row: QuoteRow): Quote {
  return {
    id: row.id as QuoteId,
    sell: {
      currency: row.sell_currency as CurrencyCode,
      scale: row.sell_scale,
      amount: BigInt(row.sell_amount),
      account: row.sell_account as AccountId,
    },
    buy: {
      currency: row.buy_currency as CurrencyCode,
      scale: row.buy_scale,
      amount: BigInt(row.buy_amount),
      account: row.buy_account as AccountId,
    },
    rate: { numerator: BigInt(row.rate_numerator), denominator: BigInt(row.rate_denominator) },
    rounding: row.rounding,
    expiresAt: row.expires_at,
    transferId: row.transfer_id as TransferId | null,
    createdAt: row.created_at,
  }
}

/** A quote as apply_rules and the kept outcomes write it. */
export function fromQuote({ id, sell, buy, rate, rounding, ...quote }: Quote): QuoteRow {
  return {
    id,
    sell_currency: sell.currency,
    sell_scale: sell.scale,
    sell_amount: sell.amount.toString(),
    sell_account: sell.account,
    buy_currency: buy.currency,
    buy_scale: buy.scale,
    buy_amount: buy.amount.toString(),
    buy_account: buy.account,
    rate_numerator: rate.numerator.toString(),
    rate_denominator: rate.denominator.toString(),
    rounding,
    expires_at: quote.expiresAt,
    transfer_id: quote.transferId,
    created_at: quote.createdAt,
  }
}
