/**
 * Random traffic on a small world, so that ids collide, floors are met and versions go stale. Seeded: the same random
 * numbers and the same ledger give the same commands.
 */
import type { Command, PostTransfer } from '#core/command.ts'
import type { TransferId } from '#core/ids.ts'
import { createApprovals } from './approvals.ts'
import { idempotencyId } from '#core/working-set.ts'
import { createHolds } from './holds.ts'
import { createKeys } from './keys.ts'
import { createLogins } from './logins.ts'
import { createRegistry } from './registry.ts'
import { createRules } from './rules.ts'
import { createMemory, createScene, type TrafficDeps } from './scene.ts'
import { createTransfers } from './transfers.ts'

/** How many of the newest commands may be sent again. */
const REMEMBERED = 400
/** How many of the newest that name a user, or erase one, may be sent again when the user is erased. */
const ABOUT_USERS = 60
/** How many of the newest transfers may be reversed. */
const REVERSIBLE = 150

/** Makes one command after the other. */
export interface Traffic {
  /** What to send next: one command, or a simulation and then the transfer that it was of. */
  next(): readonly Command[]
  /** The command as a client sends it once more: what Florin allots is allotted anew. */
  again(command: Command): Command
}

/** Makes traffic. */
export function createTraffic(deps: TrafficDeps): Traffic {
  const scene = createScene(deps)
  const { ids, view } = scene
  const { below, chance, oneOf } = scene.dice
  const made = createMemory<TransferId>(REVERSIBLE)
  const sent: Command[] = []
  const aboutUsers = createMemory<Command>(ABOUT_USERS)
  const transfers = createTransfers(scene, { remember: made.add, sentBefore: () => oneOf(sent) })
  const registry = createRegistry(scene, made.add)
  const rules = createRules(scene, made.add)
  const holds = createHolds(scene, made)
  const keys = createKeys(scene)
  const approvals = createApprovals(scene, made)
  const logins = createLogins(scene)

  /** A command that was sent before: the same, or another under its key or id. */
  function repeat(): Command {
    const gone = chance(0.1) ? aboutUsers.items.filter(isAboutErased) : []
    if (gone.length > 0) return again(oneOf(gone))
    const before = oneOf(sent)
    if (chance(0.75)) return again(before)
    if (before.kind === 'post_transfer' && before.idChosen && chance(0.6)) {
      return { ...transfers.transfer(), id: before.id, idChosen: true }
    }
    const { idempotency: old, principal } = before
    if (old === null) return again(before)
    return { ...transfers.transfer(), principal, idempotency: { ...old, fingerprint: scene.fingerprint() } }
  }

  /** True for one that was carried out: who the user was is not told again. */
  function isAboutErased(command: Command): boolean {
    const { principal, idempotency } = command
    const kept = idempotency && view.idempotency.get(idempotencyId(principal, idempotency.key))
    if (kept?.outcome.kind !== 'accepted' || kept.outcome.made !== 'user') return false
    return view.users.get(kept.outcome.result.id)?.erasedAt != null
  }

  function again(before: Command): Command {
    switch (before.kind) {
      case 'create_account':
        return { ...before, externalAccountId: ids.accountId(), transferId: ids.transferId() }
      case 'post_transfer':
        return before.idChosen ? before : { ...before, id: ids.transferId() }
      case 'post_group':
        return { ...before, items: before.items.map((item) => again(item) as PostTransfer) }
      case 'capture_hold':
      case 'convert_quote':
      case 'close_account':
        return { ...before, transferId: ids.transferId() }
      case 'reverse_transfer':
        return { ...before, id: ids.transferId() }
      case 'create_hold':
        return { ...before, id: ids.holdId() }
      case 'create_policy':
        return { ...before, id: ids.policyId() }
      case 'create_quote':
        return { ...before, id: ids.quoteId() }
      case 'create_api_key':
        return { ...before, ...keys.issued() }
      case 'start_session':
        return { ...before, id: ids.sessionId() }
      case 'rotate_api_key':
        return { ...before, secretHash: ids.apiKeyId() }
      default:
        return before
    }
  }

  function fresh(): readonly Command[] {
    const kind = scene.random()
    if (kind < 0.03) return [registry.user()]
    if (kind < 0.045) return [registry.setAccount(scene.accountId())]
    if (kind < 0.06) return [registry.setAccount()]
    if (kind < 0.07) return [registry.openAccount(scene.accountId())]
    if (kind < 0.073) return [registry.currency()]
    if (kind < 0.079) return [registry.closeAccount()]
    if (kind < 0.082) return [rules.closePeriod()]
    if (kind < 0.1) return [rules.policy()]
    if (kind < 0.14) return [rules.exchange()]
    if (kind < 0.385) return [holds.next()]
    if (kind < 0.397) return [keys.next()]
    if (kind < 0.4) return [keys.attempts()]
    if (kind < 0.43) return [transfers.group()]
    if (kind < 0.46) return logins.next()
    if (kind < 0.5) return [approvals.next()]
    const id = scene.accountId()
    if (!view.accounts.has(id) && chance(0.3)) return [registry.openAccount(id)]
    const transfer = transfers.transfer()
    return chance(0.15) ? [transfers.simulation(transfer), transfer] : [transfer]
  }

  function remember(command: Command): void {
    if (isAboutWho(command)) aboutUsers.add(command)
    if (command.idempotency === null && !(command.kind === 'post_transfer' && command.idChosen)) return
    if (sent.length < REMEMBERED) sent.push(command)
    else sent[below(REMEMBERED)] = command
  }

  function isAboutWho(command: Command): boolean {
    if (command.idempotency === null) return false
    switch (command.kind) {
      case 'erase_user':
        return true
      case 'create_user':
        return namesSomebody(command)
      case 'update_user':
        return namesSomebody(command.changes)
      default:
        return false
    }
  }

  return {
    again,
    next() {
      const commands = sent.length > 0 && chance(0.12) ? [repeat()] : fresh()
      commands.forEach(remember)
      return commands
    },
  }
}

function namesSomebody(fields: { readonly name?: unknown; readonly email?: unknown }): boolean {
  return (fields.name ?? fields.email ?? null) !== null
}
