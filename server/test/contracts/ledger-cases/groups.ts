/** Groups: transfers that happen together or not at all. And simulations, which never happen. */
import { TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const GROUP_CASES: readonly LedgerCase[] = [
  {
    name: 'a group is posted in order, each item seeing what those before it did',
    given: [...TWO, 'open 3 EUR'],
    when: ['group | pay 1>2 60.00 EUR | pay 2>3 60.00 EUR | pay 3>1 10.00 EUR -> ok'],
    balances: ['1 50.00 EUR 3', '2 0.00 EUR 2', '3 50.00 EUR 2'],
  },
  {
    name: 'the third of four fails: nothing is left of the group but the record of that one',
    given: [...TWO, 'open 3 EUR'],
    when: [
      'group | pay 1>2 60.00 EUR id=a | pay 2>3 60.00 EUR id=b | pay 1>2 40.01 EUR id=c | pay 3>1 1.00 EUR id=d -> insufficient_funds items[2].postings[0].source',
      'pay 1>2 40.01 EUR id=c -> insufficient_funds postings[0].source again',
      'reverse a -> transfer_not_found transfer_id',
      'pay 1>2 60.00 EUR id=a -> ok',
      'pay 2>3 60.00 EUR id=b -> ok',
    ],
    balances: ['1 40.00 EUR 2', '2 0.00 EUR 2', '3 60.00 EUR 1'],
  },
  {
    name: 'what fails in a group does not touch what the batch did before and does after it',
    given: [...TWO, 'open 3 EUR'],
    when: [
      [
        'pay 1>2 50.00 EUR -> ok',
        'group | pay 2>3 50.00 EUR | pay 3>1 51.00 EUR -> insufficient_funds items[1].postings[0].source',
        'pay 2>3 20.00 EUR -> ok',
        'group | pay 3>1 20.00 EUR | pay 2>1 30.00 EUR -> ok',
      ],
    ],
    balances: ['1 100.00 EUR 4', '2 0.00 EUR 3', '3 0.00 EUR 2'],
  },
  {
    name: 'a group is remembered under its key, whether it was posted or refused',
    given: [...TWO, 'open 3 EUR'],
    when: [
      'group key=k | pay 1>2 60.00 EUR | pay 2>3 10.00 EUR -> ok',
      'group key=k | pay 1>2 60.00 EUR | pay 2>3 10.00 EUR -> again',
      'group key=l | pay 1>2 60.00 EUR | pay 2>3 10.00 EUR -> insufficient_funds items[0].postings[0].source',
      'pay 2>1 50.00 EUR -> ok',
      'group key=l | pay 1>2 60.00 EUR | pay 2>3 10.00 EUR -> insufficient_funds items[0].postings[0].source again',
      'group key=k | pay 1>2 60.00 EUR -> idempotency_key_reused',
    ],
    balances: ['1 90.00 EUR 3', '2 0.00 EUR 3', '3 10.00 EUR 1'],
  },
  {
    name: 'keys inside a group: what was done is not done again, and what is undone may be done later',
    given: [...TWO, 'open 3 EUR', 'pay 1>2 10.00 EUR key=a'],
    when: [
      'group | pay 1>2 10.00 EUR key=a | pay 2>3 10.00 EUR key=b -> ok',
      'pay 2>3 10.00 EUR key=b -> again',
      'group | pay 1>2 5.00 EUR key=c | pay 2>3 99.00 EUR key=d -> insufficient_funds items[1].postings[0].source',
      'pay 1>2 5.00 EUR key=c -> ok',
      'pay 1>2 1.00 EUR key=d -> ok',
      'group | pay 1>2 1.00 EUR | pay 1>2 9.00 EUR key=c -> idempotency_key_reused items[1]',
      'group | pay 1>2 1.00 EUR key=e | pay 1>2 1.00 EUR key=e -> ok',
      'group | pay 1>2 1.00 EUR key=f | pay 1>2 2.00 EUR key=f -> idempotency_key_reused items[1]',
    ],
    balances: ['1 83.00 EUR 5', '2 7.00 EUR 5', '3 10.00 EUR 1'],
  },
  {
    name: 'an item that was refused before refuses the group, and is not recorded again',
    given: TWO,
    when: [
      'pay 2>1 1.00 EUR key=k -> insufficient_funds postings[0].source',
      'group | pay 1>2 5.00 EUR | pay 2>1 1.00 EUR key=k -> insufficient_funds items[1].postings[0].source',
    ],
    balances: ['1 100.00 EUR 1'],
  },
  {
    name: 'ids inside a group: the same transfer is answered as before, another is refused',
    given: [...TWO, 'pay 1>2 1.00 EUR id=t'],
    when: [
      'group | pay 1>2 1.00 EUR id=t | pay 1>2 2.00 EUR id=u -> ok',
      'group | pay 1>2 2.00 EUR id=v | pay 1>2 2.00 EUR id=t -> transfer_id_reused items[1].id',
      'pay 1>2 3.00 EUR id=v -> ok',
      'pay 2>1 99.00 EUR id=w -> insufficient_funds postings[0].source',
      'group | pay 1>2 4.00 EUR | pay 2>1 99.00 EUR id=w -> insufficient_funds items[1].postings[0].source',
    ],
    balances: ['1 94.00 EUR 4', '2 6.00 EUR 3'],
  },
  {
    name: 'one transfer may be a group',
    given: TWO,
    when: [
      'group | pay 1>2 1.00 EUR -> ok',
      'group | pay 9>2 1.00 EUR -> account_not_found items[0].postings[0].source',
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'policies, fees and windows rule a group as they rule its transfers, and are given back with it',
    given: [...TWO, 'open 9 EUR', 'policy p EUR on=1 day=/2 fee=9:1.00'],
    when: [
      'group | pay 1>2 1.00 EUR | pay 1>2 1.00 EUR | pay 1>2 1.00 EUR -> velocity_count_exceeded items[2].postings[0].source',
      'group | pay 1>2 1.00 EUR | pay 1>2 1.00 EUR -> ok',
      'pay 1>2 1.00 EUR -> velocity_count_exceeded postings[0].source',
    ],
    balances: ['1 96.00 EUR 5', '2 2.00 EUR 2', '9 2.00 EUR 2'],
  },
]

/** The cases. */
export const SIMULATION_CASES: readonly LedgerCase[] = [
  {
    name: 'a simulation answers as the transfer would, and nothing of it stays',
    given: TWO,
    when: [
      'simulate pay 1>2 100.00 EUR -> would ok',
      'simulate pay 1>2 100.01 EUR -> would insufficient_funds postings[0].source',
      'pay 1>2 100.00 EUR -> ok',
      'simulate pay 1>2 0.01 EUR -> would insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 100.00 EUR 1'],
  },
  {
    name: 'within a batch it sees what was done before it, and nobody sees what it did',
    given: TWO,
    when: [
      [
        'simulate pay 1>2 100.00 EUR -> would ok',
        'pay 1>2 60.00 EUR -> ok',
        'simulate pay 1>2 60.00 EUR -> would insufficient_funds postings[0].source',
        'simulate pay 2>1 60.00 EUR id=t -> would ok',
        'pay 2>1 10.00 EUR id=t -> ok',
        'simulate pay 2>1 10.00 EUR id=t -> would again',
        'simulate pay 2>1 11.00 EUR id=t -> would transfer_id_reused id',
      ],
    ],
    balances: ['1 50.00 EUR 3', '2 50.00 EUR 2'],
  },
  {
    name: 'fees, balancing amounts and windows are simulated too, and used up by none',
    given: [...TWO, 'open 9 EUR', 'policy p EUR on=1 day=50.00/1 fee=9:1.00'],
    when: [
      'simulate pay 1>2 max:30.00 EUR -> would ok',
      'simulate pay 1>2 50.00 EUR -> would velocity_exceeded postings[0].source',
      'simulate pay 1>2 49.00 EUR -> would ok',
      'pay 1>2 49.00 EUR -> ok',
      'simulate pay 1>2 1.00 EUR -> would velocity_exceeded postings[0].source',
    ],
    balances: ['1 50.00 EUR 3', '2 49.00 EUR 1', '9 1.00 EUR 1'],
  },
]
