// Policies: what their operators let accounts do. A policy only narrows what an account may do by itself.
import type { AccountBalance } from './account.ts'
import type { CurrencyCode } from './currency.ts'
import type { AccountId, PolicyId, UserId } from './ids.ts'
import type { Instant } from './instant.ts'
import type { Scale } from './money.ts'

/** How long a velocity rule looks back, in seconds. Windows slide: a day is the 24 hours up to the transfer. */
export const windowSeconds = { hour: 3600, day: 86_400, month: 2_592_000 } as const

/** A window of a velocity rule; a month has 30 days. */
export type VelocityWindow = keyof typeof windowSeconds

/** The windows, from the shortest. */
export const velocityWindows = Object.keys(windowSeconds) as readonly VelocityWindow[]

/** How much may leave an account within a window; at least one of the two is given. */
export interface VelocityRule {
  readonly window: VelocityWindow
  /** Minor units that may leave, open holds counted; null is any amount. */
  readonly amount: bigint | null
  /** Transfers that may leave, open holds counted; null is any number. */
  readonly count: number | null
}

/** Which directions of an account are frozen. */
export const freezes = ['debits', 'credits', 'both'] as const

/** What every transfer from the account pays, to `account`. Amounts are minor units. */
export interface FeeRule {
  readonly account: AccountId
  readonly fixed: bigint
  /** Hundredths of a percent of what the transfer takes from the account, 0 to 10,000; half a unit is rounded up. */
  readonly basisPoints: number
  readonly minimum: bigint
  /** Null is no maximum. */
  readonly maximum: bigint | null
}

/** What a policy rules. Null does not rule. Amounts are minor units. */
export interface PolicyRules {
  /** posted - held may not be taken below this. */
  readonly floor: bigint | null
  /** posted - held may not be taken further below zero than this, whatever the account's own credit limit. */
  readonly creditLimit: bigint | null
  /** posted may not be brought above this. */
  readonly ceiling: bigint | null
  /** What one transfer takes from the account, all its postings together and without fees, at least and at most. */
  readonly minimum: bigint | null
  readonly maximum: bigint | null
  /** One transfer that takes more than this from the account, fees not counted, needs a second principal's approval. */
  readonly approvalAbove: bigint | null
  readonly velocity: readonly VelocityRule[]
  /** The only accounts that money may go to. */
  readonly allowedDestinations: readonly AccountId[] | null
  readonly freeze: (typeof freezes)[number] | null
  readonly fee: FeeRule | null
}

/** No rule at all. */
export const NO_RULES: PolicyRules = {
  floor: null,
  creditLimit: null,
  ceiling: null,
  minimum: null,
  maximum: null,
  approvalAbove: null,
  velocity: [],
  allowedDestinations: null,
  freeze: null,
  fee: null,
}

/** Allowed destinations of one policy. */
export const ALLOWED_DESTINATIONS_MAX = 1000

/**
 * Which accounts a policy is for: one account; or each account of a user in a currency; or each account in a currency.
 * Rules look at each account on its own. External accounts have no policies.
 */
export type PolicyTarget =
  | { readonly kind: 'account'; readonly accountId: AccountId }
  | { readonly kind: 'user'; readonly userId: UserId; readonly currency: CurrencyCode }
  | { readonly kind: 'currency'; readonly currency: CurrencyCode }

/** A target as one text: there is at most one policy for each. */
export type PolicyKey = string & { readonly __brand: 'PolicyKey' }

/** The target's text. */
export function policyKey(target: PolicyTarget): PolicyKey {
  switch (target.kind) {
    case 'account':
      return `account ${target.accountId}` as PolicyKey
    case 'user':
      return `user ${target.userId} ${target.currency}` as PolicyKey
    case 'currency':
      return `currency ${target.currency}` as PolicyKey
  }
}

/** Rules for a target. Every change is a new version, and all versions are kept. */
export interface Policy {
  readonly id: PolicyId
  readonly target: PolicyTarget
  /** The currency of the amounts. */
  readonly currency: CurrencyCode
  readonly scale: Scale
  readonly rules: PolicyRules
  readonly version: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** Where the policies of an account are looked up. */
export interface PolicyBook {
  readonly policies: ReadonlyMap<PolicyKey, Policy>
  /** The users who own accounts that policies may be for. */
  readonly owners: ReadonlyMap<AccountId, UserId>
}

/** The policies that an account is under: its own first, then its user's, then its currency's. */
export function policiesOf(book: PolicyBook, account: AccountBalance): Policy[] {
  const { policies, owners } = book
  if (policies.size === 0 || account.creditLimit === null) return []
  const { id, currency } = account
  const userId = owners.get(id)
  const found = [
    policies.get(policyKey({ kind: 'account', accountId: id })),
    userId === undefined ? undefined : policies.get(policyKey({ kind: 'user', userId, currency })),
    policies.get(policyKey({ kind: 'currency', currency })),
  ]
  return found.filter((policy) => policy !== undefined)
}

/** The fee rule of an account: that of the nearest policy which has one. */
export function feeRuleOf(book: PolicyBook, account: AccountBalance): FeeRule | null {
  const fee = policiesOf(book, account).find(({ rules }) => rules.fee !== null)?.rules.fee ?? null
  return fee?.account === account.id ? null : fee
}

const BASIS_POINTS = 10_000n

/** What a transfer pays that takes `amount` minor units from the account. */
export function feeOn({ fixed, basisPoints, minimum, maximum }: FeeRule, amount: bigint): bigint {
  const fee = fixed + (amount * BigInt(basisPoints) + BASIS_POINTS / 2n) / BASIS_POINTS
  if (fee < minimum) return minimum
  return maximum !== null && fee > maximum ? maximum : fee
}
