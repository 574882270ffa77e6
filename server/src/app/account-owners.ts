// Whose accounts are. Neither the owner nor the kind of an account ever changes, so what is known stays known. What is
// not known yet is read together: while one read is under way all who ask gather, and when it ends they share the next.
import type { AccountId } from '#core/ids.ts'
import type { AccessReader, AccountOwner } from '#ports/access-reader.ts'

/** Some 20 MB. */
const KNOWN_MAX = 100_000
/** Accounts that gather for one read; whoever comes when there are so many still adds all of theirs. */
const READ_SIZE_MAX = 1000

/** Tells whose accounts are. */
export interface AccountOwners {
  /** Those that there are; all of them at once. */
  of(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountOwner>>
}

/** A read that has not begun: who misses an account adds it. */
interface NextRead {
  readonly ids: Set<AccountId>
  readonly found: Promise<ReadonlyMap<AccountId, AccountOwner>>
}

/** Nothing is known yet. */
export function createAccountOwners(reader: Pick<AccessReader, 'findAccountOwners'>): AccountOwners {
  const known = new Map<AccountId, AccountOwner>()
  let next: NextRead | null = null
  /** Resolves when the last read is over, whether or not it went well. */
  let over: Promise<unknown> = Promise.resolve()

  async function of(ids: readonly AccountId[]): Promise<ReadonlyMap<AccountId, AccountOwner>> {
    const owners = new Map<AccountId, AccountOwner>()
    const missed: AccountId[] = []
    for (const id of ids) {
      const owner = known.get(id)
      if (owner === undefined) missed.push(id)
      else owners.set(id, owner)
    }
    if (missed.length === 0) return owners
    const found = await readWithOthers(missed)
    for (const id of missed) {
      const owner = found.get(id)
      if (owner !== undefined) owners.set(id, owner)
    }
    return owners
  }

  function readWithOthers(ids: readonly AccountId[]): NextRead['found'] {
    if (next === null || next.ids.size >= READ_SIZE_MAX) next = beginAfter(over)
    for (const id of ids) next.ids.add(id)
    return next.found
  }

  function beginAfter(before: Promise<unknown>): NextRead {
    const ids = new Set<AccountId>()
    const found = read(ids, before)
    over = found.catch(() => undefined) // Those who asked hear of it.
    return { ids, found }
  }

  async function read(
    ids: ReadonlySet<AccountId>,
    before: Promise<unknown>,
  ): Promise<Map<AccountId, AccountOwner>> {
    await before
    // Who comes in the same turn of the event loop joins the first read.
    await new Promise(setImmediate)
    if (next?.ids === ids) next = null
    const found = new Map<AccountId, AccountOwner>()
    for (const owner of await reader.findAccountOwners([...ids])) {
      found.set(owner.id, owner)
      if (known.size >= KNOWN_MAX) known.clear()
      known.set(owner.id, owner)
    }
    return found
  }

  return { of }
}
