/** Transfers that wait for a second principal. */
import { TWO, type LedgerCase } from './ledger-case.ts'

/** More than 20 a transfer takes two. */
const RULED: readonly string[] = [...TWO, 'policy p EUR on=1 second=20.00']
const WAITING: readonly string[] = [...RULED, 'at 00:30', 'pay 1>2 30.00 EUR id=t wait=3600 -> pending']

/** The cases. */
export const APPROVAL_CASES: readonly LedgerCase[] = [
  {
    name: 'what takes more than the policy lets one principal take waits, and moves when another approves it',
    given: RULED,
    when: [
      'pay 1>2 20.00 EUR id=s wait=60 -> ok',
      'pay 1>2 20.01 EUR id=t wait=60 ref=rent m:a=b -> pending',
      'approve t by=bob -> ok',
      'approve t by=bob -> approval_approved approval_id',
      'reject t -> approval_approved approval_id',
      'reverse t -> ok',
    ],
    balances: ['1 80.00 EUR 4', '2 20.00 EUR 3'],
  },
  {
    name: 'nobody approves what they asked for',
    given: WAITING,
    when: [
      'approve t -> approver_is_maker approval_id',
      'approve none -> approval_not_found approval_id',
      'reject none -> approval_not_found approval_id',
      'lapse none -> approval_not_found approval_id',
      'approve t by=bob -> ok',
    ],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1'],
  },
  {
    name: 'who asked takes it back, and its id stays taken',
    given: WAITING,
    when: [
      'reject t -> rejected',
      'approve t by=bob -> approval_rejected approval_id',
      'reject t by=bob -> approval_rejected approval_id',
      'lapse t -> approval_rejected approval_id',
      'pay 1>2 30.00 EUR id=t wait=3600 -> rejected again',
      'pay 1>2 1.00 EUR id=t -> transfer_id_reused id',
    ],
    balances: ['1 100.00 EUR 1', '2 0.00 EUR 0'],
  },
  {
    name: 'an approval is decided to the microsecond, swept or not',
    given: WAITING,
    when: [
      'lapse t -> approval_not_due approval_id',
      'at 01:29:59.999999',
      'simulate pay 1>2 30.00 EUR id=t wait=3600 -> would pending again',
      'at 01:30',
      'approve t by=bob -> approval_expired approval_id',
      'reject t -> approval_expired approval_id',
      'lapse t -> expired',
      'lapse t -> approval_expired approval_id',
      'pay 1>2 30.00 EUR id=t wait=3600 -> expired again',
    ],
    balances: ['1 100.00 EUR 1', '2 0.00 EUR 0'],
  },
  {
    name: 'in its last microsecond it can be approved',
    given: WAITING,
    when: ['at 01:29:59.999999', 'approve t by=bob -> ok'],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1'],
  },
  {
    name: 'it is decided anew, and waits on while it is refused',
    given: [...WAITING, 'pay 1>2 20.00 EUR', 'pay 1>2 20.00 EUR', 'pay 1>2 20.00 EUR', 'pay 1>2 20.00 EUR'],
    when: [
      'approve t by=bob key=k -> insufficient_funds postings[0].source',
      'pay 2>1 15.00 EUR -> ok',
      'approve t by=bob key=k -> insufficient_funds postings[0].source again',
      'approve t by=bob key=l -> ok',
      'approve t by=bob key=l -> again',
    ],
    balances: ['1 5.00 EUR 7', '2 95.00 EUR 6'],
  },
  {
    name: 'the rules of the moment decide: all but the one that made it wait',
    given: WAITING,
    when: [
      'repolicy p EUR second=1.00 max=29.99 -> ok',
      'approve t by=bob -> amount_above_maximum postings[0].source',
      'repolicy p EUR second=1.00 freeze=debits -> ok',
      'approve t by=bob -> account_frozen postings[0].source',
      'repolicy p EUR second=1.00 fee=2:0.50 -> ok',
      'approve t by=bob -> ok',
    ],
    balances: ['1 69.50 EUR 3', '2 30.50 EUR 2'],
  },
  {
    name: 'a rule that is taken away lets nothing go that waits already',
    given: [...WAITING, 'unpolicy p'],
    when: ['pay 1>2 30.00 EUR id=t wait=3600 -> pending again', 'pay 1>2 30.00 EUR wait=3600 -> ok'],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1'],
  },
  {
    name: 'what would be refused anyhow does not wait',
    given: RULED,
    when: [
      'pay 1>2 100.01 EUR wait=60 -> insufficient_funds postings[0].source',
      'pay 1>99 30.00 EUR wait=60 -> account_not_found postings[0].destination',
    ],
  },
  {
    name: 'an id that is promised is no other transfer’s, and the same request is told of its approval',
    given: [...WAITING, 'open 3 EUR 100.00'],
    when: [
      'pay 1>2 30.00 EUR id=t wait=3600 -> pending again',
      'pay 1>2 30.00 EUR id=t wait=1 -> pending again',
      'pay 1>2 30.01 EUR id=t wait=3600 -> transfer_id_reused id',
      'pay 3>2 30.00 EUR id=t -> transfer_id_reused id',
      'pay 1>2 30.00 EUR id=t ref=x -> transfer_id_reused id',
      'approve t by=bob -> ok',
      'pay 1>2 30.00 EUR id=t wait=3600 -> again',
    ],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1', '3 100.00 EUR 1'],
  },
  {
    name: 'under an idempotency key the first answer is given again, whatever became of it',
    given: RULED,
    when: [
      [
        'pay 1>2 30.00 EUR id=t wait=60 key=k -> pending',
        'pay 1>2 30.00 EUR id=t wait=60 key=k -> pending again',
      ],
      'approve t by=bob -> ok',
      'pay 1>2 30.00 EUR id=t wait=60 key=k -> pending again',
      'pay 1>2 31.00 EUR id=t wait=60 key=k -> idempotency_key_reused',
      'pay 1>2 30.00 EUR id=u wait=60 -> pending',
      'reject u key=r -> rejected',
      'reject u key=r -> rejected again',
    ],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1'],
  },
  {
    name: 'made, approved and refused in one batch',
    given: RULED,
    when: [
      [
        'pay 1>2 30.00 EUR id=t wait=60 -> pending',
        'approve t -> approver_is_maker approval_id',
        'approve t by=bob -> ok',
        'pay 1>2 25.00 EUR id=u wait=60 -> pending',
        'reject u by=bob -> rejected',
        'pay 1>2 24.00 EUR id=v wait=60 -> pending',
      ],
    ],
    balances: ['1 70.00 EUR 2', '2 30.00 EUR 1'],
  },
  {
    name: 'it takes effect when it is approved, or when it was said to',
    given: [
      ...RULED,
      'at 02:00',
      'pay 1>2 30.00 EUR id=now wait=36000 -> pending',
      'pay 1>2 30.00 EUR id=then eff=01:00 wait=36000 -> pending',
      'pay 1>2 30.00 EUR id=long-ago eff=00:10 wait=36000 -> pending',
      'at 03:00',
      'books 00:30',
    ],
    when: [
      'approve now by=bob -> ok',
      'approve then by=bob -> ok',
      'approve long-ago by=bob -> period_closed effective_at',
    ],
    balances: ['1 40.00 EUR 3', '2 60.00 EUR 2'],
  },
  {
    name: 'amounts that balance are those of the moment; what they come to decides whether they wait',
    given: RULED,
    when: [
      'pay 1>2 max:20.00 EUR wait=60 -> ok',
      'pay 1>2 all EUR id=t wait=60 -> pending',
      'pay 1>2 20.00 EUR -> ok',
      'approve t by=bob -> ok',
    ],
    balances: ['1 0.00 EUR 4', '2 100.00 EUR 3'],
  },
  {
    name: 'several postings count together, and fees do not',
    given: [...TWO, 'open 3 EUR', 'policy p EUR on=1 second=20.00 fee=3:5.00'],
    when: [
      'pay 1>2 10.00 EUR, 1>3 10.00 EUR wait=60 -> ok',
      'pay 1>2 10.00 EUR, 1>3 10.01 EUR wait=60 -> pending',
      'pay 2>3 1.00 EUR, 1>2 20.01 EUR -> approval_required postings[1].source',
    ],
    balances: ['1 75.00 EUR 4', '2 10.00 EUR 1', '3 15.00 EUR 2'],
  },
  {
    name: 'users and currencies have the rule, too; of none at all anything needs two',
    given: ['user ann', 'open 1 EUR 100.00 owner=ann', 'open 2 EUR 100.00', 'policy c EUR second=50.00'],
    when: [
      'pay 2>1 50.01 EUR wait=60 -> pending',
      'policy a EUR on=ann second=0 -> ok',
      'pay 1>2 0.01 EUR wait=60 -> pending',
      'pay 2>1 50.00 EUR wait=60 -> ok',
      'pay @EUR>2 500.00 EUR -> ok',
    ],
  },
  {
    name: 'what cannot wait is refused: transfers where nobody could be told, holds, reversals, conversions, sweeps, groups',
    given: [
      ...RULED,
      'open 3 USD 100.00',
      'open 8 EUR',
      'open 9 USD 100.00',
      'quote q 30.00 EUR 33.00 USD via=8>9 rate=11/10 expires=05:00',
      'pay @EUR>1 30.00 EUR id=in',
    ],
    when: [
      'pay 1>2 30.00 EUR -> approval_required postings[0].source',
      'pay 1>2 30.00 EUR id=f -> approval_required postings[0].source',
      'pay 1>2 30.00 EUR id=f wait=60 -> approval_required postings[0].source again',
      'hold h 1>2 20.01 EUR -> approval_required source',
      'hold h 1>2 20.00 EUR -> ok',
      'reverse in -> approval_required postings[0].source',
      'reverse in 20.00 EUR -> ok',
      'convert q 1>3 -> approval_required postings[0].source',
      'release h -> ok',
      'close 1 to=2 -> approval_required id',
      'group | pay 1>2 20.00 EUR | pay 1>2 30.00 EUR -> approval_required items[1].postings[0].source',
      'simulate pay 1>2 30.00 EUR -> would approval_required postings[0].source',
      'simulate pay 1>2 30.00 EUR wait=60 -> would pending',
    ],
    balances: ['1 110.00 EUR 3', '2 0.00 EUR 0'],
  },
  {
    name: 'in a group, one that waits already is not posted',
    given: WAITING,
    when: [
      'group | pay 1>2 1.00 EUR | pay 1>2 30.00 EUR id=t -> approval_required items[1]',
      'approve t by=bob -> ok',
      'group | pay 1>2 1.00 EUR | pay 1>2 30.00 EUR id=t -> ok',
    ],
    balances: ['1 69.00 EUR 3', '2 31.00 EUR 2'],
  },
  {
    name: 'what a hold reserved before there was the rule is captured',
    given: [...TWO, 'hold h 1>2 50.00 EUR', 'policy p EUR on=1 second=20.00'],
    when: ['capture h -> ok'],
    balances: ['1 50.00 EUR 2', '2 50.00 EUR 1'],
  },
  {
    name: 'velocity counts it when it moves',
    given: [...TWO, 'policy p EUR on=1 second=20.00 day=60.00'],
    when: [
      'pay 1>2 50.00 EUR id=t wait=60 -> pending',
      'pay 1>2 20.00 EUR -> ok',
      'approve t by=bob -> velocity_exceeded postings[0].source',
      'reject t -> rejected',
    ],
    balances: ['1 80.00 EUR 2', '2 20.00 EUR 1'],
  },
]
