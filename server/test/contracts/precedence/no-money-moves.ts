/** Accounts with which money cannot move, each for a reason of its own. */
import type { RefusalCode } from '#core/codes.ts'
import { MAX_LESS_1 } from '../ledger-cases/ledger-case.ts'
import { neighbours, USED, type Slots } from './precedence.ts'

/** How they are made. */
export const WORLD: readonly string[] = [
  USED,
  'open 1 EUR 100.00',
  'open 2 EUR',
  'open 3 USD 100.00',
  'open 4 EUR',
  'close 4',
  'open 5 EUR 100.00',
  'policy p5 EUR on=5 freeze=both',
  'open 6 EUR 100.00',
  'policy p6 EUR on=6 to=1',
  'open 7 EUR 100.00',
  'policy p7 EUR on=7 min=2.00',
  'open 8 EUR 100.00',
  'policy p8 EUR on=8 max=0.50',
  'open 10 EUR 100.00',
  'policy p10 EUR on=10 day=0.50',
  'open 11 EUR 100.00',
  'policy p11 EUR on=11 day=/0',
  'open 12 EUR',
  'open 13 EUR 100.00',
  'policy p13 EUR on=13 floor=100.00',
  'open 14 EUR',
  'policy p14 EUR on=14 ceiling=0.50',
  `open 15 JPY ${MAX_LESS_1}`,
  'open 16 JPY 0 limit=2',
  'open 24 EUR 100.00',
  'policy p24 EUR on=24 second=0.50',
]

/** One posting for each reason why money does not move. */
export const MOVES: readonly (readonly [RefusalCode, string])[] = [
  ['account_not_found', '99>2 1.00 EUR'],
  ['account_not_found', '1>99 1.00 EUR'],
  ['same_account', '1>1 1.00 EUR'],
  ['currency_mismatch', '1>3 1.00 EUR'],
  ['amount_unbounded', '@EUR>2 all EUR'],
  ['account_closed', '4>2 1.00 EUR'],
  ['account_closed', '4>2 all EUR'],
  ['account_frozen', '5>2 1.00 EUR'],
  ['account_frozen', '1>5 1.00 EUR'],
  ['destination_not_allowed', '6>2 1.00 EUR'],
  ['amount_below_minimum', '7>2 1.00 EUR'],
  ['amount_above_maximum', '8>2 1.00 EUR'],
  ['velocity_exceeded', '10>2 1.00 EUR'],
  ['velocity_count_exceeded', '11>2 1.00 EUR'],
  ['insufficient_funds', '12>2 1.00 EUR'],
  ['insufficient_funds', '12>2 all EUR'],
  ['below_floor', '13>2 1.00 EUR'],
  ['ceiling_exceeded', '1>14 1.00 EUR'],
  ['balance_overflow', '16>15 2 JPY'],
  ['approval_required', '24>2 1.00 EUR'],
]

/** Those that one hold or one conversion can have: by its source, by its destination. */
export const SIDES: readonly (readonly [RefusalCode, Slots])[] = [
  ['account_not_found', { source: '99' }],
  ['account_not_found', { destination: '99' }],
  ['account_closed', { source: '4' }],
  ['account_frozen', { source: '5' }],
  ['destination_not_allowed', { source: '6' }],
  ['amount_below_minimum', { source: '7' }],
  ['amount_above_maximum', { source: '8' }],
  ['velocity_exceeded', { source: '10' }],
  ['velocity_count_exceeded', { source: '11' }],
  ['insufficient_funds', { source: '12' }],
  ['below_floor', { source: '13' }],
  ['approval_required', { source: '24' }],
]

const ONE_SOURCE = 'one account is the source; the postings of a transfer show their order'

/** Neighbours among the reasons that only a source can have. */
export const SOURCES_APART = [
  ...neighbours(ONE_SOURCE, ['balance_overflow', 'approval_required']),
  ...neighbours(ONE_SOURCE, [
    'account_closed',
    'account_frozen',
    'destination_not_allowed',
    'amount_below_minimum',
    'amount_above_maximum',
    'velocity_exceeded',
    'velocity_count_exceeded',
    'insufficient_funds',
    'below_floor',
  ]),
]
