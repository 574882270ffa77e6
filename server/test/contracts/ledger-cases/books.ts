/** Business time: transfers that take effect before they are recorded, and books that are closed. */
import { TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const BOOKS_CASES: readonly LedgerCase[] = [
  {
    name: 'a transfer may take effect earlier, and not a microsecond later than it is recorded',
    given: TWO,
    when: [
      'at 01:00',
      'pay 1>2 1.00 EUR eff=00:30 -> ok',
      'at 01:00:05',
      'pay 1>2 1.00 EUR eff=01:00:05.000001 -> effective_at_in_future effective_at',
      'at 01:00:05',
      'pay 1>2 1.00 EUR eff=01:00:05 -> ok',
    ],
    balances: ['1 98.00 EUR 3', '2 2.00 EUR 2'],
  },
  {
    name: 'it may not lie before the earliest time, unless it was posted when it did not',
    given: [
      ...TWO,
      'at 01:00',
      'pay 1>2 1.00 EUR eff=00:30 since=00:30 key=k',
      'pay 1>2 1.00 EUR eff=00:30 id=t',
    ],
    when: [
      'pay 1>2 1.00 EUR eff=00:29:59.999999 since=00:30 -> effective_at_too_early effective_at',
      'pay 1>2 1.00 EUR eff=00:30 since=00:30:01 key=k -> again',
      'pay 1>2 1.00 EUR eff=00:30 since=00:30:01 id=t -> again',
      'pay 1>2 1.00 EUR since=00:30 -> ok',
    ],
    balances: ['1 97.00 EUR 4'],
  },
  {
    name: 'it may take effect before its accounts were opened: business time is the client’s',
    given: TWO,
    when: ['pay 1>2 1.00 EUR eff=00:00 -> ok'],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'nothing takes effect at or before the time through which the books are closed',
    given: TWO,
    when: [
      'at 01:00',
      'books 00:30 -> ok',
      'pay 1>2 1.00 EUR eff=00:29 -> period_closed effective_at',
      'pay 1>2 1.00 EUR eff=00:30 -> period_closed effective_at',
      'pay 1>2 1.00 EUR eff=00:30:00.000001 -> ok',
      'pay 1>2 1.00 EUR -> ok',
    ],
    balances: ['1 98.00 EUR 3'],
  },
  {
    name: 'books close forwards only, through times that have come',
    when: [
      'at 01:00',
      'books 01:00 -> period_not_closable through',
      'at 01:00',
      'books 00:59:59.999999 -> ok',
      'books 00:59:59.999999 -> period_not_closable through',
      'books 00:30 -> period_not_closable through',
      'at 02:00',
      'books 01:30 -> ok',
    ],
  },
  {
    name: 'books closed earlier in the batch are closed',
    given: TWO,
    when: [
      'at 01:00',
      [
        'pay 1>2 1.00 EUR eff=00:10 -> ok',
        'books 00:30 -> ok',
        'pay 1>2 1.00 EUR eff=00:10 -> period_closed effective_at',
        'books 00:40 -> ok',
        'pay 1>2 1.00 EUR eff=00:35 -> period_closed effective_at',
      ],
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'a transfer is the same only if it takes effect at the same time',
    given: TWO,
    when: [
      'at 01:00',
      'pay 1>2 1.00 EUR id=t eff=00:10 -> ok',
      'pay 1>2 1.00 EUR id=t eff=00:10 -> again',
      'pay 1>2 1.00 EUR id=t eff=00:11 -> transfer_id_reused id',
      'pay 1>2 1.00 EUR id=t -> transfer_id_reused id',
      'at 02:00',
      'books 01:30 -> ok',
      'pay 1>2 1.00 EUR id=t eff=00:10 -> again',
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'reversals and captures take effect when they are recorded, whatever is closed',
    given: [...TWO, 'pay 1>2 5.00 EUR id=t', 'hold h 1>2 5.00 EUR'],
    when: ['at 01:00', 'books 00:30 -> ok', 'reverse t -> ok', 'capture h -> ok'],
    balances: ['1 95.00 EUR 4', '2 5.00 EUR 3'],
  },
  {
    name: 'in a group, and in a simulation',
    given: TWO,
    when: [
      'at 01:00',
      'books 00:30 -> ok',
      'group | pay 1>2 1.00 EUR eff=00:40 | pay 1>2 1.00 EUR eff=00:20 -> period_closed items[1].effective_at',
      'simulate pay 1>2 1.00 EUR eff=00:20 -> would period_closed effective_at',
      'simulate pay 1>2 1.00 EUR eff=00:40 -> would ok',
      'simulate pay 1>2 1.00 EUR eff=03:00 -> would effective_at_in_future effective_at',
    ],
    balances: ['1 100.00 EUR 1'],
  },
  {
    name: 'windows slide by the time of recording, so that an earlier effect does not get round them',
    given: [...TWO, 'policy p EUR on=1 hour=10.00'],
    when: [
      'at 05:00',
      'pay 1>2 10.00 EUR eff=01:00 -> ok',
      'pay 1>2 0.01 EUR eff=01:00 -> velocity_exceeded postings[0].source',
      'pay 1>2 0.01 EUR -> velocity_exceeded postings[0].source',
    ],
    balances: ['1 90.00 EUR 2'],
  },
]
