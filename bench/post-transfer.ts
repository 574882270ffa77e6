// One transfer, asked of the use case in this process.
import type { Rejected } from '../server/src/core/command.ts'
import type { Principal } from '../server/src/core/command-fields.ts'
import type { CurrencyCode } from '../server/src/core/currency.ts'
import type { Caller } from '../server/src/app/request.ts'
import { pickAccounts, type Spread } from './accounts.ts'
import type { Subject } from './subjects.ts'

/** What all accounts are in. */
export const EUR = 'EUR' as CurrencyCode

/** Posts a transfer; throws when it is refused. */
export async function postTransfer(subject: Subject, spread: Spread): Promise<void> {
  accept(
    await subject.florin.transfers.post(caller(subject), {
      id: null,
      postings: [{ ...pickAccounts(spread), amount: '0.01', currency: EUR }],
      reference: null,
      metadata: {},
      effectiveAt: null,
    }),
  )
}

/** Who the bench is, with a fresh idempotency key. */
export function caller(subject: Subject): Caller {
  return { principal: 'bench' as Principal, idempotencyKey: subject.nextKey() }
}

/** The result; throws when there is none. */
export function accept<T>(outcome: { readonly kind: 'accepted'; readonly result: T } | Rejected): T {
  if (outcome.kind === 'rejected') throw new Error(`refused: ${outcome.refusal.message}`)
  return outcome.result
}
