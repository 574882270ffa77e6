// The rules of a policy as a wire brings them: amounts are text until the policy's currency is known.
import { invalidFields, type FieldError } from '#core/errors.ts'
import type { AccountId } from '#core/ids.ts'
import { parseAmount, type Scale } from '#core/money.ts'
import type { FeeRule, PolicyRules, VelocityRule, VelocityWindow } from '#core/policy.ts'

/** What a policy shall rule. Null does not rule. */
export interface RulesRequest extends Pick<PolicyRules, 'allowedDestinations' | 'freeze'> {
  readonly floor: string | null
  readonly creditLimit: string | null
  readonly ceiling: string | null
  readonly minimum: string | null
  readonly maximum: string | null
  readonly approvalAbove: string | null
  readonly velocity: readonly VelocityRequest[]
  readonly fee: FeeRequest | null
}

/** How much and how often; at least one of the two. */
interface VelocityRequest {
  readonly window: VelocityWindow
  readonly amount: string | null
  readonly count: number | null
}

/** What a transfer pays. */
export interface FeeRequest {
  readonly account: AccountId
  readonly fixed: string
  readonly basisPoints: number
  readonly minimum: string
  readonly maximum: string | null
}

/**
 * The rules. Throws a validation error naming each wrong field: amounts, two velocity rules for one window or one that
 * rules nothing, and bounds that leave nothing between them.
 */
export function readRules(request: RulesRequest, scale: Scale): PolicyRules {
  const problems: FieldError[] = []
  const reader = createAmountReader(scale, problems)
  const rules: PolicyRules = {
    floor: reader.optional('rules.floor', request.floor),
    creditLimit: reader.optional('rules.credit_limit', request.creditLimit),
    ceiling: reader.optional('rules.ceiling', request.ceiling),
    minimum: reader.optional('rules.minimum', request.minimum),
    maximum: reader.optional('rules.maximum', request.maximum),
    approvalAbove: reader.optional('rules.approval_above', request.approvalAbove),
    velocity: request.velocity.map((rule, i) => readVelocity(rule, `rules.velocity[${i}]`, reader)),
    allowedDestinations: request.allowedDestinations,
    freeze: request.freeze,
    fee: request.fee === null ? null : readFee(request.fee, reader),
  }
  problems.push(...velocityProblems(rules.velocity), ...contradictions(rules))
  if (problems.length > 0) throw invalidFields(problems)
  return rules
}

interface AmountReader {
  required(field: string, text: string): bigint
  optional(field: string, text: string | null): bigint | null
}

/** Reads 0 for what is wrong, and notes it. */
function createAmountReader(scale: Scale, problems: FieldError[]): AmountReader {
  function required(field: string, text: string): bigint {
    const amount = parseAmount(text, scale)
    if (amount.ok) return amount.value
    problems.push({ field, message: amount.problem })
    return 0n
  }
  return { required, optional: (field, text) => (text === null ? null : required(field, text)) }
}

function readVelocity(rule: VelocityRequest, field: string, reader: AmountReader): VelocityRule {
  return { ...rule, amount: reader.optional(`${field}.amount`, rule.amount) }
}

function readFee(
  { account, fixed, basisPoints, minimum, maximum }: FeeRequest,
  reader: AmountReader,
): FeeRule {
  return {
    account,
    fixed: reader.required('rules.fee.fixed', fixed),
    basisPoints,
    minimum: reader.required('rules.fee.minimum', minimum),
    maximum: reader.optional('rules.fee.maximum', maximum),
  }
}

function velocityProblems(velocity: readonly VelocityRule[]): FieldError[] {
  return velocity.flatMap(({ window, amount, count }, i): FieldError[] => {
    const field = `rules.velocity[${i}]`
    if (amount === null && count === null) {
      return [{ field, message: 'must have an amount, a count, or both' }]
    }
    return velocity.findIndex((other) => other.window === window) < i
      ? [{ field: `${field}.window`, message: `is ruled already: one rule a window` }]
      : []
  })
}

function contradictions({ floor, ceiling, minimum, maximum, fee }: PolicyRules): FieldError[] {
  const bounds = [
    { field: 'rules.floor', low: floor, high: ceiling, name: 'ceiling' },
    { field: 'rules.minimum', low: minimum, high: maximum, name: 'maximum' },
    { field: 'rules.fee.minimum', low: fee?.minimum ?? null, high: fee?.maximum ?? null, name: 'maximum' },
  ]
  return bounds
    .filter(({ low, high }) => low !== null && high !== null && low > high)
    .map(({ field, name }) => ({ field, message: `must not be above the ${name}` }))
}
