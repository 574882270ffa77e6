/** Transfers: money moves, all of it or none. */
import { MAX, MAX_LESS_1, TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const TRANSFER_CASES: readonly LedgerCase[] = [
  {
    name: 'money moves from source to destination',
    given: TWO,
    when: ['pay 1>2 40.00 EUR ref=rent m:order=7 -> ok'],
    balances: ['1 60.00 EUR 2', '2 40.00 EUR 1'],
  },
  {
    name: 'the whole balance may go, and not a cent more',
    given: TWO,
    when: ['pay 1>2 100.01 EUR -> insufficient_funds postings[0].source', 'pay 1>2 100.00 EUR -> ok'],
    balances: ['1 0.00 EUR 2', '2 100.00 EUR 1'],
  },
  {
    name: 'credit reaches to its limit, and not a cent further',
    given: ['open 1 EUR 10.00 limit=5.00', 'open 2 EUR'],
    when: [
      'pay 1>2 15.01 EUR -> insufficient_funds postings[0].source',
      'pay 1>2 15.00 EUR -> ok',
      'pay 1>2 0.01 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 -5.00 EUR 2', '2 15.00 EUR 1'],
  },
  {
    name: 'accounts must be there, source and destination',
    given: TWO,
    when: [
      'pay 9>2 1.00 EUR -> account_not_found postings[0].source',
      'pay 1>9 1.00 EUR -> account_not_found postings[0].destination',
    ],
    balances: ['1 100.00 EUR 1', '2 0.00 EUR 0'],
  },
  {
    name: 'an account does not pay itself',
    given: TWO,
    when: ['pay 1>1 1.00 EUR -> same_account postings[0].destination'],
  },
  {
    name: 'both accounts are in the currency of the posting',
    given: [...TWO, 'open 3 USD 5.00'],
    when: [
      'pay 1>3 1.00 EUR -> currency_mismatch postings[0].destination',
      'pay 3>1 1.00 EUR -> currency_mismatch postings[0].source',
      'pay 1>2 1.00 USD -> currency_mismatch postings[0].source',
    ],
    balances: ['1 100.00 EUR 1', '3 5.00 USD 1'],
  },
  {
    name: 'the code with the lower number is told, even of a later posting',
    given: [...TWO, 'open 3 USD'],
    when: [
      'pay 1>1 1.00 EUR, 9>2 1.00 EUR -> account_not_found postings[1].source',
      'pay 1>3 1.00 EUR, 2>2 1.00 EUR -> same_account postings[1].destination',
      'pay 1>2 500.00 EUR, 1>3 1.00 EUR -> currency_mismatch postings[1].destination',
      'pay 9>9 1.00 USD -> account_not_found postings[0].source',
      'pay 1>1 1.00 USD -> same_account postings[0].destination',
    ],
    balances: ['1 100.00 EUR 1'],
  },
  {
    name: 'short of money is told before too many digits',
    given: [`open 1 JPY ${MAX_LESS_1}`, 'open 2 JPY', 'open 3 JPY 1'],
    when: [
      `pay 2>1 2 JPY -> insufficient_funds postings[0].source`,
      `pay 3>1 1 JPY, 2>3 1 JPY -> insufficient_funds postings[1].source`,
    ],
  },
  {
    name: 'of two wrong postings of one kind the first is told',
    given: TWO,
    when: ['pay 1>2 1.00 EUR, 1>8 1.00 EUR, 9>2 1.00 EUR -> account_not_found postings[1].destination'],
  },
  {
    name: 'one pays many, or nobody',
    given: ['open 1 EUR 10.00', 'open 2 EUR', 'open 3 EUR', 'open 4 EUR'],
    when: [
      'pay 1>2 5.00 EUR, 1>3 5.00 EUR, 1>4 0.01 EUR -> insufficient_funds postings[0].source',
      'pay 1>2 5.00 EUR, 1>3 3.00 EUR, 1>4 2.00 EUR -> ok',
    ],
    balances: ['1 0.00 EUR 4', '2 5.00 EUR 1', '3 3.00 EUR 1', '4 2.00 EUR 1'],
  },
  {
    name: 'many pay one, or nobody',
    given: ['open 1 EUR 5.00', 'open 2 EUR 5.00', 'open 3 EUR'],
    when: [
      'pay 1>3 5.00 EUR, 2>3 5.01 EUR -> insufficient_funds postings[1].source',
      'pay 1>3 5.00 EUR, 2>3 5.00 EUR -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 10.00 EUR 2'],
  },
  {
    name: 'a chain passes money through an empty account',
    given: ['open 1 EUR 5.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      'pay 1>2 5.00 EUR, 2>3 5.00 EUR -> ok',
      'pay 1>2 5.00 EUR, 2>3 5.00 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 5.00 EUR 1'],
  },
  {
    name: 'floors are checked on what all postings leave, in whatever order they stand',
    given: ['open 1 EUR 5.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      'pay 2>3 5.00 EUR, 1>2 5.00 EUR -> ok',
      'pay 2>1 0.01 EUR, 3>2 5.00 EUR, 2>1 5.00 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 5.00 EUR 1'],
  },
  {
    name: 'the same two accounts more than once, and a circle that moves nothing in the end',
    given: ['open 1 EUR 1.00', 'open 2 EUR 1.00', 'open 3 EUR 1.00'],
    when: [
      'pay 1>2 0.50 EUR, 1>2 0.25 EUR, 2>1 0.10 EUR -> ok',
      'pay 1>2 100.00 EUR, 2>3 100.00 EUR, 3>1 100.00 EUR -> ok',
    ],
    balances: ['1 0.35 EUR 6', '2 1.65 EUR 6', '3 1.00 EUR 3'],
  },
  {
    name: 'one transfer in several currencies is an exchange: all or nothing',
    given: ['open 1 EUR 10.00', 'open 2 USD', 'open 3 EUR', 'open 4 USD 11.00'],
    when: [
      'pay 1>3 10.00 EUR, 4>2 11.01 USD -> insufficient_funds postings[1].source',
      'pay 1>3 10.00 EUR, 4>2 11.00 USD -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 11.00 USD 1', '3 10.00 EUR 1', '4 0.00 USD 2'],
  },
  {
    name: 'each transfer of a batch sees what those before it did',
    given: ['open 1 EUR 1.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      [
        'pay 2>3 1.00 EUR -> insufficient_funds postings[0].source',
        'pay 1>2 1.00 EUR -> ok',
        'pay 2>3 1.00 EUR -> ok',
        'pay 2>3 1.00 EUR -> insufficient_funds postings[0].source',
      ],
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 1.00 EUR 1'],
  },
  {
    name: 'a balance has 38 digits, and not one unit more',
    given: [`open 1 JPY ${MAX_LESS_1}`, 'open 2 JPY 1'],
    when: [
      'pay 2>1 1 JPY -> ok',
      'pay @JPY>1 1 JPY -> balance_overflow postings[0].source',
      `pay 1>2 ${MAX} JPY -> ok`,
      `pay 2>1 ${MAX} JPY -> ok`,
    ],
    balances: [`1 ${MAX} JPY 4`, '2 0 JPY 4', `@JPY -${MAX} JPY 2`],
  },
  {
    name: 'a balance may not leave 38 digits in between either, because each entry shows it',
    given: [`open 1 JPY ${MAX}`, `open 2 JPY 0 limit=${MAX}`, 'open 3 JPY'],
    when: [
      'pay 2>1 1 JPY, 1>3 1 JPY -> balance_overflow postings[0].destination',
      'pay 1>3 1 JPY, 2>1 1 JPY -> ok',
      `pay 2>3 ${MAX_LESS_1} JPY -> ok`,
      'pay 2>3 1 JPY, 1>2 5 JPY -> balance_overflow postings[0].source',
    ],
    balances: [`1 ${MAX} JPY 3`, `2 -${MAX} JPY 2`, `3 ${MAX} JPY 2`],
  },
  {
    name: 'the smallest and the largest credit limit',
    given: [`open 1 JPY 0 limit=${MAX}`, 'open 2 JPY 0 limit=1', 'open 3 JPY'],
    when: [
      `pay 1>3 ${MAX} JPY -> ok`,
      'pay 2>3 1 JPY -> balance_overflow postings[0].destination',
      'pay 2>1 1 JPY -> ok',
    ],
    balances: [`1 -${MAX_LESS_1} JPY 2`, '2 -1 JPY 1', `3 ${MAX} JPY 1`],
  },
  {
    name: 'the external account has no floor, and money may go back to it',
    given: TWO,
    when: [
      'pay @EUR>2 1000.00 EUR -> ok',
      'pay 1>@EUR 100.00 EUR -> ok',
      'pay 1>@EUR 0.01 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 1000.00 EUR 1', '@EUR -1000.00 EUR 3'],
  },
  {
    name: 'every currency has its own external account, and all sums are zero',
    given: ['open 1 EUR 1.00', 'open 2 USD 2.00', 'open 3 JPY 3', 'open 4 EUR 4.00'],
    when: ['pay @EUR>@USD 1.00 EUR -> currency_mismatch postings[0].destination'],
    balances: ['@EUR -5.00 EUR 2', '@USD -2.00 USD 1', '@JPY -3 JPY 1'],
  },
]
