/** Two users with what belongs to them, and callers of every role, so that one can see who may do what to whose. */
import assert from 'node:assert/strict'
import type { TokenAuthentication } from '#app/token-authentication.ts'
import type { Florin } from '#app/florin.ts'
import type { IssuedTokens } from '#app/logins.ts'
import type { Caller } from '#app/request.ts'
import { accessError } from '#core/access-codes.ts'
import { roles, scopesOf, type Access, type Role } from '#core/access.ts'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, ApiKeyId, HoldId, PolicyId, QuoteId, TransferId, UserId } from '#core/ids.ts'
import { roleOf, type Who } from './access-expected.ts'
import { userPrincipal } from '#core/login.ts'
import { wordUuid } from './ids.ts'

/** The user who calls when a user does. */
const ANN = wordUuid('ann') as UserId
/** Another one. */
const BOB = wordUuid('bob') as UserId

/** A caller of each role, whose token is the role's name; `user` is Ann. */
export const roleTokens: TokenAuthentication = {
  async authenticate(token) {
    const access = CALLERS.get(token as Role)
    if (access === undefined) throw accessError('invalid_token', 'no token of the test')
    return access
  },
}

const CALLERS = new Map<Role, Access>(
  roles.map((role) => {
    const known = { principal: role as string as Principal, scopes: scopesOf([role]) }
    return [
      role,
      role === 'user'
        ? { ...known, principal: userPrincipal(ANN), ownOnly: true, userId: ANN }
        : { ...known, ownOnly: false, userId: null },
    ]
  }),
)

/** The password of everybody. */
export const PASSWORD = 'the password of a test'
/** From where everybody logs in. */
const NETWORK = 'network of a test'
/** What callers say of themselves: mostly an admin, else someone of any role, or nobody that is known. */
export const authorizations: readonly { readonly weight: number; readonly authorization: string | null }[] = [
  { weight: 20, authorization: 'Bearer admin' },
  ...[...roles.map((role) => `Bearer ${role}`), null, '', 'Bearer', 'Bearer flk_nobody', 'Basic eDp5'].map(
    (authorization) => ({ weight: 1, authorization }),
  ),
]

/** What belongs to one user. */
export interface Belongings {
  readonly userId: UserId
  /** Somebody else, who is there to be erased. */
  readonly leaver: UserId
  /** Two accounts in EUR with 100.00 each, and two in XXX with 100 each. */
  readonly accounts: readonly [AccountId, AccountId]
  readonly classic: readonly [AccountId, AccountId]
  /** The one that brought the first account's money, from the external account. */
  readonly deposit: TransferId
  /** From the first account to the second, in XXX. */
  readonly classicTransfer: TransferId
  /** Open, of 5.00 from the first account to the second. */
  readonly hold: HoldId
  /** That of a transfer which waits, asked for by Ann's token when it is hers. */
  readonly approval: TransferId
  /** An account in JPY. */
  readonly yen: AccountId
  /** Of the second classic account. */
  readonly policy: PolicyId
  readonly email: string
  /** The user is logged in. */
  readonly login: IssuedTokens
}

/** The world. Everything in it is new each time but the users themselves. */
export interface AccessWorld {
  readonly ann: Belongings
  readonly bob: Belongings
  readonly external: AccountId
  readonly apiKey: ApiKeyId
  /** Of 1.00 EUR for JPY. */
  readonly quote: QuoteId
  /** What a caller sends to say who they are. */
  authorizationOf(who: Who): Promise<Record<string, string>>
}

const NO_RULES = {
  floor: null,
  creditLimit: null,
  ceiling: null,
  minimum: null,
  maximum: null,
  approvalAbove: null,
  velocity: [],
  allowedDestinations: null,
  freeze: null,
  fee: null,
}

const caller: Caller = { principal: 'test' as Principal, idempotencyKey: null }
const EUR = 'EUR' as CurrencyCode
const XXX = 'XXX' as CurrencyCode
const JPY = 'JPY' as CurrencyCode
/** Those of the edge under test. */
const FX_ACCOUNTS = [
  ['9001', EUR],
  ['9002', JPY],
] as const

/** Makes it. */
export async function makeAccessWorld(florin: Florin): Promise<AccessWorld> {
  for (const [id, currency] of FX_ACCOUNTS) {
    await florin.accounts.create(caller, {
      id: id as AccountId,
      userId: null,
      currency,
      creditLimit: '0',
      initialBalance: '1000000',
      metadata: {},
    })
  }
  const ann = await makeBelongings(florin, ANN, 'ann@example.org')
  const bob = await makeBelongings(florin, BOB, 'bob@example.org')
  const external = (await florin.directory.findCurrency(EUR))?.externalAccountId
  assert(external != null)
  const key = await florin.apiKeys.create(caller, { name: 'k', scopes: ['accounts:read'], expiresAt: null })
  const quote = await florin.quotes.create(caller, {
    sell: EUR,
    buy: JPY,
    given: { side: 'sell', amount: '1' },
  })
  return {
    ann,
    bob,
    external,
    apiKey: accepted(key).id,
    quote: accepted(quote).id,
    async authorizationOf(who) {
      if (who === 'nobody') return {}
      const { role } = roleOf(who)
      if (role === who) return { authorization: `Bearer ${role}` }
      const { accessToken } =
        role === 'user' ? ann.login : await logIn(florin, wordUuid(role) as UserId, role)
      return { authorization: `Bearer ${accessToken}` }
    },
  }
}

/** From an account of its own, of which nobody takes anything alone. */
async function makeApproval(florin: Florin, userId: UserId, destination: AccountId): Promise<TransferId> {
  const asked = { id: null, userId, currency: EUR, creditLimit: '0', initialBalance: '100', metadata: {} }
  const source = accepted(await florin.accounts.create(caller, asked)).id
  const target = { kind: 'account', accountId: source } as const
  accepted(await florin.policies.create(caller, target, { ...NO_RULES, approvalAbove: '0' }))
  const principal = userId === ANN ? userPrincipal(ANN) : caller.principal
  const outcome = await florin.transfers.create(
    { ...caller, principal },
    {
      id: null,
      postings: [{ source, destination, amount: '1', currency: EUR }],
      reference: null,
      metadata: {},
      effectiveAt: null,
    },
  )
  assert(outcome.kind === 'accepted' && outcome.made === 'approval')
  return outcome.result.id
}

/** Makes the user if there is none yet, and logs in. */
async function logIn(
  florin: Florin,
  id: UserId,
  role: Role,
  email = `${role}@example.org`,
): Promise<IssuedTokens> {
  await florin.users.create(caller, { id, name: null, email, metadata: {} })
  await florin.logins.setRoles(caller, id, { roles: [role], ifRoles: null })
  await florin.logins.setPassword(caller, id, { password: PASSWORD, ifRoles: null })
  return await florin.logins.login({ email, password: PASSWORD, network: NETWORK })
}

async function makeBelongings(florin: Florin, userId: UserId, email: string): Promise<Belongings> {
  const login = await logIn(florin, userId, 'user', email)
  const open = async (currency: CurrencyCode): Promise<AccountId> => {
    const asked = { id: null, userId, currency, creditLimit: '0', initialBalance: '100', metadata: {} }
    return accepted(await florin.accounts.create(caller, asked)).id
  }
  const accounts = [await open(EUR), await open(EUR)] as const
  const classic = [await open(XXX), await open(XXX)] as const
  const [deposit] = await florin.reader.listTransfers({ accountIds: [accounts[0]], limit: 1 })
  assert(deposit !== undefined)
  const [source, destination] = classic
  const moved = await florin.transfers.post(caller, {
    id: null,
    postings: [{ source, destination, amount: '1', currency: XXX }],
    reference: null,
    metadata: {},
    effectiveAt: null,
  })
  const held = await florin.holds.create(caller, {
    source: accounts[0],
    destination: accounts[1],
    amount: '5',
    currency: EUR,
    expiresAt: null,
    reference: null,
    metadata: {},
  })
  const target = { kind: 'account', accountId: destination } as const
  const policy = await florin.policies.create(caller, target, { ...NO_RULES, ceiling: '1000000' })
  const leaver = await florin.users.create(caller, { id: null, name: 'N', email: null, metadata: {} })
  return {
    userId,
    leaver: accepted(leaver).id,
    accounts,
    classic,
    deposit: deposit.id,
    classicTransfer: accepted(moved).id,
    hold: accepted(held).id,
    approval: await makeApproval(florin, userId, accounts[1]),
    yen: await open(JPY),
    policy: accepted(policy).id,
    email,
    login,
  }
}

function accepted<T>(
  outcome: { readonly kind: 'accepted'; readonly result: T } | { readonly kind: 'rejected' },
): T {
  assert(outcome.kind === 'accepted')
  return outcome.result
}
