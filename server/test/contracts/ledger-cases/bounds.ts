/** Floors and ceilings of policies: what an account may have. */
import { TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const BOUND_CASES: readonly LedgerCase[] = [
  {
    name: 'a floor is kept to the cent, by transfers and by holds; the account’s own comes first',
    given: [...TWO, 'policy p EUR on=1 floor=10.00'],
    when: [
      'pay 1>2 90.01 EUR -> below_floor postings[0].source',
      'pay 1>2 100.01 EUR -> insufficient_funds postings[0].source',
      'hold h 1>2 90.01 EUR -> below_floor source',
      'hold h 1>2 50.00 EUR -> ok',
      'pay 1>2 40.01 EUR -> below_floor postings[0].source',
      'pay 1>2 40.00 EUR -> ok',
      'capture h -> ok',
      'pay 1>2 0.01 EUR -> below_floor postings[0].source',
    ],
    balances: ['1 10.00 EUR 3', '2 90.00 EUR 2'],
  },
  {
    name: 'a policy narrows the credit of an account, and never widens it',
    given: ['open 1 EUR 0 limit=50.00', 'open 2 EUR 0 limit=5.00', 'policy p EUR credit=20.00'],
    when: [
      'pay 1>2 20.01 EUR -> below_floor postings[0].source',
      'pay 1>2 20.00 EUR -> ok',
      'pay 2>1 25.01 EUR -> insufficient_funds postings[0].source',
      'pay 2>1 25.00 EUR -> ok',
    ],
    balances: ['1 5.00 EUR 2', '2 -5.00 EUR 2'],
  },
  {
    name: 'of a floor and a credit limit the narrower holds, of all policies too',
    given: [
      'user ann',
      'open 1 EUR 100.00 limit=50.00 owner=ann',
      'open 2 EUR',
      'policy p EUR on=1 floor=-30.00 credit=20.00',
      'policy q EUR on=ann floor=-10.00',
    ],
    when: [
      'pay 1>2 110.01 EUR -> below_floor postings[0].source',
      'pay 1>2 110.00 EUR -> ok',
      'repolicy q EUR floor=-40.00 -> ok',
      'pay 1>2 10.01 EUR -> below_floor postings[0].source',
      'pay 1>2 10.00 EUR -> ok',
    ],
    balances: ['1 -20.00 EUR 3'],
  },
  {
    name: 'an account below a floor that came later may be paid, and pays nobody',
    given: [...TWO, 'policy p EUR on=1 floor=200.00'],
    when: [
      'pay 1>2 0.01 EUR -> below_floor postings[0].source',
      'pay @EUR>1 50.00 EUR -> ok',
      'pay @EUR>1 1.00 EUR, 1>2 1.00 EUR -> ok',
      'pay @EUR>1 1.00 EUR, 1>2 1.01 EUR -> below_floor postings[1].source',
    ],
    balances: ['1 150.00 EUR 4'],
  },
  {
    name: 'a ceiling is kept to the cent, and what is announced counts as there',
    given: [...TWO, 'policy p EUR on=2 ceiling=50.00'],
    when: [
      'pay 1>2 50.01 EUR -> ceiling_exceeded postings[0].destination',
      'pay 1>2 10.00 EUR -> ok',
      'hold h 1>2 40.01 EUR -> ceiling_exceeded destination',
      'hold h 1>2 30.00 EUR -> ok',
      'hold i 1>2 10.01 EUR -> ceiling_exceeded destination',
      'pay 1>2 10.01 EUR -> ceiling_exceeded postings[0].destination',
      'pay 1>2 10.00 EUR -> ok',
      'capture h 10.00 EUR -> ok',
      'pay 1>2 0.01 EUR -> ceiling_exceeded postings[0].destination',
      'release h -> ok',
      'pay 1>2 20.00 EUR -> ok',
    ],
    balances: ['1 50.00 EUR 5', '2 50.00 EUR 4'],
  },
  {
    name: 'what a chain passes on does not stay, so no ceiling is in its way',
    given: [...TWO, 'open 3 EUR', 'policy p EUR on=2 ceiling=1.00'],
    when: [
      'pay 1>2 50.00 EUR, 2>3 50.00 EUR -> ok',
      'pay 1>2 50.00 EUR, 2>3 48.99 EUR -> ceiling_exceeded postings[0].destination',
    ],
    balances: ['2 0.00 EUR 2', '3 50.00 EUR 1'],
  },
  {
    name: 'what was held under other bounds is captured, for it was promised',
    given: [
      ...TWO,
      'hold h 1>2 60.00 EUR',
      'policy p EUR on=1 floor=90.00',
      'policy q EUR on=2 ceiling=50.00',
    ],
    when: [
      'capture h 20.00 EUR -> ok',
      'capture h -> ok',
      'pay 1>2 0.01 EUR -> below_floor postings[0].source',
      'pay @EUR>2 0.01 EUR -> ceiling_exceeded postings[0].destination',
    ],
    balances: ['1 40.00 EUR 3', '2 60.00 EUR 2'],
  },
  {
    name: 'an opening balance keeps a ceiling, and goes to no frozen account',
    given: ['open 1 EUR', 'policy p EUR ceiling=50.00', 'policy q USD freeze=credits'],
    when: [
      'open 2 EUR 50.01 -> ceiling_exceeded initial_balance',
      'open 2 EUR 50.00 -> ok',
      'open 3 USD 1.00 -> account_frozen initial_balance',
      'open 3 USD -> ok',
    ],
    balances: ['2 50.00 EUR 1', '3 0.00 USD 0', '@EUR -50.00 EUR 1'],
  },
]
