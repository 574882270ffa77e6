// What things were before a command changed them, for the audit log: the old values of the fields that a fact shows anew.
import { apiKeyData } from './access-facts.ts'
import { approvalChangeData } from './approval-facts.ts'
import type { Before } from './audit.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Command } from './command.ts'
import { accountData, holdChangeData, policyData, userData, type Fact } from './facts.ts'
import { newLogin } from './login.ts'
import type { User } from './user.ts'
import type { WorkingSet } from './working-set.ts'

/** What a command is about to change, as its facts show it; null for one that only adds. */
export function dataBefore(state: WorkingSet, command: Command): Before | null {
  switch (command.kind) {
    case 'update_user':
    case 'erase_user': {
      const user = state.users.get(command.id)
      return user === undefined ? null : { ...userData(user), ...profileOf(user) }
    }
    case 'update_account':
    case 'close_account': {
      const balance = state.accounts.get(command.id)
      const settings = state.settings.get(command.id)
      return balance === undefined || settings === undefined ? null : accountData({ ...settings, ...balance })
    }
    case 'update_policy': {
      const policy = state.policies.values().find(({ id }) => id === command.id)
      return policy === undefined ? null : policyData(policy)
    }
    case 'rotate_api_key':
    case 'revoke_api_key': {
      const key = state.apiKeys.get(command.id)
      return key === undefined ? null : apiKeyData(key)
    }
    case 'approve_transfer':
    case 'reject_transfer':
    case 'expire_approval': {
      const approval = state.approvals.get(command.id)
      return approval === undefined ? null : approvalChangeData(approval)
    }
    case 'set_roles': {
      const { roles } = state.logins.get(command.userId) ?? newLogin(command.userId)
      return { roles: [...roles], user_id: command.userId }
    }
    case 'capture_hold':
    case 'release_hold': {
      const hold = state.holds.get(command.holdId)
      return hold === undefined ? null : holdChangeData(hold)
    }
    default:
      return null
  }
}

/** Names and addresses are in no page of the journal: only that they were changed is told. */
const PROFILE = ['email', 'name'] as const

function profileOf(user: User): Before {
  return Object.fromEntries(PROFILE.map((field) => [field, user[field]]))
}

/** Of the facts that a command led to: the old values of what they show anew, by their place in the page. */
export function befores(
  state: WorkingSet,
  before: Before | null,
  { facts, first }: { readonly facts: readonly Fact[]; readonly first: number },
): [position: number, values: Before][] {
  if (before === null) return []
  // A command has few facts, a batch has many.
  const id = idIn(before)
  let position = first
  while (position < facts.length && idIn(facts[position]?.data ?? {}) !== id) position += 1
  const fact = facts[position]
  if (fact === undefined) return []
  const fields = new Set([...Object.keys(before), ...Object.keys(fact.data)])
  const changed = [...fields].filter(
    (field) =>
      !isProfile(field) && canonicalJson(before[field] ?? null) !== canonicalJson(fact.data[field] ?? null),
  )
  const user = fact.type.startsWith('user.') ? state.users.get(before['id'] as User['id']) : undefined
  const keptApart = user === undefined ? [] : PROFILE.filter((field) => before[field] !== user[field])
  const values = changed.map((field) => [field, before[field] ?? null])
  if (keptApart.length > 0) values.push(['kept_apart', keptApart])
  return values.length === 0 ? [] : [[position, Object.fromEntries(values) as Before]]
}

/** A login has the id of its user. */
function idIn({ id, user_id }: Before): Before[string] | undefined {
  return id ?? user_id
}

function isProfile(field: string): boolean {
  return (PROFILE as readonly string[]).includes(field)
}
