/** Repeats: the same key or id is answered once more and moves nothing. */
import { MAX, TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const REPEAT_CASES: readonly LedgerCase[] = [
  {
    name: 'the same key and body is answered as before, and moves nothing',
    given: TWO,
    when: [
      'pay 1>2 1.00 EUR key=k -> ok',
      'pay 1>2 1.00 EUR key=k -> again',
      'pay 1>2 1.00 EUR key=l -> ok',
      'pay 1>2 1.00 EUR -> ok',
    ],
    balances: ['1 97.00 EUR 4', '2 3.00 EUR 3'],
  },
  {
    name: 'the same key with another body is refused, before anything else about it',
    given: TWO,
    when: [
      'pay 1>2 1.00 EUR key=k -> ok',
      'pay 1>2 2.00 EUR key=k -> idempotency_key_reused',
      'pay 9>9 1.00 USD key=k -> idempotency_key_reused',
      'user ann key=k -> idempotency_key_reused',
      'pay 1>2 1.00 EUR key=k -> again',
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'a key is the principal’s own',
    given: TWO,
    when: [
      'pay 1>2 1.00 EUR key=k by=ann -> ok',
      'pay 1>2 1.00 EUR key=k by=bob -> ok',
      'pay 1>2 2.00 EUR key=k by=cid -> ok',
      'pay 1>2 1.00 EUR key=k by=bob -> again',
    ],
    balances: ['1 96.00 EUR 4'],
  },
  {
    name: 'a refusal is remembered too, though the money came meanwhile',
    given: ['open 1 EUR', 'open 2 EUR 5.00'],
    when: [
      'pay 1>2 1.00 EUR key=k -> insufficient_funds postings[0].source',
      'pay 2>1 5.00 EUR -> ok',
      'pay 1>2 1.00 EUR key=k -> insufficient_funds postings[0].source again',
      'pay 1>2 1.00 EUR key=l -> ok',
    ],
    balances: ['1 4.00 EUR 2', '2 1.00 EUR 3'],
  },
  {
    name: 'repeats within one batch: acceptance, refusal, other body',
    given: TWO,
    when: [
      [
        'pay 1>2 60.00 EUR key=k -> ok',
        'pay 1>2 60.00 EUR key=k -> again',
        'pay 1>2 60.00 EUR key=l -> insufficient_funds postings[0].source',
        'pay 1>2 60.00 EUR key=l -> insufficient_funds postings[0].source again',
        'pay 1>2 61.00 EUR key=l -> idempotency_key_reused',
      ],
      ['pay 1>2 60.00 EUR key=k -> again', 'pay 1>2 60.00 EUR key=k -> again'],
    ],
    balances: ['1 40.00 EUR 2'],
  },
  {
    name: 'a batch of nothing but repeats writes nothing',
    given: [...TWO, 'pay 1>2 1.00 EUR key=k id=t'],
    when: [
      [
        'pay 1>2 1.00 EUR key=k id=t -> again',
        'pay 1>2 1.00 EUR id=t -> again',
        'pay 1>2 2.00 EUR key=k -> idempotency_key_reused',
      ],
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'the same transfer id and content is answered as before',
    given: TWO,
    when: [
      'pay 1>2 1.00 EUR id=t ref=a m:x=1 m:y=2 -> ok',
      'pay 1>2 1.00 EUR id=t ref=a m:y=2 m:x=1 -> again',
      [
        'pay 1>2 1.00 EUR id=t ref=a m:x=1 m:y=2 -> again',
        'pay 1>2 1.00 EUR id=u -> ok',
        'pay 1>2 1.00 EUR id=u -> again',
      ],
    ],
    balances: ['1 98.00 EUR 3'],
  },
  {
    name: 'the same transfer id with other content is refused, whatever differs',
    given: [...TWO, 'open 3 EUR', 'open 4 USD', 'pay 1>2 1.00 EUR id=t ref=a m:x=1'],
    when: [
      'pay 1>2 1.01 EUR id=t ref=a m:x=1 -> transfer_id_reused id',
      'pay 1>3 1.00 EUR id=t ref=a m:x=1 -> transfer_id_reused id',
      'pay 3>2 1.00 EUR id=t ref=a m:x=1 -> transfer_id_reused id',
      'pay 1>2 1.00 USD id=t ref=a m:x=1 -> transfer_id_reused id',
      'pay 1>2 1.00 EUR id=t ref=b m:x=1 -> transfer_id_reused id',
      'pay 1>2 1.00 EUR id=t m:x=1 -> transfer_id_reused id',
      'pay 1>2 1.00 EUR id=t ref=a m:x=2 -> transfer_id_reused id',
      'pay 1>2 1.00 EUR id=t ref=a -> transfer_id_reused id',
      'pay 1>2 1.00 EUR, 1>2 1.00 EUR id=t ref=a m:x=1 -> transfer_id_reused id',
      ['pay 9>9 1.00 EUR id=t -> transfer_id_reused id', 'pay 1>2 1.00 EUR id=t ref=a m:x=1 -> again'],
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'a refused transfer keeps its id: it stays refused',
    given: ['open 1 EUR', 'open 2 EUR 5.00'],
    when: [
      'pay 1>2 1.00 EUR id=t -> insufficient_funds postings[0].source',
      'pay 2>1 5.00 EUR -> ok',
      'pay 1>2 1.00 EUR id=t -> insufficient_funds postings[0].source again',
      'pay 1>2 2.00 EUR id=t -> transfer_id_reused id',
      [
        'pay 9>1 1.00 EUR id=u -> account_not_found postings[0].source',
        'pay 9>1 1.00 EUR id=u -> account_not_found postings[0].source again',
      ],
    ],
    balances: ['1 5.00 EUR 1'],
  },
  {
    name: 'key and id together: the key speaks first',
    given: [...TWO, 'pay 1>2 1.00 EUR id=t key=k'],
    when: [
      'pay 1>2 1.00 EUR id=t key=l -> again',
      'pay 1>2 1.00 EUR id=t key=l -> again',
      'pay 1>2 2.00 EUR id=t key=m -> transfer_id_reused id',
      'pay 1>2 2.00 EUR id=t key=m -> transfer_id_reused id again',
      'pay 1>2 2.00 EUR id=t key=k -> idempotency_key_reused',
    ],
    balances: ['1 99.00 EUR 2'],
  },
  {
    name: 'commands of every kind are remembered under their keys',
    when: [
      'user ann email=a@x.org m:a=1 key=u1 -> ok',
      'user ann email=a@x.org m:a=1 key=u1 -> again',
      'user ann key=u2 -> user_exists id',
      'user ann key=u2 -> user_exists id again',
      'edit ann name=A if=1 key=u3 -> ok',
      'edit ann name=A if=1 key=u3 -> again',
      'edit ann name=B if=1 key=u4 -> version_mismatch If-Match',
      'edit ann name=B if=1 key=u4 -> version_mismatch If-Match again',
      'currency GEM 3 key=c1 -> ok',
      'currency GEM 3 key=c1 -> again',
      'currency GEM 3 key=c2 -> currency_exists code',
      'currency GEM 3 key=c2 -> currency_exists code again',
      `open 1 JPY ${MAX} limit=${MAX} m:a=1 key=a1 owner=ann -> ok`,
      'pay 1>@JPY 5 JPY -> ok',
      `open 1 JPY ${MAX} limit=${MAX} m:a=1 key=a1 owner=ann -> again`,
      'open 1 JPY key=a2 -> account_exists id',
      'open 1 JPY key=a2 -> account_exists id again',
      'set 1 JPY limit=7 key=a3 -> ok',
      'set 1 JPY limit=8 -> ok',
      'set 1 JPY limit=7 key=a3 -> again',
      'set 9 limit=7 key=a4 -> account_not_found id',
      'set 9 limit=7 key=a4 -> account_not_found id again',
    ],
  },
  {
    name: 'keys, references and metadata are any text',
    given: TWO,
    when: [
      `pay 1>2 1.00 EUR key=k"{}\\'%;-- ref={"a"NULL}\\n m:ключ=😀"\\ -> ok`,
      `pay 1>2 1.00 EUR key=k"{}\\'%;-- ref={"a"NULL}\\n m:ключ=😀"\\ -> again`,
      'pay 1>2 1.00 EUR key=NULL ref=NULL m:NULL=NULL -> ok',
      'pay 1>2 1.00 EUR key=null ref= m:10=ten m:9=nine m:__proto__=x -> ok',
    ],
    balances: ['1 97.00 EUR 4'],
  },
]
