// Whose accounts are. Neither the owner nor the kind of an account ever changes, so what is known stays known.
import type { AccountId } from '#core/ids.ts'
import type { AccessReader, AccountOwner } from '#ports/access-reader.ts'

/** Some 20 MB. */
const KNOWN_MAX = 100_000

/** Tells whose accounts are. */
export interface AccountOwners {
  /** Those that there are; all of them at once. */
  of(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountOwner>>
}

/** Nothing is known yet. */
export function createAccountOwners(reader: Pick<AccessReader, 'findAccountOwners'>): AccountOwners {
  const known = new Map<AccountId, AccountOwner>()

  async function of(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountOwner>> {
    const found = new Map<AccountId, AccountOwner>()
    const missed = new Set<AccountId>()
    for (const id of ids) {
      const owner = known.get(id)
      if (owner === undefined) missed.add(id)
      else found.set(id, owner)
    }
    if (missed.size === 0) return found
    for (const owner of await reader.findAccountOwners([...missed])) {
      found.set(owner.id, owner)
      if (known.size >= KNOWN_MAX) known.clear()
      known.set(owner.id, owner)
    }
    return found
  }

  return { of }
}
