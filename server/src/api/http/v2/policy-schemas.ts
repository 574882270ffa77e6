// What v2 reads and answers about policies.
import { z } from 'zod'
import type { FeeRequest, RulesRequest } from '#app/policy-rules.ts'
import type { Florin } from '#app/florin.ts'
import { rulesJson } from '#core/facts.ts'
import { parseUuidV7, type PolicyId } from '#core/ids.ts'
import { parsed, type Parsed } from '#core/parsed.ts'
import {
  ALLOWED_DESTINATIONS_MAX,
  freezes,
  velocityWindows,
  type Policy,
  type PolicyTarget,
} from '#core/policy.ts'
import { accountIdText, amountText, currencyCode, policyIdText, userIdText } from '../fields.ts'
import { listQuery } from '../pages.ts'
import { accountId, amount, code, instant, pageOf, uuid, version } from './shown.ts'

const COUNT_MAX = 1_000_000_000
const BASIS_POINTS_MAX = 10_000

/** What each rule means, for the request and the answer alike. */
const MEANINGS = {
  floor: 'posted - held may not be taken below this',
  credit_limit:
    "posted - held may not be taken further below zero than this, whatever the account's own limit",
  ceiling: 'posted + incoming may not be brought above this',
  minimum: 'What one transfer takes from the account, without fees, at least',
  maximum: 'What one transfer takes from the account, without fees, at most',
  approval_above:
    'One transfer that takes more than this from the account, without fees, needs the approval of a second principal',
  velocity: 'What may leave the account within a window that slides; open holds count. A month has 30 days',
  allowed_destinations: 'The only accounts that money may go to',
  freeze: 'What is frozen: debits, credits or both',
  fee: 'What each transfer from the account pays; the nearest policy with a fee sets it',
} as const

const ruledAmount = (meaning: keyof typeof MEANINGS) =>
  amountText.nullable().default(null).meta({ description: MEANINGS[meaning] })

const NewVelocity = z.strictObject({
  window: z.enum(velocityWindows),
  amount: amountText.nullable().default(null),
  count: z.int().min(1).max(COUNT_MAX).nullable().default(null),
})

const NewFee = z.strictObject({
  account: accountIdText.meta({ description: 'Gets the fee' }),
  fixed: amountText.default('0'),
  basis_points: z
    .int()
    .min(0)
    .max(BASIS_POINTS_MAX)
    .default(0)
    .meta({ description: 'Hundredths of a percent of what the transfer takes; half a unit is rounded up' }),
  minimum: amountText.default('0'),
  maximum: amountText.nullable().default(null),
})

const NewRules = z
  .strictObject({
    floor: ruledAmount('floor'),
    credit_limit: ruledAmount('credit_limit'),
    ceiling: ruledAmount('ceiling'),
    minimum: ruledAmount('minimum'),
    maximum: ruledAmount('maximum'),
    approval_above: ruledAmount('approval_above'),
    velocity: z
      .array(NewVelocity)
      .max(velocityWindows.length)
      .default([])
      .meta({ description: MEANINGS.velocity }),
    allowed_destinations: z
      .array(accountIdText)
      .max(ALLOWED_DESTINATIONS_MAX)
      .nullable()
      .default(null)
      .meta({ description: MEANINGS.allowed_destinations }),
    freeze: z.enum(freezes).nullable().default(null).meta({ description: MEANINGS.freeze }),
    fee: NewFee.nullable().default(null).meta({ description: MEANINGS.fee }),
  })
  .meta({
    id: 'NewRules',
    examples: [
      {
        maximum: '5000.00',
        velocity: [{ window: 'day', amount: '10000.00', count: 20 }],
        fee: { account: '9001', fixed: '0.10', basis_points: 25, maximum: '5.00' },
      },
    ],
  })
  .transform(
    ({
      credit_limit: creditLimit,
      allowed_destinations: allowedDestinations,
      approval_above: approvalAbove,
      fee,
      ...rules
    }): RulesRequest => ({
      ...rules,
      creditLimit,
      allowedDestinations,
      approvalAbove,
      fee: fee && toFee(fee),
    }),
  )

function toFee({ basis_points: basisPoints, ...fee }: z.output<typeof NewFee>): FeeRequest {
  return { ...fee, basisPoints }
}

/** `POST /v2/policies` */
export const NewPolicy = z
  .strictObject({
    account_id: accountIdText.optional().meta({ description: 'For this account' }),
    user_id: userIdText.optional().meta({ description: 'For each account of this user in the currency' }),
    currency: currencyCode
      .optional()
      .meta({ description: 'Without user_id: for each account in the currency. Not beside account_id' }),
    rules: NewRules,
  })
  .meta({ id: 'NewPolicy', examples: [{ account_id: '1001', rules: { freeze: 'debits' } }] })
  .transform(({ account_id: accountId, user_id: userId, currency, rules }, ctx) => {
    const wrong = (field: string, message: string): never => {
      ctx.issues.push({ code: 'custom', path: [field], message, input: null })
      return z.NEVER
    }
    const made = (target: PolicyTarget) => ({ target, rules })
    if (accountId !== undefined) {
      return userId === undefined && currency === undefined
        ? made({ kind: 'account', accountId })
        : wrong('account_id', 'stands alone: its user and currency are known')
    }
    if (userId !== undefined) {
      return currency === undefined
        ? wrong('currency', 'is missing')
        : made({ kind: 'user', userId, currency })
    }
    return currency === undefined
      ? wrong('account_id', 'is missing: say account_id, or currency, or user_id and currency')
      : made({ kind: 'currency', currency })
  })

/** `PUT /v2/policies/{policy_id}` */
export const PolicyChange = z
  .strictObject({ rules: NewRules })
  .meta({ id: 'PolicyChange', examples: [{ rules: { maximum: '100.00' } }] })

/** Path of one policy. */
export const PolicyPath = z.strictObject({ policy_id: policyIdText })

/** `GET /v2/policies` */
export const policyList = listQuery({
  name: 'policies',
  filters: {
    account_id: accountIdText.optional().meta({ description: 'That of this account alone' }),
    user_id: userIdText.optional().meta({ description: "Those of this user's accounts" }),
    currency: currencyCode.optional(),
  },
  position: parseUuidV7<PolicyId>,
})

/** `GET /v2/policies/{policy_id}/versions`. The policy is in the path and not a filter, so the cursor's position names it. */
export const policyVersionList = listQuery({
  name: 'policy versions',
  filters: {},
  position: parseVersionPosition,
})

function parseVersionPosition(text: string): Parsed<{ readonly id: PolicyId; readonly version: number }> {
  const [, idText = '', digits = ''] = /^([^/]+)\/([1-9][0-9]{0,14})$/.exec(text) ?? []
  const id = parseUuidV7<PolicyId>(idText)
  return id.ok ? parsed({ id: id.value, version: Number(digits) }) : id
}

const RulesSchema = z
  .strictObject({
    floor: amount.optional().meta({ description: MEANINGS.floor }),
    credit_limit: amount.optional().meta({ description: MEANINGS.credit_limit }),
    ceiling: amount.optional().meta({ description: MEANINGS.ceiling }),
    minimum: amount.optional().meta({ description: MEANINGS.minimum }),
    maximum: amount.optional().meta({ description: MEANINGS.maximum }),
    approval_above: amount.optional().meta({ description: MEANINGS.approval_above }),
    velocity: z
      .array(
        z.strictObject({
          window: z.enum(velocityWindows),
          amount: amount.nullable(),
          count: z.int().nullable(),
        }),
      )
      .optional()
      .meta({ description: MEANINGS.velocity }),
    allowed_destinations: z.array(accountId).optional().meta({ description: MEANINGS.allowed_destinations }),
    freeze: z.enum(freezes).optional().meta({ description: MEANINGS.freeze }),
    fee: z
      .strictObject({
        account: accountId,
        fixed: amount,
        basis_points: z.int(),
        minimum: amount,
        maximum: amount.nullable(),
      })
      .optional()
      .meta({ description: MEANINGS.fee }),
  })
  .meta({ id: 'Rules', description: 'What does not rule is left out' })

const policyShape = {
  id: uuid,
  account_id: accountId
    .nullable()
    .meta({ description: 'The account that it is for; null when it is for several' }),
  user_id: uuid.nullable().meta({ description: 'The user whose accounts it is for' }),
  currency: code,
  rules: RulesSchema,
  version,
  created_at: instant,
  updated_at: instant,
}

/** A policy. */
export const PolicySchema = z.strictObject(policyShape).meta({ id: 'Policy' })
/** A page of policies. */
export const PolicyPage = pageOf(PolicySchema, 'PolicyPage')

const PolicyVersionSchema = z
  .strictObject({
    ...policyShape,
    removed: z
      .boolean()
      .meta({ description: 'True of the version that took it away; its rules are those before' }),
    principal: z.string().meta({ description: 'Who made this version' }),
  })
  .meta({ id: 'PolicyVersion' })
/** A page of versions. */
export const PolicyVersionPage = pageOf(PolicyVersionSchema, 'PolicyVersionPage')

/** Renders a policy. */
export function toPolicy(policy: Policy): z.output<typeof PolicySchema> {
  const { id, target, currency, scale, rules, createdAt, updatedAt } = policy
  return {
    id,
    account_id: target.kind === 'account' ? target.accountId : null,
    user_id: target.kind === 'user' ? target.userId : null,
    currency,
    rules: rulesJson(rules, scale),
    version: policy.version,
    created_at: createdAt,
    updated_at: updatedAt,
  }
}

type PolicyRevision = Awaited<ReturnType<Florin['reader']['listPolicyVersions']>>[number]

/** Renders a version of a policy. */
export function toPolicyVersion({
  policy,
  removed,
  principal,
}: PolicyRevision): z.output<typeof PolicyVersionSchema> {
  return { ...toPolicy(policy), removed, principal }
}
