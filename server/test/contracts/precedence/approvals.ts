/** What refuses the approval of a transfer, its rejection, and its end. */
import { MAX_LESS_1 } from '../ledger-cases/ledger-case.ts'
import { KEY, neighbours, USED, type Precedence } from './precedence.ts'

/** Rules that get in the way of a transfer which waits already, by the account that it takes from. */
const RULES: Readonly<Record<string, string>> = {
  frozen: 'freeze=debits',
  nowhere: 'to=1',
  small: 'min=2.00',
  large: 'max=0.50',
  fast: 'day=0.10',
  often: 'day=/0',
  floor: 'floor=100.00',
}
const NAMES = Object.keys(RULES)
const accountOf = (name: string): string => `${31 + NAMES.indexOf(name)}`

/** Those that have ended, or whose time is over, and one that has time. */
const STATES: readonly string[] = [
  USED,
  'user zoe2 key=used by=bob',
  'open 1 EUR 100.00',
  'open 2 EUR',
  'policy p EUR on=1 second=0.50',
  'at 00:30',
  ...['approved', 'rejected'].map((name) => `pay 1>2 1.00 EUR id=${name} wait=36000 -> pending`),
  ...['expired', 'due'].map((name) => `pay 1>2 1.00 EUR id=${name} wait=60 -> pending`),
  'pay 1>2 1.00 EUR id=good wait=36000 -> pending',
  'approve approved by=bob',
  'reject rejected -> rejected',
]

const ONE_STATE = neighbours('an approval has one state', [
  'approval_not_found',
  'approval_approved',
  'approval_rejected',
  'approval_expired',
  'approval_not_due',
])

/** Their precedence. That an id was given away meanwhile takes two processes at once: see decide-approval.test.ts. */
export const APPROVAL_PRECEDENCES: readonly Precedence[] = [
  {
    kind: 'approve_transfer',
    line: 'approve {id} {by} {key}',
    slots: { id: 'good', by: 'by=bob' },
    given: [
      ...STATES,
      'open 4 EUR',
      'pay 1>4 1.00 EUR id=closed wait=36000 -> pending',
      'close 4',
      'open 14 EUR',
      'pay 1>14 1.00 EUR id=ceiling wait=36000 -> pending',
      'policy p14 EUR on=14 ceiling=0.50',
      'open 17 JPY 1',
      'open 15 JPY 0 limit=9',
      'policy p15 JPY on=15 second=1',
      'open 16 JPY',
      'pay 15>16 2 JPY id=huge wait=36000 -> pending',
      `pay @JPY>16 ${MAX_LESS_1} JPY`,
      'open 12 EUR 1.00',
      'policy p12 EUR on=12 second=0.50',
      'pay 12>2 1.00 EUR id=short wait=36000 -> pending',
      'pay 12>2 0.50 EUR',
      'pay 1>2 1.00 EUR id=past eff=00:10 wait=36000 -> pending',
      ...NAMES.flatMap((name) => [
        `open ${accountOf(name)} EUR 100.00`,
        `policy p${name} EUR on=${accountOf(name)} second=0.50`,
        `pay ${accountOf(name)}>2 1.00 EUR id=${name} wait=36000 -> pending`,
        `repolicy p${name} EUR ${RULES[name]}`,
      ]),
      'at 02:00',
      'books 00:20',
      'lapse expired -> expired',
    ],
    reasons: [
      KEY,
      ['approval_not_found', { id: 'none' }],
      ['approval_approved', { id: 'approved' }],
      ['approval_rejected', { id: 'rejected' }],
      ['approval_expired', { id: 'expired' }],
      ['approval_expired', { id: 'due' }],
      ['approver_is_maker', { by: '' }],
      ['period_closed', { id: 'past' }],
      ['account_closed', { id: 'closed' }],
      ['account_frozen', { id: 'frozen' }],
      ['destination_not_allowed', { id: 'nowhere' }],
      ['amount_below_minimum', { id: 'small' }],
      ['amount_above_maximum', { id: 'large' }],
      ['velocity_exceeded', { id: 'fast' }],
      ['velocity_count_exceeded', { id: 'often' }],
      ['insufficient_funds', { id: 'short' }],
      ['below_floor', { id: 'floor' }],
      ['ceiling_exceeded', { id: 'ceiling' }],
      ['balance_overflow', { id: 'huge' }],
    ],
    apart: [
      ...ONE_STATE,
      ...neighbours('one transfer is approved; postings show their order where transfers are made', [
        'period_closed',
        'account_closed',
        'account_frozen',
        'destination_not_allowed',
        'amount_below_minimum',
        'amount_above_maximum',
        'velocity_exceeded',
        'velocity_count_exceeded',
        'insufficient_funds',
        'below_floor',
        'ceiling_exceeded',
        'balance_overflow',
      ]),
    ],
  },
  {
    kind: 'reject_transfer',
    line: 'reject {id} {key}',
    slots: { id: 'good' },
    given: [...STATES, 'at 02:00', 'lapse expired -> expired'],
    reasons: [
      KEY,
      ['approval_not_found', { id: 'none' }],
      ['approval_approved', { id: 'approved' }],
      ['approval_rejected', { id: 'rejected' }],
      ['approval_expired', { id: 'expired' }],
      ['approval_expired', { id: 'due' }],
    ],
    apart: ONE_STATE,
  },
  {
    kind: 'expire_approval',
    line: 'lapse {id} {key}',
    slots: { id: 'due' },
    given: [...STATES, 'at 02:00', 'lapse expired -> expired'],
    reasons: [
      KEY,
      ['approval_not_found', { id: 'none' }],
      ['approval_approved', { id: 'approved' }],
      ['approval_rejected', { id: 'rejected' }],
      ['approval_expired', { id: 'expired' }],
      ['approval_not_due', { id: 'good' }],
    ],
    apart: ONE_STATE,
  },
]
