// The rules of policies: one for each target, and a fee that somebody can receive.
import type { CreatePolicy, OutcomeOf, Principal, Rejected, UpdatePolicy } from './command.ts'
import type { CurrencyCode } from './currency.ts'
import { putPolicy, removePolicy, type Draft } from './draft.ts'
import { policyFact } from './facts.ts'
import { accepted, rejected } from './outcome.ts'
import { policyKey, type Policy, type PolicyRules, type PolicyTarget } from './policy.ts'

/**
 * Makes a policy, or refuses: user_not_found, account_not_found, policy_exists, currency_mismatch, system_account. It
 * rules what comes after it in the same batch.
 */
export function decideCreatePolicy(draft: Draft, command: CreatePolicy): OutcomeOf<CreatePolicy> {
  const { id, target, currency, rules, principal } = command
  const refusal =
    targetRefusal(draft, target, currency.code) ??
    (draft.state.policies.has(policyKey(target))
      ? rejected('policy_exists', 'target', 'there is a policy for this target: change that one')
      : null) ??
    feeRefusal(draft, rules, currency.code)
  if (refusal !== null) return refusal

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

function targetRefusal({ state }: Draft, target: PolicyTarget, currency: CurrencyCode): Rejected | null {
  if (target.kind === 'user' && !state.users.has(target.userId)) {
    return rejected('user_not_found', 'user_id', `user ${target.userId} does not exist`)
  }
  if (target.kind !== 'account') return null
  const account = state.accounts.get(target.accountId)
  if (account === undefined) {
    return rejected('account_not_found', 'account_id', `account ${target.accountId} does not exist`)
  }
  if (account.currency !== currency) {
    const message = `account ${account.id} is in ${account.currency}, not ${currency}`
    return rejected('currency_mismatch', 'currency', message)
  }
  return account.creditLimit === null
    ? rejected('system_account', 'account_id', `account ${account.id} is a system account`)
    : null
}

function feeRefusal({ state }: Draft, { fee }: PolicyRules, currency: CurrencyCode): Rejected | null {
  if (fee === null) return null
  const account = state.accounts.get(fee.account)
  if (account === undefined) {
    return rejected('account_not_found', 'rules.fee.account', `account ${fee.account} does not exist`)
  }
  return account.currency === currency
    ? null
    : rejected(
        'currency_mismatch',
        'rules.fee.account',
        `account ${account.id} is in ${account.currency}, not ${currency}`,
      )
}

/** Gives a policy other rules or takes it away, or refuses: account_not_found, policy_not_found, version_mismatch, currency_mismatch. */
export function decideUpdatePolicy(draft: Draft, command: UpdatePolicy): OutcomeOf<UpdatePolicy> {
  const { id, ifVersion, rules, principal } = command
  const { at } = draft.changes
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
  return feeRefusal(draft, rules, before.currency) ?? keep(draft, { ...next, rules }, principal)
}

function keep(draft: Draft, policy: Policy, principal: Principal): OutcomeOf<CreatePolicy> {
  putPolicy(draft, policy, principal)
  const type = policy.version === 1 ? 'policy.created' : 'policy.updated'
  draft.changes.facts.push(policyFact(type, principal, policy))
  return accepted('policy', policy)
}
