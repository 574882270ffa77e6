// What a user may see of what happened: accounts and amounts, but not what others had before or after.
import type { Refusal } from '#core/codes.ts'
import type { PostTransfer, Rejected } from '#core/command.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import type { AccountOwners } from './account-owners.ts'
import type { BulkResult } from './bulk.ts'
import type { ShownOutcomeOf, ShownSimulation, ShownTransfer, ShownTransferOutcome } from './shown.ts'

/** Hides what is not the user's. */
export interface OwnView {
  readonly isOwn: (id: AccountId) => Promise<boolean>
  readonly transfer: <T extends ShownTransfer>(transfer: T) => Promise<T>
  readonly rejected: (outcome: Rejected) => Promise<Rejected>
  readonly posted: (outcome: ShownTransferOutcome) => Promise<ShownTransferOutcome>
  /** As `posted`; who asked for an approval has seen all that is in it. */
  readonly created: (outcome: ShownOutcomeOf<PostTransfer>) => Promise<ShownOutcomeOf<PostTransfer>>
  readonly simulation: (simulation: ShownSimulation) => Promise<ShownSimulation>
  readonly bulkResult: (result: BulkResult) => Promise<BulkResult>
}

type IsOwn = (id: AccountId) => boolean

/** Makes the view of one user. */
export function createOwnView(owners: AccountOwners, userId: UserId): OwnView {
  async function ownAmong(ids: readonly AccountId[]): Promise<IsOwn> {
    const found = await owners.of(ids)
    return (id) => found.get(id)?.userId === userId
  }

  async function transfer<T extends ShownTransfer>(whole: T): Promise<T> {
    const isOwn = await ownAmong(whole.postings.flatMap(({ source, destination }) => [source, destination]))
    return hideOthers(whole, isOwn) as T
  }

  async function rejected(outcome: Rejected): Promise<Rejected> {
    const { refusal, transfer: recorded } = outcome
    const account = refusal.explanation?.account
    const isOwn = await ownAmong(account === undefined ? [] : [account])
    return {
      ...outcome,
      refusal: hideReason(refusal, isOwn),
      transfer: recorded === null ? null : await transfer(recorded),
    }
  }

  async function posted(outcome: ShownTransferOutcome): Promise<ShownTransferOutcome> {
    return outcome.kind === 'rejected'
      ? await rejected(outcome)
      : { ...outcome, result: await transfer(outcome.result) }
  }

  async function created(outcome: ShownOutcomeOf<PostTransfer>): Promise<ShownOutcomeOf<PostTransfer>> {
    return outcome.kind === 'accepted' && outcome.made === 'approval' ? outcome : await posted(outcome)
  }

  return {
    isOwn: async (id) => (await ownAmong([id]))(id),
    transfer,
    rejected,
    posted,
    created,
    async simulation({ outcome, entries }) {
      const isOwn = await ownAmong(entries.map(({ accountId }) => accountId))
      return {
        outcome: await created(outcome),
        entries: entries.filter(({ accountId }) => isOwn(accountId)),
      }
    },
    async bulkResult(result) {
      switch (result.kind) {
        case 'posted':
          return { ...result, transfer: await transfer(result.transfer) }
        case 'refused':
          return { ...result, rejected: await rejected(result.rejected) }
        case 'error':
        case 'linked':
          return result
      }
    },
  }
}

function hideOthers(transfer: ShownTransfer, isOwn: IsOwn): ShownTransfer {
  if (transfer.status === 'failed') return { ...transfer, refusal: hideReason(transfer.refusal, isOwn) }
  return {
    ...transfer,
    postings: transfer.postings.map((posting) => ({
      ...posting,
      sourceLeg: isOwn(posting.source) ? posting.sourceLeg : null,
      destinationLeg: isOwn(posting.destination) ? posting.destinationLeg : null,
    })),
  }
}

/** Sentences with figures of an account come with an explanation; all others name no more than its id. */
function hideReason(refusal: Refusal, isOwn: IsOwn): Refusal {
  const { explanation } = refusal
  if (explanation === null || isOwn(explanation.account)) return refusal
  const message = `account ${explanation.account}, which is not yours, does not allow it`
  return { ...refusal, message, explanation: null }
}
