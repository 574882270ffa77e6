// The parts of facts that stores keep in the same form: postings' roles, rules of policies, reasons of refusals.
import { refusalCodes, type Explanation, type Refusal, type RefusalCode } from './codes.ts'
import { parseAccountId, parseUuidV7, type PolicyId } from './ids.ts'
import {
  currencyCode,
  decimal,
  id,
  list,
  minor,
  nullable,
  object,
  oneOf,
  optional,
  text,
  wholeNumber,
  type Data,
} from './json-read.ts'
import { freezes, velocityWindows, type FeeRule, type PolicyRules, type VelocityRule } from './policy.ts'
import type { Posting, PostingRole } from './transfer.ts'

/** The role of a posting, from the posting's own JSON; null when it has none. */
export function readRole(posting: Data): PostingRole | null {
  switch (posting['role']) {
    case undefined:
      return null
    case 'fee':
      return { kind: 'fee' }
    case 'balancing':
      return { kind: 'balancing', max: nullable(posting['max'], minor) }
    case 'reversal':
      return {
        kind: 'reversal',
        reverses: wholeNumber(posting['reverses']),
        reversedAfter: minor(posting['reversed_after']),
      }
    default:
      throw new TypeError('the role of a posting is unknown')
  }
}

/** A posting as it was asked for, or as it was refused. */
export function readPosting(value: unknown): Posting {
  const data = object(value)
  const amount = decimal(data['amount'])
  return {
    source: id(data['source'], parseAccountId),
    destination: id(data['destination'], parseAccountId),
    amount: amount.minor,
    currency: currencyCode(data['currency']),
    scale: amount.scale,
    role: readRole(data),
  }
}

/** The rules of a policy. */
export function readRules(json: unknown): PolicyRules {
  const data = object(json)
  return {
    floor: optional(data['floor'], minor),
    creditLimit: optional(data['credit_limit'], minor),
    ceiling: optional(data['ceiling'], minor),
    minimum: optional(data['minimum'], minor),
    maximum: optional(data['maximum'], minor),
    approvalAbove: optional(data['approval_above'], minor),
    velocity: optional(data['velocity'], (rules) => list(rules).map(readVelocity)) ?? [],
    allowedDestinations: optional(data['allowed_destinations'], (ids) =>
      list(ids).map((one) => id(one, parseAccountId)),
    ),
    freeze: optional(data['freeze'], (freeze) => oneOf(freeze, freezes)),
    fee: optional(data['fee'], readFee),
  }
}

function readVelocity(value: unknown): VelocityRule {
  const data = object(value)
  return {
    window: oneOf(data['window'], velocityWindows),
    amount: nullable(data['amount'], minor),
    count: nullable(data['count'], wholeNumber),
  }
}

function readFee(value: unknown): FeeRule {
  const data = object(value)
  return {
    account: id(data['account'], parseAccountId),
    fixed: minor(data['fixed']),
    basisPoints: wholeNumber(data['basis_points']),
    minimum: minor(data['minimum']),
    maximum: nullable(data['maximum'], minor),
  }
}

/** Why a command was refused. */
export function readRefusal(json: unknown): Refusal {
  const failure = object(json)
  return {
    code: oneOf(failure['code'], Object.keys(refusalCodes) as RefusalCode[]),
    field: nullable(failure['field'], text),
    message: text(failure['message']),
    explanation: optional(failure['explanation'], readExplanation),
  }
}

function readExplanation(value: unknown): Explanation {
  const data = object(value)
  return {
    rule: text(data['rule']),
    account: id(data['account'], parseAccountId),
    policy: nullable(data['policy'], (policy) => ({
      id: id(object(policy)['id'], parseUuidV7<PolicyId>),
      version: wholeNumber(object(policy)['version']),
    })),
    saw: texts(data['saw']),
    passes: texts(data['passes']),
  }
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const data = object(value)
  for (const member of Object.values(data)) text(member)
  return data as Readonly<Record<string, string>>
}
