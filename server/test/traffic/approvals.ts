/** Random decisions on transfers that wait. */
import type { Command } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { TransferId } from '#core/ids.ts'
import type { Memory, Scene } from './scene.ts'

/** Makes commands of approvals of `transfers`. */
export function createApprovals(scene: Scene, transfers: Memory<TransferId>) {
  const { ids, view } = scene
  const { chance, oneOf } = scene.dice

  /** One that waits or did, mostly one that does. */
  function some(): TransferId {
    const known = transfers.items.filter((id) => view.approvals.has(id))
    const pending = known.filter((id) => view.approvals.get(id)?.status === 'pending')
    if (known.length === 0 || chance(0.03)) return ids.transferId()
    return oneOf(pending.length === 0 || chance(0.15) ? known : pending)
  }

  /** Mostly another than its maker. */
  function checker(id: TransferId, principal: Principal): Principal {
    const maker = view.approvals.get(id)?.requestedBy
    return chance(0.2) || maker === undefined
      ? principal
      : ((maker === 'alice' ? 'bob' : 'alice') as Principal)
  }

  return {
    next(): Command {
      const id = some()
      const fields = scene.fields()
      const kind = scene.random()
      if (kind < 0.6) {
        return { kind: 'approve_transfer', ...fields, id, principal: checker(id, fields.principal) }
      }
      if (kind < 0.85) {
        const principal = chance(0.5) ? checker(id, fields.principal) : fields.principal
        return { kind: 'reject_transfer', ...fields, id, principal }
      }
      return { kind: 'expire_approval', ...fields, id }
    },
  }
}
