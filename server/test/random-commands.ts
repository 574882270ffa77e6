// Random commands over a small world, so that ids collide, floors are met, versions go stale and holds expire.
import fc from 'fast-check'
import type { Command } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { AccountId, ApiKeyId, HoldId, PolicyId, QuoteId, SessionId, TransferId } from '#core/ids.ts'
import { addSeconds, type Instant } from '#core/instant.ts'
import type { Posting } from '#core/transfer.ts'
import { countedUuid } from './ids.ts'
import {
  accountId,
  currency,
  email,
  EURO,
  fields,
  metadata,
  minor,
  nth,
  posting,
  reference,
  rules,
  seconds,
  seldom,
  target,
  transferId,
  userId,
  version,
  YEN,
} from './random-values.ts'

/** Commands that come at once, and when. */
export interface RandomBatch {
  readonly at: Instant
  readonly commands: readonly Command[]
}

const START = '2026-11-21T11:35:00.000000Z' as Instant

/** What a command is made over: the time of its batch, ids as Florin's id source gives them, and those it gave. */
interface World {
  at: Instant
  allot(): string
  readonly apiKeys: ApiKeyId[]
  readonly holds: HoldId[]
  readonly policies: PolicyId[]
  readonly quotes: QuoteId[]
  readonly sessions: SessionId[]
  readonly transfers: TransferId[]
}

type Making = (world: World) => Command

/** One of those that were made, or one that was not. */
function pick<Id extends string>(made: readonly Id[], n: number): Id {
  return made[n % (made.length + 1)] ?? (countedUuid(999_999) as Id)
}

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
    approvalSeconds: fc.constantFrom(null, 1, 3600),
  })
  .map(({ ago, ...command }) => (world: World) => {
    world.transfers.push(command.id)
    const effectiveAt = ago === null ? null : addSeconds(world.at, -ago)
    return { ...command, effectiveAt, earliestEffectiveAt: addSeconds(world.at, -3600) }
  })

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
    externalAccountId: allotAccount(world),
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
    idempotency: null,
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

const login = { ...fields, idempotency: fc.constant(null), userId }
const roles = fc.constantFrom(['user' as const], ['operator' as const])
const password = fc.constantFrom('p', 'q')

const logins: fc.Arbitrary<Making> = fc.oneof(
  fc
    .record({ kind: fc.constant('set_roles' as const), ...login, roles, ifRoles: seldom(roles) })
    .map((command) => () => command),
  fc
    .record({
      kind: fc.constant('set_password' as const),
      ...login,
      passwordHash: fc.option(password),
      ifRoles: seldom(roles),
      ifPasswordHash: seldom(password),
    })
    .map((command) => () => command),
  fc.record({ ...login, ifPasswordHash: password }).map((command) => (world: World) => ({
    kind: 'start_session' as const,
    ...command,
    id: remember(world.sessions, world.allot() as SessionId),
  })),
  fc
    .record({ ...login, n: nth, generation: fc.constantFrom(1, 1, 2, 3) })
    .map(({ n, ...command }) => (world: World) => ({
      kind: 'refresh_session' as const,
      ...command,
      id: pick(world.sessions, n),
    })),
  fc
    .record({ ...login, n: fc.option(nth), due: fc.boolean() })
    .map(({ n, ...command }) => (world: World) => ({
      kind: 'end_session' as const,
      ...command,
      id: n === null ? null : pick(world.sessions, n),
    })),
)

const making: fc.Arbitrary<Making> = fc.oneof(
  { weight: 5, arbitrary: registry },
  { weight: 3, arbitrary: opening },
  { weight: 2, arbitrary: policies },
  { weight: 2, arbitrary: quotes },
  { weight: 8, arbitrary: holds },
  { weight: 3, arbitrary: reversal },
  { weight: 2, arbitrary: together },
  { weight: 1, arbitrary: access },
  { weight: 3, arbitrary: logins },
  { weight: 8, arbitrary: transfer },
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
      sessions: [],
      transfers: [],
    }
    const furnished = { at: world.at, commands: ['1', '2', '3', '4', '5'].map((id) => furnish(world, id)) }
    const others = batches.map(({ wait, makings }) => {
      world.at = addSeconds(world.at, wait)
      return { at: world.at, commands: makings.map((make) => make(world)) }
    })
    return [furnished, ...others]
  })

/** An account to begin with; the last one is in another currency. */
function furnish(world: World, id: string): Command {
  return {
    kind: 'create_account',
    principal: 'alice' as Principal,
    idempotency: null,
    id: id as AccountId,
    userId: null,
    currency: id === '5' ? YEN : EURO,
    creditLimit: 0n,
    initialBalance: 5000n,
    metadata: {},
    externalAccountId: allotAccount(world),
    transferId: allotTransfer(world),
  }
}

function remember<Id>(made: Id[], id: Id): Id {
  made.push(id)
  return id
}

function allotAccount(world: World): AccountId {
  return BigInt(`0x${world.allot().slice(-12)}`).toString() as AccountId
}

function allotTransfer(world: World): TransferId {
  return remember(world.transfers, world.allot() as TransferId)
}

function side({ source, amount, currency: code, scale }: Posting) {
  return { account: source, amount: amount || 1n, currency: code, scale }
}
