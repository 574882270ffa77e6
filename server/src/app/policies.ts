// Use cases of policies.
import type { Account } from '#core/account.ts'
import type { CreatePolicy, OutcomeOf, UpdatePolicy } from '#core/command.ts'
import type { Currency } from '#core/currency.ts'
import { rulesJson } from '#core/facts.ts'
import type { PolicyId } from '#core/ids.ts'
import { rejected } from '#core/outcome.ts'
import { policyKey, type Policy, type PolicyTarget } from '#core/policy.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { LedgerReader } from '#ports/ledger-reader.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { CommandBatcher } from './command-batcher.ts'
import type { CurrencyBook } from './currency-book.ts'
import { readRules, type RulesRequest } from './policy-rules.ts'
import { callerFields, type Caller } from './request.ts'

/** Makes, changes and removes policies. */
export interface Policies {
  /** Throws a validation error for `currency` and for fields of `rules`. */
  create(caller: Caller, target: PolicyTarget, rules: RulesRequest): Promise<OutcomeOf<CreatePolicy>>
  /** Throws a validation error for fields of `rules`; null takes the policy away. */
  update(
    caller: Caller,
    id: PolicyId,
    request: { readonly ifVersion: number | null; readonly rules: RulesRequest | null },
  ): Promise<OutcomeOf<UpdatePolicy>>
  /** Those that the account is under: its own, its user's, its currency's. */
  of(account: Account): Promise<Policy[]>
}

/** Makes the use cases. */
export function createPolicies(deps: {
  readonly batcher: CommandBatcher
  readonly currencies: CurrencyBook
  readonly reader: LedgerReader & RuleReader
  readonly ids: IdSource
  readonly digest: HexDigest
}): Policies {
  const { batcher, currencies, reader, ids, digest } = deps

  async function create(
    caller: Caller,
    target: PolicyTarget,
    request: RulesRequest,
  ): Promise<OutcomeOf<CreatePolicy>> {
    const currency = await currencyOf(target)
    if (currency === undefined) {
      return rejected('account_not_found', 'account_id', `${policyKey(target)} does not exist`)
    }
    const rules = readRules(request, currency.scale)
    const asked = {
      kind: 'create_policy',
      target: policyKey(target),
      rules: rulesJson(rules, currency.scale),
    }
    const fields = callerFields(caller, asked, digest)
    return await batcher.submit({
      kind: 'create_policy',
      ...fields,
      id: ids.policyId(),
      target,
      currency,
      rules,
    })
  }

  /** The currency of the policy's amounts; undefined when the target is an account that is not there. */
  async function currencyOf(target: PolicyTarget): Promise<Currency | undefined> {
    if (target.kind !== 'account') return await currencies.resolve(target.currency, 'currency')
    const account = await reader.findAccount(target.accountId)
    // An account's currency never changes, so reading it outside the batch is safe.
    return account && (await currencies.resolve(account.currency, 'currency'))
  }

  async function update(
    caller: Caller,
    id: PolicyId,
    { ifVersion, rules: request }: { readonly ifVersion: number | null; readonly rules: RulesRequest | null },
  ): Promise<OutcomeOf<UpdatePolicy>> {
    // One that was taken away since has its versions, so that a retry is told the first answer.
    const [last] = await reader.listPolicyVersions({ id, limit: 1 })
    if (last === undefined) return rejected('policy_not_found', 'policy_id', `policy ${id} does not exist`)
    const { scale } = last.policy
    const rules = request === null ? null : readRules(request, scale)
    const asked = {
      kind: 'update_policy',
      id,
      ifVersion,
      rules: rules === null ? null : rulesJson(rules, scale),
    }
    return await batcher.submit({
      kind: 'update_policy',
      ...callerFields(caller, asked, digest),
      id,
      ifVersion,
      rules,
    })
  }

  async function of({ id, userId, currency, kind }: Account): Promise<Policy[]> {
    if (kind === 'external') return []
    const targets: PolicyTarget[] = [
      { kind: 'account', accountId: id },
      ...(userId === null ? [] : [{ kind: 'user' as const, userId, currency }]),
      { kind: 'currency', currency },
    ]
    const found = await Promise.all(targets.map((target) => reader.findPolicyFor(target)))
    return found.filter((policy) => policy !== undefined)
  }

  return { create, update, of }
}
