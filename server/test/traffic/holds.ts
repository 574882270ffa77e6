/** Random holds, what becomes of them, and reversals. */
import type { CaptureHold, Command, CreateHold, ReleaseHold, ReverseTransfer } from '#core/command.ts'
import type { HoldId, TransferId } from '#core/ids.ts'
import { addSeconds } from '#core/instant.ts'
import { CURRENCIES, createMemory, type Memory, type Scene } from './scene.ts'

/** How many of the newest holds are thought of. */
const REMEMBERED = 60

/** Makes holds, captures, releases, reversals of `transfers`. */
export function createHolds(scene: Scene, transfers: Memory<TransferId>) {
  const { ids, view, clock } = scene
  const { below, chance, oneOf, bigBelow } = scene.dice
  const made = createMemory<HoldId>(REMEMBERED)

  function hold(): CreateHold {
    const currency = oneOf(CURRENCIES)
    const source = scene.accountIn(currency)
    return {
      kind: 'create_hold',
      ...scene.fields(),
      id: made.add(ids.holdId()),
      source,
      destination: scene.accountIn(currency),
      amount: scene.amountFrom(source) / BigInt(1 + below(4)) || 1n,
      currency: currency.code,
      scale: currency.scale,
      expiresAt: chance(0.5) ? null : addSeconds(clock.now(), oneOf([0, 1, 5, 600, 40_000])),
      reference: scene.reference(),
      metadata: scene.metadata(),
    }
  }

  /** A hold of late, mostly an open one. */
  function someHold(): HoldId {
    if (made.items.length === 0 || chance(0.01)) return ids.holdId()
    for (let tries = 0; tries < 5; tries++) {
      const id = oneOf(made.items)
      if (view.holds.get(id)?.status === 'open') return id
    }
    return oneOf(made.items)
  }

  function capture(): CaptureHold {
    const holdId = someHold()
    const found = view.holds.get(holdId)
    const left = found === undefined ? 100n : found.amount - found.captured
    const some = chance(0.1) ? left + BigInt(below(3)) - 1n : bigBelow(left)
    return {
      kind: 'capture_hold',
      ...scene.fields(),
      holdId,
      amount: chance(0.5) ? null : some < 1n ? 1n : some,
      releaseRest: chance(0.2),
      transferId: transfers.add(ids.transferId()),
    }
  }

  function release(): ReleaseHold {
    return { kind: 'release_hold', ...scene.fields(), holdId: someHold(), due: chance(0.5) }
  }

  let last: ReverseTransfer | null = null

  /** Any transfer of late, or the one that was reversed last, or its reversal. */
  function reversible(): TransferId {
    if (last !== null && chance(0.4)) return chance(0.1) ? last.id : last.original
    return transfers.items.length === 0 || chance(0.02) ? ids.transferId() : oneOf(transfers.items)
  }

  function reversal(): ReverseTransfer {
    const original = reversible()
    const found = view.transfers.get(original)
    const postings = found?.status === 'posted' ? found.postings : []
    const posting = chance(0.5) ? null : below(postings.length + (chance(0.1) ? 1 : 0) || 1)
    const settled = postings[posting ?? 0]
    const left = settled === undefined ? 100n : settled.amount - settled.reversed
    const some = chance(0.3) ? left + BigInt(below(3)) - 1n : bigBelow(left)
    last = {
      kind: 'reverse_transfer',
      ...scene.fields(),
      id: transfers.add(ids.transferId()),
      original,
      posting,
      amount: chance(0.4) ? null : some < 1n ? 1n : some,
      reference: scene.reference(),
      metadata: scene.metadata(),
    }
    return last
  }

  return {
    next(): Command {
      const kind = scene.random()
      if (kind < 0.34) return hold()
      if (kind < 0.64) return capture()
      return kind < 0.8 ? release() : reversal()
    },
  }
}
