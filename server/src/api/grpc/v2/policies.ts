import type { z } from 'zod'
import { parseMessage } from '../../http/validation.ts'
import { policyField, policyPage, policyVersionPage } from '../../http/v2/policies.ts'
import {
  NewPolicy,
  PolicyChange,
  policyList,
  PolicyPath,
  policyVersionList,
  toPolicy,
  type PolicySchema,
} from '../../http/v2/policy-schemas.ts'
import { answered, answerOf, failed, unary, type Edge, type Handlers } from '../calls.ts'
import type { Fields } from '../codec.ts'
import { notFound } from '../problems.ts'
import { changedAs, readVersion } from './changes.ts'
import { readList } from './lists.ts'

/** florin.v2.PolicyService */
export function createPolicyService(edge: Edge): Handlers {
  return {
    CreatePolicy: unary(edge, async ({ idempotency_key: key, rules: sent, ...fields }, call) => {
      const { target, rules } = parseMessage(NewPolicy, { ...fields, ...readRules(sent) })
      const outcome = await call.florin.policies.create(call.callerOf(key), target, rules)
      return answerOf(
        outcome,
        (policy) => ({ policy: toPolicyMessage(toPolicy(policy)) }),
        policyField(target),
      )
    }),

    GetPolicy: unary(edge, async (fields, { florin }) => {
      const { policy_id: id } = parseMessage(PolicyPath, fields)
      const policy = await florin.reader.findPolicy(id)
      return policy === undefined
        ? failed(notFound('policy', id))
        : answered({ policy: toPolicyMessage(toPolicy(policy)) })
    }),

    ListPolicies: unary(edge, async (fields, { florin }) => {
      const { data, ...page } = await policyPage(florin, readList(policyList, fields))
      return answered({ policies: data.map(toPolicyMessage), ...page })
    }),

    UpdatePolicy: unary(edge, async (request, { florin, callerOf }) => {
      const { idempotency_key: key, if_version: version, policy_id: id, rules: sent, ...fields } = request
      const path = parseMessage(PolicyPath, { policy_id: id })
      const { rules } = parseMessage(PolicyChange, { ...fields, ...readRules(sent) })
      const change = { ifVersion: readVersion(version), rules }
      const outcome = await florin.policies.update(callerOf(key), path.policy_id, change)
      return answerOf(
        outcome,
        (policy) => ({ policy: toPolicyMessage(toPolicy(policy)) }),
        changedAs('policy_id'),
      )
    }),

    RemovePolicy: unary(edge, async ({ idempotency_key: key, if_version: version, ...fields }, call) => {
      const { policy_id: id } = parseMessage(PolicyPath, fields)
      const change = { ifVersion: readVersion(version), rules: null }
      const outcome = await call.florin.policies.update(call.callerOf(key), id, change)
      return answerOf(
        outcome,
        (policy) => ({ policy: toPolicyMessage(toPolicy(policy)) }),
        changedAs('policy_id'),
      )
    }),

    ListPolicyVersions: unary(edge, async ({ policy_id: id, ...fields }, { florin }) => {
      const path = parseMessage(PolicyPath, { policy_id: id })
      const found = await policyVersionPage(florin, path.policy_id, readList(policyVersionList, fields))
      if (found === undefined) return failed(notFound('policy', path.policy_id))
      const { data, ...page } = found
      const versions = data.map(({ removed, principal, ...policy }) => ({
        policy: toPolicyMessage(policy),
        removed,
        principal,
      }))
      return answered({ versions, ...page })
    }),
  }
}

/** As REST takes them: a list of destinations needs no message that says whether it is there. */
function readRules(sent: unknown): { readonly rules?: Fields } {
  if (sent === undefined) return {}
  const { allowed_destinations: allowed, ...rules } = sent as Fields
  if (allowed === undefined) return { rules }
  return { rules: { ...rules, allowed_destinations: (allowed as Fields)['accounts'] ?? [] } }
}

/** A policy as a message. */
export function toPolicyMessage({ rules, ...policy }: z.output<typeof PolicySchema>): object {
  const { allowed_destinations: accounts, ...others } = rules
  return { ...policy, rules: { ...others, allowed_destinations: accounts && { accounts } } }
}
