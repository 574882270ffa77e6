// What requests would take from accounts, judged before they begin. Who owns an account and what kind it is never
// changes, so the judgement still holds when the request is decided.
import { accessError } from '#core/access-codes.ts'
import type { AccountId, UserId } from '#core/ids.ts'
import type { AccountOwners } from './account-owners.ts'
import type { BulkItem } from './bulk.ts'
import type { Florin } from './florin.ts'
import type { ShownTransfer } from './shown.ts'
import type { TransferRequest } from './transfer-requests.ts'
import type { ReversalRequest } from './transfers.ts'

/** Judges accounts that would be debited; throws forbidden. */
export type DebitCheck = (accounts: readonly AccountId[]) => Promise<void>

/** All of them are the user's: another's and one that is not there are the same. Throws not_your_account. */
export function onlyOwn(owners: AccountOwners, userId: UserId): DebitCheck {
  return async (accounts) => {
    const found = await owners.of(accounts)
    const foreign = accounts.find((id) => found.get(id)?.userId !== userId)
    if (foreign === undefined) return
    const target = `account:${foreign}`
    throw accessError('not_your_account', `account ${foreign} is not yours`, { target })
  }
}

/**
 * None is external: money from there is issued. Throws scope_missing. What is not there yet passes, and is refused when it is
 * decided: external accounts are opened under random ids, which nobody can have named before.
 */
export function noneExternal(owners: AccountOwners): DebitCheck {
  return async (accounts) => {
    for (const { id, kind } of (await owners.of(accounts)).values()) {
      if (kind === 'external') throw issueMissing(`to take money from external account ${id}`)
    }
  }
}

/** Florin for one who may not issue money: accounts begin empty. */
export function withoutIssuing(florin: Florin): Florin {
  const { accounts } = florin
  return {
    ...florin,
    accounts: {
      ...accounts,
      async create(caller, request) {
        if (/[1-9]/.test(request.initialBalance)) throw issueMissing('an initial balance')
        return await accounts.create(caller, request)
      },
    },
  }
}

function issueMissing(what: string) {
  return accessError('scope_missing', `${what} needs the scope ledger:issue`)
}

/** Florin whose debits are judged first. */
export function withDebitCheck(florin: Florin, check: DebitCheck): Florin {
  const { transfers, bulk, holds, quotes, reader } = florin
  const checkItems = (items: readonly BulkItem[]): Promise<void> =>
    check(items.flatMap(({ request }) => sourcesOf(request)))

  return {
    ...florin,
    transfers: {
      async create(caller, request) {
        await check(sourcesOf(request))
        return await transfers.create(caller, request)
      },
      async post(caller, request) {
        await check(sourcesOf(request))
        return await transfers.post(caller, request)
      },
      async simulate(caller, request) {
        await check(sourcesOf(request))
        return await transfers.simulate(caller, request)
      },
      async reverse(caller, original, request) {
        const transfer = await reader.findTransfer(original)
        // One that is not there is told as such by the use case.
        if (transfer !== undefined) await check(debitedByReversal(transfer, request))
        return await transfers.reverse(caller, original, request)
      },
    },
    bulk: {
      async atomic(caller, items) {
        await checkItems(items)
        return await bulk.atomic(caller, items)
      },
      async *independent(caller, items) {
        await checkItems(items)
        yield* bulk.independent(caller, items)
      },
    },
    holds: {
      ...holds,
      async create(caller, request) {
        await check([request.source])
        return await holds.create(caller, request)
      },
      async capture(caller, id, request) {
        const hold = await reader.findHold(id)
        if (hold !== undefined) await check([hold.source])
        return await holds.capture(caller, id, request)
      },
    },
    quotes: {
      ...quotes,
      async convert(caller, id, request) {
        await check([request.source])
        return await quotes.convert(caller, id, request)
      },
    },
  }
}

function sourcesOf({ postings }: TransferRequest): AccountId[] {
  return postings.map(({ source }) => source)
}

/** Without a posting and with an amount, it is the only one that is no fee. */
function debitedByReversal({ postings }: ShownTransfer, { posting, amount }: ReversalRequest): AccountId[] {
  return postings
    .filter(({ role }, i) => (posting === null ? amount === null || role?.kind !== 'fee' : i === posting))
    .map(({ destination }) => destination)
}
