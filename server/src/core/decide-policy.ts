// The rules of policies: one for each target, and a fee that somebody can receive.
import type { CreatePolicy, OutcomeOf, Rejected, UpdatePolicy } from './command.ts'
import type { Principal } from './command-fields.ts'
import type { CurrencyCode } from './currency.ts'
import { putPolicy, removePolicy, type Draft } from './draft.ts'
import { policyFact } from './facts.ts'
import type { AccountId } from './ids.ts'
import { accepted, rejected } from './outcome.ts'
import { policyKey, type Policy, type PolicyRules, type PolicyTarget } from './policy.ts'

/**
 * Makes a policy, or refuses: user_not_found, account_not_found, policy_exists, currency_mismatch, system_account. It
 * rules what comes after it in the same batch.
 */
export function decideCreatePolicy(draft: Draft, command: CreatePolicy): OutcomeOf<CreatePolicy> {
  const { id, target, currency, rules, principal } = command
  const { users, accounts, policies } = draft.state
  if (target.kind === 'user' && !users.has(target.userId)) {
    return rejected('user_not_found', 'user_id', `user ${target.userId} does not exist`)
  }
  const named = [...targetNamed(target), ...feeNamed(rules)]
  const missing = missingAccount(draft, named)
  if (missing !== null) return missing
  if (policies.has(policyKey(target))) {
    return rejected('policy_exists', 'target', 'there is a policy for this target: change that one')
  }
  const mismatch = otherCurrency(draft, named, currency.code)
  if (mismatch !== null) return mismatch
  if (target.kind === 'account' && accounts.get(target.accountId)?.creditLimit === null) {
    return rejected('system_account', 'account_id', `account ${target.accountId} is a system account`)
  }

  const { at } = draft.changes
  const { code, scale } = currency
  const policy: Policy = {
    id,
    target,
    currency: code,
    scale,
    rules,
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
  return keep(draft, policy, principal)
}

/** An account that a command names, and where. */
interface Named {
  readonly field: string
  readonly id: AccountId
}

function targetNamed(target: PolicyTarget): Named[] {
  return target.kind === 'account' ? [{ field: 'account_id', id: target.accountId }] : []
}

function feeNamed(rules: PolicyRules | null): Named[] {
  return rules?.fee == null ? [] : [{ field: 'rules.fee.account', id: rules.fee.account }]
}

function missingAccount({ state }: Draft, named: readonly Named[]): Rejected | null {
  const missing = named.find(({ id }) => !state.accounts.has(id))
  return missing === undefined
    ? null
    : rejected('account_not_found', missing.field, `account ${missing.id} does not exist`)
}

function otherCurrency({ state }: Draft, named: readonly Named[], currency: CurrencyCode): Rejected | null {
  for (const { field, id } of named) {
    const found = state.accounts.get(id)?.currency
    if (found === currency) continue
    return rejected('currency_mismatch', field, `account ${id} is in ${found}, not ${currency}`)
  }
  return null
}

/** Gives a policy other rules or takes it away, or refuses: account_not_found, policy_not_found, version_mismatch, currency_mismatch. */
export function decideUpdatePolicy(draft: Draft, command: UpdatePolicy): OutcomeOf<UpdatePolicy> {
  const { id, ifVersion, rules, principal } = command
  const { at } = draft.changes
  const missing = missingAccount(draft, feeNamed(rules))
  if (missing !== null) return missing
  const before = draft.state.policies.values().find((policy) => policy.id === id)
  if (before === undefined) return rejected('policy_not_found', 'policy_id', `policy ${id} does not exist`)
  if (ifVersion !== null && ifVersion !== before.version) {
    return rejected('version_mismatch', 'If-Match', `policy ${id} is at version ${before.version}`)
  }
  const next = { ...before, version: before.version + 1, updatedAt: at }
  if (rules === null) {
    removePolicy(draft, next, principal)
    draft.changes.facts.push(policyFact('policy.removed', principal, next))
    return accepted('policy', next)
  }
  return otherCurrency(draft, feeNamed(rules), before.currency) ?? keep(draft, { ...next, rules }, principal)
}

function keep(draft: Draft, policy: Policy, principal: Principal): OutcomeOf<CreatePolicy> {
  putPolicy(draft, policy, principal)
  const type = policy.version === 1 ? 'policy.created' : 'policy.updated'
  draft.changes.facts.push(policyFact(type, principal, policy))
  return accepted('policy', policy)
}
