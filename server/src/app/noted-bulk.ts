// Items of a bulk that are refused by themselves, told to the audit log: the request that brought them is not.
import type { AttemptLog } from './attempt-log.ts'
import type { Bulk, BulkItem, BulkResult } from './bulk.ts'
import type { Caller } from './request.ts'

/** The bulk whose refused items are noted, where no failed transfer records them. */
export function withItemsNoted(bulk: Bulk, attempts: AttemptLog): Bulk {
  return {
    ...bulk,
    async *independent(caller, items) {
      let index = 0
      for await (const results of bulk.independent(caller, items)) {
        for (const result of results) note(caller, items[index++], result)
        yield results
      }
    },
  }

  function note({ principal, origin }: Caller, item: BulkItem | undefined, result: BulkResult): void {
    const code = codeOf(result)
    const source = item?.request.postings[0]?.source
    if (code === null || origin === undefined) return
    attempts.note({ ...origin, principal, code, target: source === undefined ? null : `account:${source}` })
  }
}

/** Why the item was refused; null when it was not, or when that is recorded, or was noted before. */
function codeOf(result: BulkResult): string | null {
  switch (result.kind) {
    case 'refused': {
      const { transfer, replayed, refusal } = result.rejected
      return transfer === null && !replayed ? refusal.code : null
    }
    case 'error':
      return result.error.kind === 'unavailable' ? null : result.error.code
    case 'posted':
    case 'linked':
      return null
  }
}
