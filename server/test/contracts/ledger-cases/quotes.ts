/** Quotes: an exchange at a fixed rate, once and in time, through the operator's accounts. */
import { MAX, type LedgerCase } from './ledger-case.ts'

/** Accounts 1 and 2 are a customer's, 8 and 9 the operator's. */
const EXCHANGE: readonly string[] = ['open 1 EUR 100.00', 'open 2 USD', 'open 8 EUR', 'open 9 USD 500.00']
const QUOTE = 'quote q 100.00 EUR 110.00 USD via=8>9 rate=11/10 expires=01:00'

/** The cases. */
export const QUOTE_CASES: readonly LedgerCase[] = [
  {
    name: 'a quote is converted once, both sides of it or none',
    given: [...EXCHANGE, QUOTE],
    when: [
      'convert q 1>2 ref=trip m:a=b -> ok',
      'convert q 1>2 -> quote_used quote_id',
      'convert x 1>2 -> quote_not_found quote_id',
    ],
    balances: ['1 0.00 EUR 2', '2 110.00 USD 1', '8 100.00 EUR 1', '9 390.00 USD 2'],
  },
  {
    name: 'a quote that is made and converted in one batch costs its fee, too',
    given: [...EXCHANGE, 'open 7 EUR', 'policy p EUR fee=7:1.00'],
    when: [['quote q 10.00 EUR 11.00 USD via=8>9 rate=11/10 expires=01:00 -> ok', 'convert q 1>2 -> ok']],
    balances: ['1 89.00 EUR 3', '7 1.00 EUR 1'],
  },
  {
    name: 'a quote is converted up to the microsecond before it expires',
    given: [...EXCHANGE, QUOTE, 'quote r 1.00 EUR 1.10 USD via=8>9 rate=11/10 expires=01:00'],
    when: [
      'at 00:59:59.999999',
      'convert r 1>2 -> ok',
      'at 01:00',
      'convert q 1>2 -> quote_expired quote_id',
      'convert r 1>2 -> quote_used quote_id',
    ],
    balances: ['1 99.00 EUR 2', '2 1.10 USD 1'],
  },
  {
    name: 'a conversion that is refused leaves the quote as it was',
    given: [...EXCHANGE, 'open 3 EUR', 'open 4 USD', QUOTE],
    when: [
      'convert q 3>2 -> insufficient_funds postings[0].source',
      'convert q 4>2 -> currency_mismatch postings[0].source',
      'convert q 1>3 -> currency_mismatch postings[1].destination',
      'convert q 77>2 -> account_not_found postings[0].source',
      'convert q 1>77 -> account_not_found postings[1].destination',
      'convert q 8>2 -> same_account postings[0].destination',
      'convert q 1>9 -> same_account postings[1].destination',
      'convert q 1>2 -> ok',
    ],
    balances: ['1 0.00 EUR 2', '3 0.00 EUR 0'],
  },
  {
    name: 'the operator must have what it sells',
    given: ['open 1 EUR 100.00', 'open 2 USD', 'open 8 EUR', 'open 9 USD 109.99', QUOTE],
    when: [
      'convert q 1>2 -> insufficient_funds postings[1].source',
      'pay @USD>9 0.01 USD -> ok',
      'convert q 1>2 -> ok',
    ],
    balances: ['1 0.00 EUR 2', '9 0.00 USD 3'],
  },
  {
    name: 'a quote goes through accounts that are there, in its currencies, and has some time',
    given: EXCHANGE,
    when: [
      'quote q 1.00 EUR 1.10 USD via=77>9 -> account_not_found sell.account',
      'quote q 1.00 EUR 1.10 USD via=8>77 -> account_not_found buy.account',
      'quote q 1.00 EUR 1.10 USD via=9>9 -> currency_mismatch sell.account',
      'quote q 1.00 EUR 1.10 USD via=8>8 -> currency_mismatch buy.account',
      'at 01:00',
      'quote q 1.00 EUR 1.10 USD via=8>9 expires=01:00 -> expires_at_in_past expires_at',
      'at 01:00',
      'quote q 1.00 EUR 1.10 USD via=8>9 expires=01:00:00.000001 -> ok',
    ],
  },
  {
    name: 'made and converted in one batch, and converted by one of two',
    given: EXCHANGE,
    when: [[`${QUOTE} -> ok`, 'convert q 1>2 -> ok', 'convert q 1>2 -> quote_used quote_id']],
    balances: ['1 0.00 EUR 2', '2 110.00 USD 1'],
  },
  {
    name: 'the windows of the operator’s account slide for a quote of the same batch, too',
    given: [...EXCHANGE, 'policy p USD on=9 day=200.00', 'pay 9>2 150.00 USD'],
    when: ['at 01-03T00:00', [`quote q 100.00 EUR 110.00 USD via=8>9 -> ok`, 'convert q 1>2 -> ok']],
    balances: ['9 240.00 USD 3'],
  },
  {
    name: 'quotes and conversions are remembered under their keys',
    given: EXCHANGE,
    when: [
      `${QUOTE} key=k -> ok`,
      `${QUOTE} key=k -> again`,
      'convert q 1>2 key=l -> ok',
      'convert q 1>2 key=l -> again',
      'convert q 1>2 key=m -> quote_used quote_id',
      'convert q 1>2 key=m -> quote_used quote_id again',
    ],
    balances: ['1 0.00 EUR 2'],
  },
  {
    name: 'an exchange of 38 digits, and one of one unit too many',
    given: [`open 1 JPY ${MAX}`, 'open 2 XXX', 'open 8 JPY', 'open 9 XXX', 'open 7 JPY 0 limit=5'],
    when: [
      `quote q ${MAX} JPY 0.00000001 XXX via=8>9 -> ok`,
      'convert q 1>2 -> insufficient_funds postings[1].source',
      'pay 7>8 1 JPY -> ok',
      'open 3 XXX 1.00 -> ok',
      'pay 3>9 1.00 XXX -> ok',
      'convert q 1>2 -> balance_overflow postings[0].destination',
      'pay 8>7 1 JPY -> ok',
      'convert q 1>2 -> ok',
    ],
    balances: ['1 0 JPY 2', `8 ${MAX} JPY 3`, '2 0.00000001 XXX 1'],
  },
  {
    name: 'a conversion is undone as one transfer; its quote stays used',
    given: [...EXCHANGE, QUOTE, 'convert q 1>2 id=t'],
    when: ['reverse t -> ok', 'convert q 1>2 -> quote_used quote_id'],
    balances: ['1 100.00 EUR 3', '2 0.00 USD 2', '8 0.00 EUR 2', '9 500.00 USD 3'],
  },
]
