// Florin as a user has it: only what is their own is there, and nothing shows what others have.
import { accessError } from '#core/access-codes.ts'
import type { Rejected } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { AccountId, HoldId, UserId } from '#core/ids.ts'
import type { Hold } from '#core/hold.ts'
import { rejected } from '#core/outcome.ts'
import type { AccountOwners } from './account-owners.ts'
import { onlyOwn, withDebitCheck } from './debits.ts'
import type { Florin, Reader } from './florin.ts'
import { createOwnView, type OwnView } from './own-view.ts'

/** Narrows Florin to one user. Every part of it is here: one that is new does not compile until it has been thought of. */
export function toOwnFlorin(
  florin: Florin,
  { userId, principal }: { readonly userId: UserId; readonly principal: Principal },
  owners: AccountOwners,
): Florin {
  const { reader, directory } = florin
  const view = createOwnView(owners, userId)
  const own = { ...florin, reader: toOwnReader(reader, { userId, principal }, view) }
  const checked = withDebitCheck(own, onlyOwn(owners, userId))

  /** The user's hold, or a refusal: another's is answered as one that is not there. */
  async function findHold(id: HoldId): Promise<Hold | Rejected> {
    return (
      (await own.reader.findHold(id)) ?? rejected('hold_not_found', 'hold_id', `hold ${id} does not exist`)
    )
  }

  return {
    accounts: notForUsers,
    transfers: {
      create: async (caller, request) => await view.created(await checked.transfers.create(caller, request)),
      post: async (caller, request) => await view.posted(await checked.transfers.post(caller, request)),
      async simulate(caller, request) {
        const outcome = await checked.transfers.simulate(caller, request)
        return outcome.kind === 'rejected'
          ? await view.rejected(outcome)
          : { ...outcome, result: await view.simulation(outcome.result) }
      },
      async reverse(caller, original, request) {
        if ((await own.reader.findTransfer(original)) === undefined) {
          return rejected('transfer_not_found', 'transfer_id', `transfer ${original} does not exist`)
        }
        return await view.posted(await checked.transfers.reverse(caller, original, request))
      },
    },
    bulk: {
      async atomic(caller, items) {
        const outcome = await checked.bulk.atomic(caller, items)
        if (outcome.kind === 'rejected') return await view.rejected(outcome)
        return { ...outcome, result: await Promise.all(outcome.result.map(view.transfer)) }
      },
      async *independent(caller, items) {
        for await (const results of checked.bulk.independent(caller, items)) {
          yield await Promise.all(results.map(view.bulkResult))
        }
      },
    },
    holds: {
      async create(caller, request) {
        const outcome = await checked.holds.create(caller, request)
        return outcome.kind === 'rejected' ? await view.rejected(outcome) : outcome
      },
      async capture(caller, id, request) {
        const hold = await findHold(id)
        if ('kind' in hold) return hold
        const outcome = await checked.holds.capture(caller, id, request)
        if (outcome.kind === 'rejected') return await view.rejected(outcome)
        const { transfer } = outcome.result
        return { ...outcome, result: { ...outcome.result, transfer: await view.transfer(transfer) } }
      },
      /** Whom the money was promised to may let it go; who promised it may not take it back. */
      async release(caller, id) {
        const hold = await findHold(id)
        if ('kind' in hold) return hold
        if (!(await view.isOwn(hold.destination))) {
          const message = `hold ${id} is for an account that is not yours`
          throw accessError('not_your_account', message, { target: `hold:${id}` })
        }
        return await checked.holds.release(caller, id)
      },
    },
    approvals: {
      approve: refuse,
      async reject(caller, id) {
        return (await own.reader.findApproval(id)) === undefined
          ? rejected('approval_not_found', 'approval_id', `approval ${id} does not exist`)
          : await checked.approvals.reject(caller, id)
      },
    },
    policies: notForUsers,
    quotes: {
      ...florin.quotes,
      convert: async (caller, id, request) =>
        await view.posted(await checked.quotes.convert(caller, id, request)),
    },
    periods: notForUsers,
    users: notForUsers,
    currencies: notForUsers,
    currencyBook: florin.currencyBook,
    events: notForUsers,
    // It is asked about accounts that were found, and only a user's own are.
    history: { ...florin.history, trialBalance: refuse, allBalances: refuse },
    testClock: { ...florin.testClock, advance: refuse },
    expireHolds: refuse,
    expireApprovals: refuse,
    apiKeys: notForUsers,
    logins: {
      ...florin.logins,
      setPassword: refuse,
      setRoles: refuse,
      expireSessions: refuse,
      find: async (id) => (id === userId ? await florin.logins.find(id) : undefined),
      listSessions: async (id) => (id === userId ? await florin.logins.listSessions(id) : []),
      endSession: async (caller, id, session) =>
        id === userId
          ? await florin.logins.endSession(caller, id, session)
          : rejected('user_not_found', 'id', `user ${id} does not exist`),
    },
    audit: notForUsers,
    attempts: florin.attempts,
    reader: own.reader,
    directory: {
      ...directory,
      findUser: async (id) => (id === userId ? await directory.findUser(id) : undefined),
      async listUsers({ after }) {
        const user = after === undefined || userId > after ? await directory.findUser(userId) : undefined
        return user === undefined ? [] : [user]
      },
    },
    health: florin.health,
  }
}

function toOwnReader(
  reader: Reader,
  { userId, principal }: { readonly userId: UserId; readonly principal: Principal },
  view: OwnView,
): Reader {
  async function isOneOwn(ids: readonly AccountId[]): Promise<boolean> {
    return (await Promise.all(ids.map(view.isOwn))).includes(true)
  }
  const isOther = (asked: UserId | undefined): boolean => asked !== undefined && asked !== userId

  return {
    async findAccount(id) {
      const account = await reader.findAccount(id)
      return account?.userId === userId ? account : undefined
    },
    listAccounts: async (query) =>
      isOther(query.userId) ? [] : await reader.listAccounts({ ...query, userId }),
    async findTransfer(id) {
      const transfer = await reader.findTransfer(id)
      const sides = transfer?.postings.flatMap(({ source, destination }) => [source, destination])
      return transfer !== undefined && (await isOneOwn(sides ?? []))
        ? await view.transfer(transfer)
        : undefined
    },
    async listTransfers(query) {
      if (isOther(query.userId)) return []
      return await Promise.all((await reader.listTransfers({ ...query, userId })).map(view.transfer))
    },
    listEntries: async (query) =>
      (await view.isOwn(query.accountId)) ? await reader.listEntries(query) : [],
    async findHold(id) {
      const hold = await reader.findHold(id)
      return hold !== undefined && (await isOneOwn([hold.source, hold.destination])) ? hold : undefined
    },
    async listHolds(query) {
      const { accountId } = query
      if (accountId === undefined) return await reader.listHolds({ ...query, userId })
      return (await view.isOwn(accountId)) ? await reader.listHolds(query) : []
    },
    listDueHolds: refuse,
    // Their own are those that they asked for.
    async findApproval(id) {
      const approval = await reader.findApproval(id)
      return approval?.requestedBy === principal ? approval : undefined
    },
    async listApprovals(query) {
      const { requestedBy = principal } = query
      return requestedBy === principal ? await reader.listApprovals({ ...query, requestedBy }) : []
    },
    listDueApprovals: refuse,
    findPolicy: refuse,
    findPolicyFor: refuse,
    listPolicies: refuse,
    listPolicyVersions: refuse,
    findQuote: refuse,
    books: async () => await reader.books(),
  }
}

function refuse(): never {
  throw accessError('not_for_users', 'this is not for users, only for those who run the ledger')
}

/** A part of Florin that no operation for users leads to. */
const notForUsers = new Proxy({}, { get: () => refuse }) as never
