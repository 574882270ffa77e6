/**
 * What the ledger does, as a table: given these commands, when these come, then the outcomes after `->` and the balances
 * below. The words are those of shorthand.ts. Batches come a second apart, from 2026-01-01T00:00:01Z on; `at 01:00` turns
 * the clock to a moment for the next one. The same table runs against the decide functions and every store.
 */
import { ACCOUNT_CASES } from './ledger-cases/accounts.ts'
import { CURRENCY_CASES } from './ledger-cases/currencies.ts'
import type { LedgerCase } from './ledger-cases/ledger-case.ts'
import { REPEAT_CASES } from './ledger-cases/repeats.ts'
import { TRANSFER_CASES } from './ledger-cases/transfers.ts'
import { USER_CASES } from './ledger-cases/users.ts'

/** The whole table. */
export const LEDGER_CASES: readonly LedgerCase[] = [
  ...USER_CASES,
  ...CURRENCY_CASES,
  ...ACCOUNT_CASES,
  ...TRANSFER_CASES,
  ...REPEAT_CASES,
]
