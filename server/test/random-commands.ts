// Random commands over a small world, so that ids collide, floors are met, versions go stale and holds expire.
import fc from 'fast-check'
import type { Command, Idempotency, Principal } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { AccountId, ApiKeyId, HoldId, PolicyId, QuoteId, TransferId, UserId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import { freezes, NO_RULES, velocityWindows, type PolicyRules, type PolicyTarget } from '#core/policy.ts'
import type { Posting } from '#core/transfer.ts'
import { countedUuid } from './ids.ts'

/** Commands that come at once, and when. */
export interface RandomBatch {
  readonly at: Instant
  readonly commands: readonly Command[]
}

const START = '2026-11-21T11:35:00.000000Z' as Instant

const CURRENCIES: readonly Currency[] = [
  { code: 'EUR' as CurrencyCode, scale: 2, name: 'Euro' },
  { code: 'JPY' as CurrencyCode, scale: 0, name: 'Yen' },
  { code: 'POINTS' as CurrencyCode, scale: 3, name: 'Points' },
]

/** What a command is made over: the time of its batch, ids as Florin's id source gives them, and those it gave. */
interface World {
  at: Instant
  allot(): string
  readonly apiKeys: ApiKeyId[]
  readonly holds: HoldId[]
  readonly policies: PolicyId[]
  readonly quotes: QuoteId[]
  readonly transfers: TransferId[]
}

type Making = (world: World) => Command

const principal = fc.constantFrom('alice' as Principal, 'bob' as Principal)
const currency = fc.constantFrom(...CURRENCIES)
const userId = fc.integer({ min: 1, max: 4 }).map((n) => countedUuid(n) as UserId)
const accountId = fc.integer({ min: 1, max: 8 }).map((n) => `${n}` as AccountId)
const transferId = fc.integer({ min: 1, max: 40 }).map((n) => countedUuid(n) as TransferId)
const metadata = fc.oneof(
  fc.constant({}),
  fc.dictionary(fc.constantFrom('a', 'b', 'ä"'), fc.string({ maxLength: 5 }), { noNullPrototype: true }),
)
const idempotency: fc.Arbitrary<Idempotency | null> = fc.option(
  fc.record({ key: fc.constantFrom('k1', 'k2', 'k3'), fingerprint: fc.constantFrom('f1', 'f2') }),
  { freq: 4 },
)
const fields = { principal, idempotency }
const email = fc.option(fc.constantFrom('a@example.com', 'b@example.com'))
const version = fc.option(fc.integer({ min: 1, max: 3 }), { freq: 1 })
const reference = fc.option(fc.string({ maxLength: 8 }))
const minor = fc.bigInt({ min: 1n, max: 2000n })
const seconds = fc.constantFrom(0, 1, 60, 3600, 90_000)
/** Which of those that there are. */
const nth = fc.nat({ max: 50 })

/** With a prototype, as parsers make them. */
function plainRecord<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true })
}

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

/** One of those that were made, or one that was not. */
function pick<Id extends string>(made: readonly Id[], n: number): Id {
  return made[n % (made.length + 1)] ?? (countedUuid(999_999) as Id)
}

const posting: fc.Arbitrary<Posting> = fc
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

const transfer = fc
  .record({
    kind: fc.constant('post_transfer' as const),
    ...fields,
    id: transferId,
    idChosen: fc.constant(true),
    postings: fc.array(posting, { minLength: 1, maxLength: 3 }),
    reference,
    metadata,
    ago: seldom(fc.constantFrom(-1, 0, 60, 7200)),
  })
  .map(({ ago, ...command }) => (world: World) => {
    world.transfers.push(command.id)
    return { ...command, effectiveAt: ago === null ? null : addSeconds(world.at, -ago) }
  })

const rules: fc.Arbitrary<PolicyRules> = fc
  .record({
    floor: seldom(minor),
    creditLimit: seldom(minor),
    ceiling: seldom(fc.constantFrom(4000n, 10_000n)),
    minimum: seldom(fc.constant(10n)),
    maximum: seldom(minor),
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

const target: fc.Arbitrary<(currency: CurrencyCode) => PolicyTarget> = fc.oneof(
  accountId.map((id) => () => ({ kind: 'account' as const, accountId: id })),
  userId.map((id) => (code: CurrencyCode) => ({ kind: 'user' as const, userId: id, currency: code })),
  fc.constant((code: CurrencyCode) => ({ kind: 'currency' as const, currency: code })),
)

const registry: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ kind: fc.constant('create_currency' as const), ...fields, currency })
    .map((command) => () => command),
  fc
    .record({
      kind: fc.constant('create_user' as const),
      ...fields,
      id: userId,
      name: fc.constant('N'),
      email,
      metadata,
    })
    .map((command) => () => command),
  fc
    .record({
      kind: fc.constant('update_user' as const),
      ...fields,
      id: userId,
      ifVersion: version,
      changes: fc.record({ email, metadata }, { requiredKeys: [], noNullPrototype: true }),
    })
    .map((command) => () => command),
  fc
    .record({
      kind: fc.constant('update_account' as const),
      ...fields,
      id: accountId,
      ifVersion: version,
      changes: fc.record(
        { creditLimit: fc.constantFrom(0n, 300n), metadata },
        { requiredKeys: [], noNullPrototype: true },
      ),
    })
    .map((command) => () => command),
  fc
    .record({ ...fields, id: accountId, ifVersion: version, sweepTo: fc.option(accountId) })
    .map((command) => (world: World) => ({
      kind: 'close_account' as const,
      ...command,
      transferId: allotTransfer(world),
    })),
  fc.record({ ...fields, ago: seconds }).map(({ ago, ...command }) => ({ at }: World) => ({
    kind: 'close_period' as const,
    ...command,
    through: addSeconds(at, -ago),
  })),
)

const opening: fc.Arbitrary<Making> = fc
  .record({
    ...fields,
    id: accountId,
    userId: fc.option(userId, { freq: 1 }),
    currency,
    creditLimit: fc.constantFrom(0n, 0n, 500n),
    initialBalance: fc.constantFrom(0n, 1000n, 5000n),
    metadata,
  })
  .map((command) => (world: World) => ({
    kind: 'create_account' as const,
    ...command,
    externalAccountId: BigInt(`0x${world.allot().slice(-12)}`).toString() as AccountId,
    transferId: allotTransfer(world),
  }))

const policies: fc.Arbitrary<Making> = fc.oneof(
  fc.record({ ...fields, target, currency, rules }).map((command) => (world: World) => ({
    kind: 'create_policy' as const,
    ...command,
    target: command.target(command.currency.code),
    id: remember(world.policies, world.allot() as PolicyId),
  })),
  fc
    .record({ ...fields, n: nth, ifVersion: version, rules: fc.option(rules, { freq: 1 }) })
    .map(({ n, ...command }) => (world: World) => ({
      kind: 'update_policy' as const,
      ...command,
      id: pick(world.policies, n),
    })),
)

const quotes: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ ...fields, sold: posting, bought: posting, expires: seconds })
    .map(({ sold, bought, expires, ...command }) => (world: World) => ({
      kind: 'create_quote' as const,
      ...command,
      id: remember(world.quotes, world.allot() as QuoteId),
      sell: side(sold),
      buy: side(bought),
      rate: { numerator: 3n, denominator: 2n },
      rounding: 'down' as const,
      expiresAt: addSeconds(world.at, expires),
    })),
  fc
    .record({ ...fields, n: nth, source: accountId, destination: accountId, reference, metadata })
    .map(({ n, ...command }) => (world: World) => ({
      kind: 'convert_quote' as const,
      ...command,
      quoteId: pick(world.quotes, n),
      transferId: allotTransfer(world),
    })),
)

const holds: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ ...fields, held: posting, expires: fc.option(seconds), reference, metadata })
    .map(({ held, expires, ...command }) => (world: World) => ({
      kind: 'create_hold' as const,
      ...command,
      id: remember(world.holds, world.allot() as HoldId),
      source: held.source,
      destination: held.destination,
      amount: held.amount || 1n,
      currency: held.currency,
      scale: held.scale,
      expiresAt: expires === null ? null : addSeconds(world.at, expires),
    })),
  fc
    .record({ ...fields, n: nth, amount: fc.option(minor, { freq: 1 }), releaseRest: fc.boolean() })
    .map(({ n, ...command }) => (world: World) => ({
      kind: 'capture_hold' as const,
      ...command,
      holdId: pick(world.holds, n),
      transferId: allotTransfer(world),
    })),
  fc.record({ ...fields, n: nth, due: fc.boolean() }).map(({ n, ...command }) => (world: World) => ({
    kind: 'release_hold' as const,
    ...command,
    holdId: pick(world.holds, n),
  })),
)

const reversal: fc.Arbitrary<Making> = fc
  .record({
    ...fields,
    n: nth,
    posting: fc.option(fc.nat({ max: 3 }), { freq: 1 }),
    amount: fc.option(minor, { freq: 1 }),
    reference,
    metadata,
  })
  .map(({ n, ...command }) => (world: World) => ({
    kind: 'reverse_transfer' as const,
    ...command,
    original: pick(world.transfers, n),
    id: allotTransfer(world),
  }))

const together: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ ...fields, items: fc.array(transfer, { minLength: 1, maxLength: 4 }) })
    .map((command) => (world: World) => ({
      kind: 'post_group' as const,
      ...command,
      items: command.items.map((make) => make(world)),
    })),
  fc.record({ ...fields, transfer }).map((command) => (world: World) => ({
    kind: 'simulate_transfer' as const,
    ...command,
    transfer: command.transfer(world),
  })),
)

const access: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ ...fields, expires: fc.option(seconds), scopes: fc.constant(['accounts:read' as const]) })
    .map(({ expires, ...command }) => (world: World) => ({
      kind: 'create_api_key' as const,
      ...command,
      id: remember(world.apiKeys, world.allot() as ApiKeyId),
      name: 'A key',
      expiresAt: expires === null ? null : addSeconds(world.at, expires),
      secretHash: world.allot(),
    })),
  fc.record({ ...fields, n: nth, overlapSeconds: seconds }).map(({ n, ...command }) => (world: World) => ({
    kind: 'rotate_api_key' as const,
    ...command,
    id: pick(world.apiKeys, n),
    secretHash: world.allot(),
  })),
  fc.record({ ...fields, n: nth }).map(({ n, ...command }) => (world: World) => ({
    kind: 'revoke_api_key' as const,
    ...command,
    id: pick(world.apiKeys, n),
  })),
)

const making: fc.Arbitrary<Making> = fc.oneof(
  { weight: 5, arbitrary: registry },
  { weight: 3, arbitrary: opening },
  { weight: 2, arbitrary: policies },
  { weight: 2, arbitrary: quotes },
  { weight: 6, arbitrary: holds },
  { weight: 3, arbitrary: reversal },
  { weight: 2, arbitrary: together },
  { weight: 1, arbitrary: access },
  { weight: 6, arbitrary: transfer },
)

/** Batches of commands, some time apart. What Florin allots itself is unique, as its id source makes it. */
export const randomBatches: fc.Arbitrary<RandomBatch[]> = fc
  .array(fc.record({ wait: seconds, makings: fc.array(making, { minLength: 1, maxLength: 12 }) }), {
    maxLength: 8,
  })
  .map((batches) => {
    let allotted = 1000
    const world: World = {
      at: START,
      allot: () => countedUuid((allotted += 1)),
      apiKeys: [],
      holds: [],
      policies: [],
      quotes: [],
      transfers: [],
    }
    return batches.map(({ wait, makings }) => {
      world.at = addSeconds(world.at, wait)
      return { at: world.at, commands: makings.map((make) => make(world)) }
    })
  })

function remember<Id>(made: Id[], id: Id): Id {
  made.push(id)
  return id
}

function allotTransfer(world: World): TransferId {
  return remember(world.transfers, world.allot() as TransferId)
}

function side({ source, amount, currency: code, scale }: Posting) {
  return { account: source, amount: amount || 1n, currency: code, scale }
}
