/** Random policies, quotes and closed books. */
import type { Command, ConvertQuote, CreatePolicy, CreateQuote, UpdatePolicy } from '#core/command.ts'
import type { Currency, CurrencyCode } from '#core/currency.ts'
import type { AccountId, QuoteId, TransferId } from '#core/ids.ts'
import { addSeconds } from '#core/instant.ts'
import { MINOR_MAX } from '#core/money.ts'
import { freezes, NO_RULES, velocityWindows, type PolicyRules, type PolicyTarget } from '#core/policy.ts'
import { CURRENCIES, createMemory, type Scene } from './scene.ts'

/** How many of the newest quotes are thought of. */
const REMEMBERED = 20
/** More policies than this would leave little that moves. */
const POLICIES = 14

function atMost38Digits(amount: bigint): bigint {
  return amount < MINOR_MAX ? amount : MINOR_MAX
}

function currencyNamed(name: CurrencyCode): Currency {
  return CURRENCIES.find(({ code }) => code === name) as Currency
}

/** Makes what rules the ledger; `remember` is told the ids of conversions. */
export function createRules(scene: Scene, remember: (id: TransferId) => TransferId) {
  const { ids, view, clock } = scene
  const { below, chance, oneOf, bigBelow } = scene.dice
  const quotes = createMemory<QuoteId>(REMEMBERED)

  function policy(): CreatePolicy | UpdatePolicy {
    const present = [...view.policies.values()]
    if (present.length > 0 && chance(present.length / POLICIES)) {
      const { id, version, target, currency } = oneOf(present)
      const held = currencyNamed(currency)
      const on = target.kind === 'account' ? target.accountId : scene.accountIn(held)
      return {
        kind: 'update_policy',
        ...scene.fields(),
        id: chance(0.08) ? ids.policyId() : id,
        ifVersion: scene.version(version),
        rules: chance(0.5) ? null : rules(on, held),
      }
    }
    const taken = present.length > 0 && chance(0.1) ? oneOf(present) : undefined
    const accountId = chance(0.05) ? (scene.external()?.id ?? scene.accountId()) : scene.accountId()
    const drawn = chance(0.95) ? scene.currencyOf(accountId) : oneOf(CURRENCIES)
    const on = taken?.target ?? target(accountId, drawn)
    // Only an account can be named with a currency that is not its own.
    const currency = on.kind === 'account' ? drawn : currencyNamed(on.currency)
    return {
      kind: 'create_policy',
      ...scene.fields(),
      id: ids.policyId(),
      target: on,
      currency,
      rules: rules(accountId, currency),
    }
  }

  function target(accountId: AccountId, { code }: Currency): PolicyTarget {
    const kind = scene.random()
    if (kind < 0.75) return { kind: 'account', accountId }
    return kind < 0.9
      ? { kind: 'user', userId: scene.userId(), currency: code }
      : { kind: 'currency', currency: code }
  }

  /** One or two rules, near to what the account has. */
  function rules(accountId: AccountId, currency: Currency): PolicyRules {
    const account = view.accounts.get(accountId)
    const posted = account?.posted ?? 1000n
    const around = (amount: bigint): bigint => {
      const near = amount + BigInt(below(200)) - 100n
      return near < 1n ? 1n : atMost38Digits(near)
    }
    const typical = around((posted < 0n ? -posted : posted) / 4n)
    const some: (() => Partial<PolicyRules>)[] = [
      () => ({ floor: posted / 2n }),
      () => ({ creditLimit: BigInt(below(500)) }),
      () => ({ ceiling: around(posted + (account?.incoming ?? 0n) + typical) }),
      () => ({ minimum: typical / 3n + 1n }),
      () => ({ maximum: typical }),
      ...Array.from({ length: 5 }, () => () => ({ approvalAbove: typical / BigInt(1 + below(9)) })),
      () => ({
        velocity: [
          chance(0.5)
            ? { window: 'hour', amount: null, count: 1 + below(4) }
            : { window: 'hour', amount: atMost38Digits(typical * 2n), count: null },
        ],
      }),
      () => ({
        velocity: velocityWindows.map((window) => ({
          window,
          amount: chance(0.5) ? null : atMost38Digits(typical * BigInt(1 + below(9))),
          count: 1 + below(40),
        })),
      }),
      () => ({ allowedDestinations: Array.from({ length: below(40) }, () => scene.accountIn(currency)) }),
      () => ({ freeze: oneOf(freezes) }),
      ...Array.from({ length: 4 }, () => () => ({ fee: fee(currency) })),
    ]
    return { ...NO_RULES, ...oneOf(some)(), ...(chance(0.5) ? oneOf(some)() : {}) }
  }

  function fee(currency: Currency) {
    return {
      account: chance(0.97) ? scene.accountIn(currency) : scene.accountId(),
      fixed: BigInt(below(20)),
      basisPoints: oneOf([0, 50, 1000, 10_000]),
      minimum: BigInt(below(5)),
      maximum: chance(0.5) ? null : BigInt(5 + below(50)),
    }
  }

  function quote(): CreateQuote {
    const sold = oneOf(CURRENCIES)
    const bought = chance(0.95) ? oneOf(CURRENCIES.filter((currency) => currency !== sold)) : sold
    const side = (currency: Currency) => {
      const account = scene.accountIn(currency)
      return {
        account,
        amount: 1n + bigBelow(scene.amountFrom(account) / 4n),
        currency: currency.code,
        scale: currency.scale,
      }
    }
    return {
      kind: 'create_quote',
      ...scene.fields(),
      id: quotes.add(ids.quoteId()),
      sell: side(sold),
      buy: side(bought),
      rate: { numerator: BigInt(1 + below(50)), denominator: BigInt(1 + below(50)) },
      rounding: oneOf(['down', 'up']),
      expiresAt: addSeconds(clock.now(), oneOf([0, 2, 60, 4000])),
    }
  }

  let last: QuoteId | null = null

  /** Of a quote of late, or of the one before once more. */
  function conversion(): ConvertQuote {
    const some = quotes.items.length === 0 || chance(0.02) ? ids.quoteId() : oneOf(quotes.items)
    const quoteId = last !== null && chance(0.2) ? last : some
    last = quoteId
    const found = view.quotes.get(quoteId)
    const accountOf = (code: string | undefined): AccountId => {
      const currency = CURRENCIES.find((one) => one.code === code)
      return currency === undefined || chance(0.03) ? scene.accountId() : scene.accountIn(currency)
    }
    return {
      kind: 'convert_quote',
      ...scene.fields(),
      quoteId,
      source: accountOf(found?.sell.currency),
      destination: accountOf(found?.buy.currency),
      transferId: remember(ids.transferId()),
      reference: scene.reference(),
      metadata: scene.metadata(),
    }
  }

  return {
    policy,
    exchange: (): Command => (chance(0.4) ? quote() : conversion()),
    closePeriod: (): Command => ({ kind: 'close_period', ...scene.fields(), through: scene.moment() }),
  }
}
