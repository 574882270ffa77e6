/** Random users, currencies and accounts. */
import type { Account } from '#core/account.ts'
import type { Command, CreateAccount } from '#core/command.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import { MINOR_MAX } from '#core/money.ts'
import { CURRENCIES, type Scene } from './scene.ts'

/** Makes users, currencies, accounts; `remember` is told the ids of the transfers that bring or sweep balances. */
export function createRegistry(scene: Scene, remember: (id: TransferId) => TransferId) {
  const { ids, view } = scene
  const { below, chance, oneOf, bigBelow } = scene.dice

  const email = (): string => `${oneOf(['Ann', 'ann', 'bob', 'CID', 'dan', 'Éva', 'éva'])}${below(3)}@x.org`

  /** An account whose settings are the harder to change: an external one, or one below zero. */
  function settable(): Account | undefined {
    if (chance(0.2)) return scene.external()
    const indebted = [...view.accounts.values()].filter(
      ({ posted, kind }) => posted < 0n && kind === 'standard',
    )
    return indebted.length === 0 ? undefined : oneOf(indebted)
  }

  /** Mostly one that no hold keeps open. */
  function closable(): AccountId {
    if (chance(0.05)) return scene.external()?.id ?? scene.accountId()
    const ids = Array.from({ length: chance(0.2) ? 1 : 12 }, scene.accountId)
    const free = ids.find((id) => {
      const account = view.accounts.get(id)
      return account?.held === 0n && account.incoming === 0n
    })
    return free ?? (ids[0] as AccountId)
  }

  return {
    openAccount(id: AccountId): CreateAccount {
      const huge = scene.isHuge(id)
      return {
        kind: 'create_account',
        ...scene.fields(),
        id,
        userId: chance(0.5) ? scene.userId() : null,
        currency: chance(0.95) ? scene.currencyOf(id) : { ...oneOf(CURRENCIES), scale: 4 },
        creditLimit: chance(0.7) ? 0n : huge ? bigBelow(MINOR_MAX) : BigInt(below(1000)),
        initialBalance: chance(0.3) ? 0n : huge ? bigBelow(MINOR_MAX) : BigInt(below(10_000)),
        metadata: scene.metadata(),
        externalAccountId: ids.accountId(),
        transferId: remember(ids.transferId()),
      }
    },
    setAccount(id: AccountId = settable()?.id ?? scene.accountId()): Command {
      const account = view.accounts.get(id)
      const used = account === undefined ? 0n : account.held - account.posted
      const limit = chance(0.5) ? used + BigInt(below(3)) - 1n : BigInt(below(2000))
      return {
        kind: 'update_account',
        ...scene.fields(),
        id,
        ifVersion: scene.version(account?.version),
        changes: {
          ...(chance(0.7) ? { creditLimit: limit < 0n ? 0n : limit } : {}),
          ...(chance(0.5) ? { metadata: scene.metadata() } : {}),
        },
      }
    },
    closeAccount(): Command {
      const id = closable()
      return {
        kind: 'close_account',
        ...scene.fields(),
        id,
        ifVersion: scene.version(view.accounts.get(id)?.version),
        sweepTo: chance(0.4) ? null : scene.accountIn(scene.currencyOf(id)),
        transferId: remember(ids.transferId()),
      }
    },
    user(): Command {
      const id = scene.userId()
      const before = view.users.get(id)
      if (before !== undefined && chance(0.08))
        return { kind: 'erase_user', ...scene.fields(), id, ifRoles: null }
      if (before === undefined || chance(0.1)) {
        return {
          kind: 'create_user',
          ...scene.fields(),
          id,
          name: chance(0.5) ? 'N' : null,
          email: chance(0.6) ? email() : null,
          metadata: scene.metadata(),
        }
      }
      return {
        kind: 'update_user',
        ...scene.fields(),
        id,
        ifVersion: scene.version(before.version),
        changes: {
          ...(chance(0.4) ? { name: oneOf(['A', 'B', null]) } : {}),
          ...(chance(0.6) ? { email: chance(0.2) ? null : email() } : {}),
          ...(chance(0.3) ? { metadata: scene.metadata() } : {}),
        },
      }
    },
    currency: (): Command => ({ kind: 'create_currency', ...scene.fields(), currency: oneOf(CURRENCIES) }),
  }
}
