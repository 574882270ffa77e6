// The part of replay.ts that has to do with approvals.
import type { Approval } from './approval.ts'
import type { RecordedApproval } from './recorded-approval.ts'
import { policyKey, type PolicyTarget } from './policy.ts'
import { compare, differs, type Contradiction, type Replay } from './replay.ts'
import { hasContent, type PostedTransfer } from './transfer.ts'

/** Applies one fact about an approval and tells what is wrong with it. */
export function replayApproval(replay: Replay, recorded: RecordedApproval): Contradiction[] {
  return recorded.type === 'approval.requested'
    ? replayRequest(replay, recorded)
    : replayEnd(replay, recorded)
}

function replayRequest(
  replay: Replay,
  { principal, approval }: Extract<RecordedApproval, { type: 'approval.requested' }>,
): Contradiction[] {
  const { id, transfer, account, createdAt, expiresAt } = approval
  const found = compare([
    ['status', 'pending', approval.status],
    ['decided_by', null, approval.decidedBy],
    ['requested_by', principal, approval.requestedBy],
    ['updated_at', createdAt, approval.updatedAt],
  ])
  if (replay.approvals.has(id)) found.push(differs(`no approval ${id} yet`, 'requested again'))
  replay.approvals.set(id, approval)
  if (expiresAt <= createdAt) found.push(differs(`expires_at after ${createdAt}`, expiresAt))
  const accounts = transfer.postings.flatMap(({ source, destination }) => [source, destination])
  const missing = accounts.find((one) => !replay.accounts.has(one))
  if (missing !== undefined) found.push(differs(`account ${missing}`, 'not in the ledger'))
  if (!transfer.postings.some(({ source }) => source === account)) {
    found.push(differs('an account that is taken from', `account ${account}`))
  }
  if (!isDemanded(replay, approval)) {
    found.push(differs('a policy in force that demands approval', `policy ${approval.policy.id}`))
  }
  return found
}

/** True when the policy that it names is one of the account's, at this version, and has the rule. */
function isDemanded(replay: Replay, { account: accountId, policy: { id, version } }: Approval): boolean {
  const account = replay.accounts.get(accountId)
  if (account === undefined) return false
  const { userId, currency } = account
  const targets: PolicyTarget[] = [
    { kind: 'account', accountId },
    ...(userId === null ? [] : [{ kind: 'user' as const, userId, currency }]),
    { kind: 'currency', currency },
  ]
  return targets.some((target) => {
    const policy = replay.policies.get(policyKey(target))
    return policy?.id === id && policy.version === version && policy.rules.approvalAbove !== null
  })
}

function replayEnd(
  replay: Replay,
  { type, principal, ended }: Exclude<RecordedApproval, { type: 'approval.requested' }>,
): Contradiction[] {
  const { id, status, decidedBy, updatedAt } = ended
  const before = replay.approvals.get(id)
  if (before === undefined) return [differs(`approval ${id}`, `${type} before it was requested`)]
  replay.approvals.set(id, { ...before, ...ended })
  const found = compare([
    ['before', 'pending', before.status],
    ['status', type.slice('approval.'.length), status],
    ['decided_by', type === 'approval.expired' ? null : principal, decidedBy],
    ['expired', type === 'approval.expired', updatedAt >= before.expiresAt],
  ])
  if (type !== 'approval.approved') return found
  if (decidedBy === before.requestedBy) found.push(differs('another principal than its maker', decidedBy))
  if (!replay.approvedTransfers.delete(id)) found.push(differs(`transfer ${id} as it was asked for`, 'none'))
  return found
}

/** Notes a posted transfer that was waiting; its approval is told next. */
export function noteApproved(
  { approvals, approvedTransfers }: Replay,
  transfer: PostedTransfer,
): Contradiction[] {
  const approval = approvals.get(transfer.id)
  if (approval === undefined) return []
  if (approval.status !== 'pending') {
    return [differs(`no transfer ${transfer.id}: its approval is ${approval.status}`, 'posted')]
  }
  if (hasContent(transfer, approval.transfer)) approvedTransfers.add(transfer.id)
  return []
}
