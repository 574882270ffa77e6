/** Random transfers: every shape of postings, amounts that balance, business time. */
import type { Command, PostGroup, PostTransfer, SimulateTransfer } from '#core/command.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { Posting } from '#core/transfer.ts'
import { CURRENCIES, leg, type Scene } from './scene.ts'

/** Makes transfers; `remember` is told their ids, `sentBefore` gives a command that was sent before. */
export function createTransfers(
  scene: Scene,
  {
    remember,
    sentBefore,
  }: { readonly remember: (id: TransferId) => TransferId; readonly sentBefore: () => Command | undefined },
) {
  const { accountIn, amountFrom, ids } = scene
  const { below, chance, oneOf } = scene.dice

  function postings(): Posting[] {
    const currency = oneOf(CURRENCIES)
    const account = (): AccountId => accountIn(currency)
    const from = (source: AccountId, destination: AccountId, amount = amountFrom(source)) =>
      leg({ source, destination }, currency, amount)
    const shape = scene.random()
    if (shape < 0.6) return [from(account(), account())]
    if (shape < 0.7) {
      const source = account()
      return Array.from({ length: 2 + below(4) }, () =>
        from(source, account(), amountFrom(source) / 3n || 1n),
      )
    }
    if (shape < 0.78) {
      const destination = account()
      return Array.from({ length: 2 + below(4) }, () => from(account(), destination))
    }
    if (shape < 0.9) {
      // A chain passes one amount on, perhaps back to where it began.
      const stops = Array.from({ length: 3 + below(3) }, account)
      if (chance(0.3)) stops.push(stops[0] as AccountId)
      const amount = amountFrom(stops[0] as AccountId)
      const chain = stops.slice(1).map((stop, i) => from(stops[i] as AccountId, stop, amount))
      return chance(0.3) ? chain.toReversed() : chain
    }
    if (shape < 0.95) {
      const other = oneOf(CURRENCIES)
      const source = accountIn(other)
      return [
        from(account(), account()),
        leg({ source, destination: accountIn(other) }, other, amountFrom(source)),
      ]
    }
    const outside = scene.external()
    if (shape < 0.98 && outside !== undefined) {
      const held = CURRENCIES.find(({ code }) => code === outside.currency) ?? currency
      const inside = accountIn(held)
      const inwards = chance(0.5)
      const source = inwards ? outside.id : inside
      const posting = leg({ source, destination: inwards ? inside : outside.id }, held, amountFrom(source))
      return [chance(0.9) ? posting : { ...posting, amount: 0n, role: { kind: 'balancing', max: null } }]
    }
    const source = account()
    return [
      leg(
        { source, destination: scene.accountId() },
        chance(0.5) ? currency : oneOf(CURRENCIES),
        amountFrom(source),
      ),
    ]
  }

  /** Some postings take what there is. */
  function balanced(all: readonly Posting[]): readonly Posting[] {
    if (chance(0.85)) return all
    return all.map((posting) =>
      chance(0.5)
        ? posting
        : { ...posting, amount: 0n, role: { kind: 'balancing', max: chance(0.3) ? null : posting.amount } },
    )
  }

  function transfer(): PostTransfer {
    return {
      kind: 'post_transfer',
      ...scene.fields(),
      id: remember(ids.transferId()),
      idChosen: chance(0.3),
      postings: balanced(postings()),
      effectiveAt: chance(0.05) ? scene.moment() : null,
      earliestEffectiveAt: chance(0.1) ? scene.moment() : null,
      approvalSeconds: chance(0.3) ? null : oneOf([1, 60, 4000, 40_000]),
      reference: scene.reference(),
      metadata: scene.metadata(),
    }
  }

  return {
    transfer,
    /** Now and then with an item that was sent before. */
    group(): PostGroup {
      const items = Array.from({ length: 1 + below(5) }, () => {
        const before = chance(0.2) ? sentBefore() : undefined
        const item = before?.kind === 'post_transfer' ? before : transfer()
        // Nobody could be told that one of them waits.
        return { ...item, approvalSeconds: null }
      })
      return { kind: 'post_group', ...scene.fields(), items }
    },
    simulation(of: PostTransfer): SimulateTransfer {
      return { kind: 'simulate_transfer', principal: of.principal, idempotency: null, transfer: of }
    },
  }
}
