/** One row of the table of cases. */
export interface LedgerCase {
  readonly name: string
  /** Each `ok` where it says nothing else, each a batch of its own. */
  readonly given?: readonly string[]
  /**
   * `command -> outcome`: `ok`, `again` (the first answer once more), or a code and its field, with ` again` if replayed;
   * for a transfer that waits or did the status of its approval; for a simulation `would` and the outcome. A batch of its own each; an inner list is one batch.
   */
  readonly when: readonly (string | readonly string[])[]
  /** `account balance currency entries`, afterwards; `held=` and `incoming=` where they are not zero. */
  readonly balances?: readonly string[]
}

/** 38 digits: the largest amount and balance. */
export const MAX = '9'.repeat(38)
/** One unit less. */
export const MAX_LESS_1 = `${'9'.repeat(37)}8`
/** Five units less. */
export const MAX_LESS_5 = `${'9'.repeat(37)}4`
/** Two accounts, the first with money. */
export const TWO: readonly string[] = ['open 1 EUR 100.00', 'open 2 EUR']
