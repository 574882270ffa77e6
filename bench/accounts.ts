// The accounts that every scenario moves money between.
import type { AccountId } from '../server/src/core/ids.ts'

/** How many accounts there are. */
export const ACCOUNT_COUNT = 10_000
/** The id of the first one; the others follow it. */
const ACCOUNT_ID_FIRST = 100_001
/** What each begins with, in major units: more than any run can take from one. */
export const INITIAL_BALANCE = '1000000000.00'

/** uniform: any two accounts. hot: one account is on one side of every transfer. */
export type Spread = 'uniform' | 'hot'

/** The accounts of the next transfer. */
export function pickAccounts(spread: Spread): {
  readonly source: AccountId
  readonly destination: AccountId
} {
  const a = spread === 'hot' ? 0 : randomIndex(0)
  const b = (a + 1 + randomIndex(1)) % ACCOUNT_COUNT
  const [source, destination] = Math.random() < 0.5 ? [a, b] : [b, a]
  return { source: toId(source), destination: toId(destination) }
}

/** The id of the account with this index. */
export function toId(index: number): AccountId {
  return String(ACCOUNT_ID_FIRST + index) as AccountId
}

function randomIndex(without: number): number {
  return Math.floor(Math.random() * (ACCOUNT_COUNT - without))
}
