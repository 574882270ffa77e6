// Random commands over a small world, so that ids collide, floors are met and versions go stale.
import fc from 'fast-check'
import type { Command, Principal } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId, UserId } from '#core/ids.ts'
import type { Posting } from '#core/transfer.ts'

const CURRENCIES: readonly Currency[] = [
  { code: 'EUR' as CurrencyCode, scale: 2, name: 'Euro' },
  { code: 'JPY' as CurrencyCode, scale: 0, name: 'Yen' },
  { code: 'POINTS' as CurrencyCode, scale: 3, name: 'Points' },
]

const principal = fc.constantFrom('alice' as Principal, 'bob' as Principal)
const currency = fc.constantFrom(...CURRENCIES)
const userId = fc.integer({ min: 1, max: 4 }).map((n) => uuid(n) as UserId)
const accountId = fc.integer({ min: 1, max: 8 }).map((n) => `${n}` as AccountId)
const transferId = fc.integer({ min: 1, max: 40 }).map((n) => uuid(n) as TransferId)
const metadata = fc.oneof(
  fc.constant({}),
  fc.dictionary(fc.constantFrom('a', 'b', 'ä"'), fc.string({ maxLength: 5 }), { noNullPrototype: true }),
)
const idempotency = fc.option(
  fc.record({ key: fc.constantFrom('k1', 'k2', 'k3'), fingerprint: fc.constantFrom('f1', 'f2') }),
  { freq: 4 },
)
const fields = { principal, idempotency }
const email = fc.option(fc.constantFrom('a@example.com', 'b@example.com'))
const version = fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 })

const posting: fc.Arbitrary<Posting> = fc
  .record({ source: accountId, destination: accountId, amount: fc.bigInt({ min: 1n, max: 2000n }), currency })
  .map(({ currency: { code, scale }, ...rest }) => ({ ...rest, currency: code, scale, role: null }))

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('create_currency' as const), ...fields, currency }),
  fc.record({
    kind: fc.constant('create_user' as const),
    ...fields,
    id: userId,
    name: fc.constant('N'),
    email,
    metadata,
  }),
  fc.record({
    kind: fc.constant('update_user' as const),
    ...fields,
    id: userId,
    ifVersion: version,
    changes: fc.record({ email, metadata }, { requiredKeys: [], noNullPrototype: true }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('create_account' as const),
      ...fields,
      id: accountId,
      userId: fc.option(userId, { freq: 1 }),
      currency,
      creditLimit: fc.constantFrom(0n, 0n, 500n),
      initialBalance: fc.constantFrom(0n, 1000n, 5000n),
      metadata,
      externalAccountId: accountId,
      transferId,
    }),
  },
  fc.record({
    kind: fc.constant('update_account' as const),
    ...fields,
    id: accountId,
    ifVersion: version,
    changes: fc.record(
      { creditLimit: fc.constantFrom(0n, 300n), metadata },
      { requiredKeys: [], noNullPrototype: true },
    ),
  }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('post_transfer' as const),
      ...fields,
      id: transferId,
      idChosen: fc.constant(true),
      postings: fc.array(posting, { minLength: 1, maxLength: 3 }),
      reference: fc.option(fc.string({ maxLength: 8 })),
      metadata,
      effectiveAt: fc.constant(null),
    }),
  },
)

/** Batches of commands. What Florin allots itself is unique, as its id source makes it. */
export const commandBatches: fc.Arbitrary<Command[][]> = fc
  .array(fc.array(command, { minLength: 1, maxLength: 12 }), { maxLength: 8 })
  .map((batches) => {
    let allotted = 1000
    return batches.map((batch) =>
      batch.map((one) => {
        if (one.kind !== 'create_account') return one
        allotted += 1
        return {
          ...one,
          externalAccountId: `${allotted}` as AccountId,
          transferId: uuid(allotted) as TransferId,
        }
      }),
    )
  })

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}
