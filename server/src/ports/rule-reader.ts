import type { Books } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, PolicyId, QuoteId, UserId } from '#core/ids.ts'
import type { Policy, PolicyTarget } from '#core/policy.ts'
import type { Quote } from '#core/quote.ts'

/** A version of a policy and who made it. */
export interface PolicyRevision {
  readonly policy: Policy
  /** True of the version that took the policy away; its rules are those before. */
  readonly removed: boolean
  readonly principal: Principal
}

/** Reads of what rules the ledger: policies, quotes, closed books. Always of what is committed. */
export interface RuleReader {
  findPolicy(id: PolicyId): Promise<Policy | undefined>
  /** The policy that is for exactly this target. */
  findPolicyFor(target: PolicyTarget): Promise<Policy | undefined>
  /** By id, rising, those after `after`; at most `limit`. Every given filter must be the target's own. */
  listPolicies(query: {
    readonly accountId?: AccountId
    readonly userId?: UserId
    readonly currency?: CurrencyCode
    readonly after?: PolicyId
    readonly limit: number
  }): Promise<Policy[]>
  /** Every version, newest first, those below `before`; at most `limit`. Empty when there never was such a policy. */
  listPolicyVersions(query: {
    readonly id: PolicyId
    readonly before?: number
    readonly limit: number
  }): Promise<PolicyRevision[]>
  findQuote(id: QuoteId): Promise<Quote | undefined>
  books(): Promise<Books>
}
