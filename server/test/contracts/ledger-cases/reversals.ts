/** Reversals: a transfer undone, whole or in part, never more than once in total. */
import { TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const REVERSAL_CASES: readonly LedgerCase[] = [
  {
    name: 'a transfer is undone, once',
    given: [...TWO, 'pay 1>2 40.00 EUR id=t'],
    when: ['reverse t -> ok', 'reverse t -> reversal_exceeds_original amount'],
    balances: ['1 100.00 EUR 3', '2 0.00 EUR 2'],
  },
  {
    name: 'in parts, to the cent, then the rest, then nothing more',
    given: [...TWO, 'pay 1>2 40.00 EUR id=t'],
    when: [
      'reverse t 10.00 EUR -> ok',
      'reverse t 30.01 EUR -> reversal_exceeds_original amount',
      'reverse t 29.98 EUR -> ok',
      'reverse t 0.03 EUR -> reversal_exceeds_original amount',
      'reverse t -> ok',
      'reverse t 0.01 EUR -> reversal_exceeds_original amount',
      'reverse t -> reversal_exceeds_original amount',
    ],
    balances: ['1 100.00 EUR 5', '2 0.00 EUR 4'],
  },
  {
    name: 'what is not there, or moved nothing, cannot be undone',
    given: [...TWO, 'pay 1>2 40.00 EUR id=t'],
    when: [
      'reverse x -> transfer_not_found transfer_id',
      'pay 2>1 99.00 EUR id=u -> insufficient_funds postings[0].source',
      'reverse u -> transfer_not_posted transfer_id',
    ],
  },
  {
    name: 'a reversal is not undone: that is a new transfer',
    given: [...TWO, 'pay 1>2 40.00 EUR id=t', 'reverse t 10.00 EUR id=r'],
    when: [
      'reverse r -> reversal_of_reversal transfer_id',
      'reverse r posting=7 -> reversal_of_reversal transfer_id',
      'pay 1>2 10.00 EUR -> ok',
      'reverse t -> ok',
    ],
    balances: ['1 90.00 EUR 5', '2 10.00 EUR 4'],
  },
  {
    name: 'one posting of several, and then all that is left of the others',
    given: ['open 1 EUR 100.00', 'open 2 EUR', 'open 3 EUR', 'pay 1>2 10.00 EUR, 1>3 20.00 EUR id=t'],
    when: [
      'reverse t posting=2 -> posting_not_found posting',
      'reverse t 1.00 EUR -> posting_not_found posting',
      'reverse t 5.00 EUR posting=1 -> ok',
      'reverse t posting=0 -> ok',
      'reverse t posting=0 -> reversal_exceeds_original amount',
      'reverse t 15.01 EUR posting=1 -> reversal_exceeds_original amount',
      'reverse t -> ok',
      'reverse t -> reversal_exceeds_original amount',
    ],
    balances: ['1 100.00 EUR 6', '2 0.00 EUR 2', '3 0.00 EUR 3'],
  },
  {
    name: 'a transfer made earlier in the same batch, and twice',
    given: TWO,
    when: [
      [
        'pay 1>2 40.00 EUR id=t -> ok',
        'reverse t 15.00 EUR -> ok',
        'reverse t 25.01 EUR -> reversal_exceeds_original amount',
        'reverse t 25.00 EUR -> ok',
        'reverse t -> reversal_exceeds_original amount',
      ],
    ],
    balances: ['1 100.00 EUR 4', '2 0.00 EUR 3'],
  },
  {
    name: 'a capture is undone like any transfer; the hold stays as it ended',
    given: [...TWO, 'hold h 1>2 40.00 EUR', 'capture h 30.00 EUR rest id=c'],
    when: ['reverse c 10.00 EUR -> ok', 'reverse c -> ok', 'capture h -> hold_captured hold_id'],
    balances: ['1 100.00 EUR 4', '2 0.00 EUR 3'],
  },
  {
    name: 'an initial balance goes back to where it came from',
    given: ['open 1 EUR 100.00 id=o'],
    when: ['reverse o 60.00 EUR -> ok'],
    balances: ['1 40.00 EUR 2', '@EUR -40.00 EUR 2'],
  },
  {
    name: 'whoever has spent the money cannot give it back',
    given: [...TWO, 'open 3 EUR', 'pay 1>2 40.00 EUR id=t', 'pay 2>3 10.00 EUR'],
    when: [
      'reverse t -> insufficient_funds postings[0].source',
      'reverse t 30.00 EUR -> ok',
      'hold h 3>2 10.00 EUR -> ok',
      'reverse t -> insufficient_funds postings[0].source',
      'capture h -> ok',
      'reverse t -> ok',
    ],
    balances: ['1 100.00 EUR 4', '2 0.00 EUR 5', '3 0.00 EUR 2'],
  },
  {
    name: 'a chain is undone as a whole, for floors are checked on what all postings leave',
    given: [...TWO, 'open 3 EUR', 'pay 1>2 40.00 EUR, 2>3 40.00 EUR id=t'],
    when: ['reverse t posting=0 -> insufficient_funds postings[0].source', 'reverse t -> ok'],
    balances: ['1 100.00 EUR 3', '2 0.00 EUR 4', '3 0.00 EUR 2'],
  },
  {
    name: 'an exchange in two currencies is undone in both',
    given: [
      'open 1 EUR 10.00',
      'open 2 USD',
      'open 3 EUR',
      'open 4 USD 11.00',
      'pay 1>3 10.00 EUR, 4>2 11.00 USD id=t',
    ],
    when: ['reverse t 5.00 USD posting=1 -> ok', 'reverse t -> ok'],
    balances: ['1 10.00 EUR 3', '2 0.00 USD 3', '3 0.00 EUR 2', '4 11.00 USD 4'],
  },
  {
    name: 'a reversal is remembered under its key',
    given: [...TWO, 'pay 1>2 40.00 EUR id=t'],
    when: [
      'reverse t 30.00 EUR key=k -> ok',
      'reverse t 30.00 EUR key=k -> again',
      'reverse t 30.00 EUR key=l -> reversal_exceeds_original amount',
      'reverse t 30.00 EUR key=l -> reversal_exceeds_original amount again',
      'pay 1>2 40.00 EUR id=t -> again',
    ],
    balances: ['1 90.00 EUR 3', '2 10.00 EUR 2'],
  },
  {
    name: 'what was paid through a fee is given back with it, or without it',
    given: [
      'open 1 EUR 100.00',
      'open 2 EUR',
      'open 9 EUR',
      'policy p EUR on=1 fee=9:1.00',
      'pay 1>2 10.00 EUR id=t',
      'pay 1>2 10.00 EUR id=u',
      'pay 1>2 10.00 EUR id=v',
    ],
    when: [
      'reverse t -> ok',
      'reverse u 10.00 EUR -> ok',
      'reverse u 0.01 EUR -> reversal_exceeds_original amount',
      'reverse u posting=1 -> ok',
      'reverse v posting=0 -> ok',
    ],
    balances: ['1 99.00 EUR 12', '2 0.00 EUR 6', '9 1.00 EUR 5'],
  },
]
