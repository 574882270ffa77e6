/** What refuses transfers and their reversals, conversions, and the sweep of an account that is closed. */
import { MAX_LESS_5 } from '../ledger-cases/ledger-case.ts'
import { MOVES, SIDES, SOURCES_APART, WORLD } from './no-money-moves.ts'
import { KEY, neighbours, USED, type Precedence } from './precedence.ts'

/** Postings that something is in the way of when they are reversed, as the transfers' names tell it. */
const REVERSIBLE: Readonly<Record<string, string>> = {
  ',closed': '1>4 1.00 EUR',
  ',frozen': '1>5 1.00 EUR',
  ',short': '1>12 1.00 EUR',
  ',floor': '1>13 1.00 EUR',
  ',ceiling': '14>1 1.00 EUR',
  ',approval': '1>24 1.00 EUR',
}

const SWEEP: Precedence = {
  kind: 'close_account',
  line: 'close {id} to={to} {key}',
  slots: { id: '1', to: '2' },
  given: [...WORLD, 'open 18 JPY', 'pay 16>18 2 JPY'],
  reasons: [
    KEY,
    ['account_not_found', { to: '99' }],
    ['same_account', { id: '1', to: '1' }],
    ['currency_mismatch', { to: '3' }],
    ['account_closed', { to: '4' }],
    ['account_frozen', { id: '5' }],
    ['account_frozen', { to: '5' }],
    ['below_floor', { id: '13' }],
    ['ceiling_exceeded', { to: '14' }],
    ['balance_overflow', { id: '18', to: '15' }],
    ['approval_required', { id: '24' }],
  ],
  apart: [
    ...neighbours('what is swept goes to one account', [
      'account_not_found',
      'same_account',
      'currency_mismatch',
      'account_closed',
    ]),
    ['ceiling_exceeded', 'balance_overflow', 'both are the destination’s'],
    ['balance_overflow', 'approval_required', 'one account is closed'],
  ],
}

/** Their precedence. */
export const TRANSFER_PRECEDENCES: readonly Precedence[] = [
  {
    kind: 'post_transfer',
    line: 'pay 1>2 1.00 EUR{postings} {id} {eff} {since} {key}',
    slots: { eff: 'eff=01:30' },
    given: [...WORLD, 'pay 1>2 1.01 EUR id=used', 'at 02:00', 'books 01:00'],
    reasons: [
      KEY,
      ['transfer_id_reused', { id: 'id=used' }],
      ['effective_at_in_future', { eff: 'eff=05:00' }],
      ['period_closed', { eff: 'eff=00:30' }],
      ['effective_at_too_early', { since: 'since=01:45' }],
      ...MOVES.map(([code, posting]) => [code, { postings: `, ${posting}` }] as const),
    ],
    apart: [['effective_at_in_future', 'period_closed', 'books are closed through the past only']],
  },
  {
    kind: 'reverse_transfer',
    line: 'reverse t{original} {amount} {posting} {key}',
    given: [
      USED,
      'open 1 EUR 100.00',
      ...['2', '4', '5', '12', '13', '24'].map((id) => `open ${id} EUR`),
      'open 14 EUR 100.00',
      ...singlesAndPairs(Object.keys(REVERSIBLE)).map(
        (names) => `pay ${names.map((name) => REVERSIBLE[name]).join(', ')} id=t${names.join('')}`,
      ),
      'pay 1>2 1.00 EUR id=t',
      'pay 2>1 99.00 EUR id=t-failed',
      'reverse t 0.01 EUR id=t-reversal',
      'close 4 to=1',
      'policy p5 EUR on=5 freeze=debits',
      'pay 12>1 all EUR',
      'policy p13 EUR on=13 floor=100.00',
      'policy p14 EUR on=14 ceiling=0.50',
      'policy p24 EUR on=24 second=0.50',
      'open 15 JPY 5',
      'open 16 JPY',
      'open 17 JPY 0 limit=9',
      'pay 15>16 5 JPY id=t-huge',
      `pay @JPY>15 ${MAX_LESS_5} JPY`,
      'pay 17>15 1 JPY',
    ],
    reasons: [
      KEY,
      ['transfer_not_found', { original: '-none' }],
      ['transfer_not_posted', { original: '-failed' }],
      ['reversal_of_reversal', { original: '-reversal' }],
      ['posting_not_found', { posting: 'posting=9' }],
      ['reversal_exceeds_original', { amount: '1.01 EUR' }],
      ['account_closed', { original: ',closed' }],
      ['account_frozen', { original: ',frozen' }],
      ['insufficient_funds', { original: ',short' }],
      ['below_floor', { original: ',floor' }],
      ['ceiling_exceeded', { original: ',ceiling' }],
      ['balance_overflow', { original: '-huge' }],
      ['approval_required', { original: ',approval' }],
    ],
    apart: [
      ...neighbours('a transfer has one state', [
        'transfer_not_found',
        'transfer_not_posted',
        'reversal_of_reversal',
      ]),
      ...neighbours('the postings of a transfer show their order', [
        'ceiling_exceeded',
        'balance_overflow',
        'approval_required',
      ]),
    ],
  },
  {
    kind: 'convert_quote',
    line: 'convert {quote} {source}>{destination} {key}',
    slots: { quote: 'good', source: '1', destination: '3' },
    given: [
      ...WORLD,
      'open 20 EUR',
      'open 21 USD 100.00',
      'open 22 USD',
      'policy p22 USD on=22 ceiling=0.50',
      ...['good', 'used', 'expired'].map(
        (name) =>
          `quote ${name} 1.00 EUR 1.00 USD via=20>21 expires=${name === 'expired' ? '01:00' : '03:00'}`,
      ),
      'quote huge 2 JPY 1.00 USD via=15>21 expires=03:00',
      'convert used 1>3',
      'at 02:00',
    ],
    reasons: [
      KEY,
      ['quote_not_found', { quote: 'none' }],
      ['quote_used', { quote: 'used' }],
      ['quote_expired', { quote: 'expired' }],
      ['same_account', { source: '20' }],
      ['same_account', { destination: '21' }],
      ['currency_mismatch', { destination: '2' }],
      ['currency_mismatch', { source: '3' }],
      ...SIDES,
      ['ceiling_exceeded', { destination: '22' }],
      ['balance_overflow', { quote: 'huge', source: '16' }],
    ],
    apart: [
      ...neighbours('a quote has one state', ['quote_not_found', 'quote_used', 'quote_expired']),
      ...SOURCES_APART,
    ],
  },
  SWEEP,
]

function singlesAndPairs(names: readonly string[]): string[][] {
  return names.flatMap((name) => names.map((other) => (other === name ? [name] : [name, other])))
}
