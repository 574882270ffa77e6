/**
 * What the ledger does, as a table: given these commands, when these come, then the outcomes after `->` and the balances
 * below. The words are those of shorthand.ts. Batches come a second apart, from 2026-01-01T00:00:01Z on; `at 01:00` turns
 * the clock to a moment for the next one. The same table runs against the decide functions and every store.
 */
import { ACCESS_CASES } from './ledger-cases/access.ts'
import { ACCOUNT_CASES } from './ledger-cases/accounts.ts'
import { APPROVAL_CASES } from './ledger-cases/approvals.ts'
import { BOOKS_CASES } from './ledger-cases/books.ts'
import { BOUND_CASES } from './ledger-cases/bounds.ts'
import { CURRENCY_CASES } from './ledger-cases/currencies.ts'
import { FEE_CASES } from './ledger-cases/fees.ts'
import { GROUP_CASES, SIMULATION_CASES } from './ledger-cases/groups.ts'
import { HOLD_CASES } from './ledger-cases/holds.ts'
import type { LedgerCase } from './ledger-cases/ledger-case.ts'
import { LOGIN_CASES } from './ledger-cases/logins.ts'
import { POLICY_CASES } from './ledger-cases/policies.ts'
import { QUOTE_CASES } from './ledger-cases/quotes.ts'
import { REPEAT_CASES } from './ledger-cases/repeats.ts'
import { REVERSAL_CASES } from './ledger-cases/reversals.ts'
import { TRANSFER_CASES } from './ledger-cases/transfers.ts'
import { USER_CASES } from './ledger-cases/users.ts'
import { VELOCITY_CASES } from './ledger-cases/velocity.ts'

/** The whole table. */
export const LEDGER_CASES: readonly LedgerCase[] = [
  ...USER_CASES,
  ...CURRENCY_CASES,
  ...ACCOUNT_CASES,
  ...TRANSFER_CASES,
  ...HOLD_CASES,
  ...REVERSAL_CASES,
  ...GROUP_CASES,
  ...SIMULATION_CASES,
  ...POLICY_CASES,
  ...BOUND_CASES,
  ...VELOCITY_CASES,
  ...FEE_CASES,
  ...QUOTE_CASES,
  ...APPROVAL_CASES,
  ...BOOKS_CASES,
  ...REPEAT_CASES,
  ...ACCESS_CASES,
  ...LOGIN_CASES,
]
