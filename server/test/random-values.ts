// Random values in a small world, so that ids collide, floors are met and versions go stale.
import fc from 'fast-check'
import type { Idempotency, Principal } from '#core/command-fields.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import { freezes, NO_RULES, velocityWindows, type PolicyRules, type PolicyTarget } from '#core/policy.ts'
import type { Posting } from '#core/transfer.ts'
import { countedUuid } from './ids.ts'

/** The currency that most accounts are in. */
export const EURO: Currency = { code: 'EUR' as CurrencyCode, scale: 2, name: 'Euro' }
/** One without digits after the point. */
export const YEN: Currency = { code: 'JPY' as CurrencyCode, scale: 0, name: 'Yen' }
const POINTS: Currency = { code: 'POINTS' as CurrencyCode, scale: 3, name: 'Points' }

const principal = fc.constantFrom('alice' as Principal, 'bob' as Principal)
/** Mostly the one that most accounts are in. */
export const currency = fc.constantFrom(EURO, EURO, EURO, EURO, EURO, EURO, YEN, POINTS)
/** A user. */
export const userId = fc.integer({ min: 1, max: 4 }).map((n) => countedUuid(n) as UserId)
/** Mostly one that is furnished. */
export const accountId = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5, max: 8 }) },
  )
  .map((n) => `${n}` as AccountId)
/** A transfer. */
export const transferId = fc.integer({ min: 1, max: 40 }).map((n) => countedUuid(n) as TransferId)
/** Metadata. */
export const metadata = fc.oneof(
  fc.constant({}),
  fc.dictionary(fc.constantFrom('a', 'b', 'ä"'), fc.string({ maxLength: 5 }), { noNullPrototype: true }),
)
const idempotency: fc.Arbitrary<Idempotency | null> = seldom(
  fc.record({ key: fc.constantFrom('k1', 'k2', 'k3', 'k4'), fingerprint: fc.constantFrom('f1', 'f1', 'f2') }),
)
/** Of every command. */
export const fields = { principal, idempotency }
/** An address. */
export const email = fc.option(fc.constantFrom('a@example.com', 'b@example.com'))
/** A version, or none. */
export const version = fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 })
/** A reference. */
export const reference = fc.option(fc.string({ maxLength: 8 }))
/** Minor units. */
export const minor = fc.bigInt({ min: 1n, max: 2000n })
/** Seconds. */
export const seconds = fc.constantFrom(0, 1, 60, 3600, 90_000)
/** Which of those that there are. */
export const nth = fc.nat({ max: 50 })

/** With a prototype, as parsers make them. */
function plainRecord<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true })
}

/** Once in five times. */
export function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

/** A leg. */
export const posting: fc.Arbitrary<Posting> = fc
  .record({
    source: accountId,
    destination: accountId,
    amount: minor,
    currency,
    balancing: seldom(fc.record({ max: fc.option(minor) })),
  })
  .map(({ currency: { code, scale }, balancing, amount, ...accounts }) => ({
    ...accounts,
    amount: balancing === null ? amount : 0n,
    currency: code,
    scale,
    role: balancing === null ? null : { kind: 'balancing' as const, max: balancing.max },
  }))

/** Rules of a policy. */
export const rules: fc.Arbitrary<PolicyRules> = fc
  .record({
    floor: seldom(minor),
    creditLimit: seldom(minor),
    ceiling: seldom(fc.constantFrom(4000n, 10_000n)),
    minimum: seldom(fc.constant(10n)),
    maximum: seldom(minor),
    approvalAbove: seldom(minor),
    velocity: fc.uniqueArray(
      plainRecord({
        window: fc.constantFrom(...velocityWindows),
        amount: fc.constantFrom(null, 3000n),
        count: fc.constantFrom(2, 5),
      }),
      { selector: ({ window }) => window, maxLength: 2 },
    ),
    allowedDestinations: seldom(fc.array(accountId, { maxLength: 6 })),
    freeze: seldom(fc.constantFrom(...freezes)),
    fee: seldom(
      plainRecord({
        account: accountId,
        fixed: fc.constantFrom(0n, 7n),
        basisPoints: fc.constantFrom(0, 150),
        minimum: fc.constantFrom(0n, 3n),
        maximum: fc.constantFrom(null, 9n),
      }),
    ),
  })
  .map((some) => ({ ...NO_RULES, ...some }))

/** What a policy is for, in a currency. */
export const target: fc.Arbitrary<(currency: CurrencyCode) => PolicyTarget> = fc.oneof(
  accountId.map((id) => () => ({ kind: 'account' as const, accountId: id })),
  userId.map((id) => (code: CurrencyCode) => ({ kind: 'user' as const, userId: id, currency: code })),
  fc.constant((code: CurrencyCode) => ({ kind: 'currency' as const, currency: code })),
)
