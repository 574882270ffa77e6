/** Accounts: opened, set, closed. */
import { MAX, TWO, type LedgerCase } from './ledger-case.ts'

/** The cases. */
export const ACCOUNT_CASES: readonly LedgerCase[] = [
  {
    name: 'an account is opened once, with or without a balance',
    when: [
      'open 1 EUR -> ok',
      'open 2 EUR 100.00 -> ok',
      'open 1 EUR 5.00 -> account_exists id',
      'open 2 USD -> account_exists id',
    ],
    balances: ['1 0.00 EUR 0', '2 100.00 EUR 1'],
  },
  {
    name: 'the largest account id is 2^63 - 1',
    when: [
      'open 9223372036854775807 EUR 1.00 -> ok',
      'open 1 EUR -> ok',
      'pay 9223372036854775807>1 1.00 EUR -> ok',
    ],
    balances: ['9223372036854775807 0.00 EUR 2', '1 1.00 EUR 1'],
  },
  {
    name: 'an owner must be there',
    given: ['user ann'],
    when: ['open 1 EUR owner=bob -> user_not_found user_id', 'open 1 EUR owner=ann -> ok'],
  },
  {
    name: 'a user made earlier in the batch owns an account opened later in it',
    when: [
      ['user ann -> ok', 'open 1 EUR 5.00 owner=ann -> ok', 'open 2 EUR owner=bob -> user_not_found user_id'],
    ],
    balances: ['1 5.00 EUR 1'],
  },
  {
    name: 'opening refuses in order: owner, currency, account, size',
    given: ['open 1 EUR 1.00', `open 2 JPY ${MAX}`],
    when: [
      'open 1 EUR/3 owner=zoe -> user_not_found user_id',
      'open 1 EUR/3 -> currency_exists currency',
      `open 1 JPY ${MAX} -> account_exists id`,
      'open 3 JPY 1 -> balance_overflow initial_balance',
      'open 3 JPY -> ok',
    ],
    balances: [`2 ${MAX} JPY 1`, '3 0 JPY 0'],
  },
  {
    name: 'a refused opening opens nothing, not even the currency',
    when: ['open 1 EUR owner=zoe -> user_not_found user_id', 'currency EUR 2 -> ok', 'open 1 EUR -> ok'],
  },
  {
    name: 'settings change; a missing account has none',
    given: ['open 1 EUR 10.00 m:a=1'],
    when: ['set 2 limit=5 -> account_not_found id', 'set 1 limit=5 -> ok', 'set 1 m:a=2 m:b=3 -> ok'],
    balances: ['1 10.00 EUR 1'],
  },
  {
    name: 'an account version counts settings, not transfers',
    given: [...TWO, 'pay 1>2 1.00 EUR'],
    when: [
      'set 1 limit=1 if=2 -> version_mismatch If-Match',
      'set 1 limit=1 if=1 -> ok',
      ['set 1 limit=2 if=2 -> ok', 'set 1 limit=3 if=2 -> version_mismatch If-Match', 'set 1 m:a=b -> ok'],
      'set 1 limit=3 if=4 -> ok',
    ],
  },
  {
    name: 'a credit limit in use cannot be taken away, to the cent',
    given: ['open 1 EUR 0 limit=50.00', 'open 2 EUR', 'pay 1>2 30.00 EUR'],
    when: [
      'set 1 limit=29.99 -> credit_limit_in_use credit_limit',
      'set 1 limit=30.00 -> ok',
      'set 1 limit=0 -> credit_limit_in_use credit_limit',
    ],
    balances: ['1 -30.00 EUR 1'],
  },
  {
    name: 'changing settings refuses in order: account, version, system account, limit in use',
    given: ['open 1 EUR 0 limit=5.00', 'open 2 EUR', 'pay 1>2 5.00 EUR', 'open 3 EUR 1.00'],
    when: [
      'set 9 limit=0 if=9 -> account_not_found id',
      'set 1 limit=0 if=9 -> version_mismatch If-Match',
      'set 1 limit=0 if=1 -> credit_limit_in_use credit_limit',
      'set @EUR limit=0 if=9 -> version_mismatch If-Match',
      'set @EUR limit=0 if=1 -> system_account id',
    ],
  },
  {
    name: 'settings and balance of one account in one batch, both ways round',
    given: TWO,
    when: [
      [
        'set 1 limit=50 -> ok',
        'pay 1>2 150.00 EUR -> ok',
        'set 1 limit=49.99 -> credit_limit_in_use credit_limit',
      ],
      [
        'pay 2>1 100.00 EUR -> ok',
        'set 1 limit=0 m:a=b -> ok',
        'pay 1>2 50.01 EUR -> insufficient_funds postings[0].source',
      ],
      [
        'set 1 m:a=c -> ok',
        'pay 1>2 20.00 EUR -> ok',
        'set 1 m:a=d -> ok',
        'pay 1>2 30.00 EUR -> ok',
        'set 1 m:a=e -> ok',
      ],
    ],
    balances: ['1 0.00 EUR 5', '2 100.00 EUR 4'],
  },
  {
    name: 'an account opened, used and set in one batch',
    given: ['open 2 EUR'],
    when: [['open 1 EUR 5.00 -> ok', 'set 1 limit=1 -> ok', 'pay 1>2 6.00 EUR -> ok', 'set 1 m:a=b -> ok']],
    balances: ['1 -1.00 EUR 2', '2 6.00 EUR 1'],
  },
  {
    name: 'an empty account is closed for good, and then nothing moves on it',
    given: [...TWO, 'open 3 EUR 10.00', 'pay 1>2 100.00 EUR id=t'],
    when: [
      'close 1 -> ok',
      'close 1 -> account_closed id',
      'pay 1>2 1.00 EUR -> account_closed postings[0].source',
      'pay 2>1 1.00 EUR -> account_closed postings[0].destination',
      'pay 2>3 1.00 EUR, 3>1 1.00 EUR -> account_closed postings[1].destination',
      'pay 1>2 all EUR -> account_closed postings[0].source',
      'hold h 1>2 1.00 EUR -> account_closed source',
      'hold h 2>1 1.00 EUR -> account_closed destination',
      'reverse t -> account_closed postings[0].destination',
      'open 1 EUR -> account_exists id',
      'close 9 -> account_not_found id',
    ],
    balances: ['1 0.00 EUR 2', '2 100.00 EUR 1'],
  },
  {
    name: 'closing sweeps the rest to another account, all of it, without a fee',
    given: [...TWO, 'open 9 EUR', 'policy p EUR on=1 fee=9:1.00 max=5.00 hour=5.00/1'],
    when: [
      'close 1 -> balance_not_zero id',
      'close 1 to=2 id=s -> ok',
      'reverse s -> account_closed postings[0].destination',
    ],
    balances: ['1 0.00 EUR 2', '2 100.00 EUR 1', '9 0.00 EUR 0'],
  },
  {
    name: 'a sweep goes where money can go',
    given: [...TWO, 'open 3 USD', 'open 4 EUR', 'open 5 EUR', 'close 4', 'policy p EUR on=5 ceiling=99.99'],
    when: [
      'close 1 to=9 -> account_not_found sweep_to',
      'close 1 to=1 -> same_account sweep_to',
      'close 1 to=3 -> currency_mismatch sweep_to',
      'close 1 to=4 -> account_closed sweep_to',
      'close 1 to=5 -> ceiling_exceeded sweep_to',
      'policy q EUR on=1 floor=10.00 -> ok',
      'close 1 to=2 -> below_floor id',
      'repolicy q EUR freeze=debits -> ok',
      'close 1 to=2 -> account_frozen id',
      'unpolicy q -> ok',
      'close 1 to=@EUR -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 0', '@EUR 0.00 EUR 2'],
  },
  {
    name: 'an account with open holds, on it or to it, is not closed',
    given: [...TWO, 'hold h 1>2 100.00 EUR'],
    when: [
      'close 1 to=2 -> holds_open id',
      'close 2 -> holds_open id',
      'release h -> ok',
      'close 2 -> ok',
      'close 1 to=@EUR -> ok',
    ],
    balances: ['1 0.00 EUR 2'],
  },
  {
    name: 'a debt is not swept away',
    given: ['open 1 EUR 0 limit=5.00', 'open 2 EUR', 'pay 1>2 5.00 EUR'],
    when: [
      'close 1 -> balance_not_zero id',
      'close 1 to=2 -> balance_not_zero id',
      'pay 2>1 5.00 EUR -> ok',
      'close 1 to=2 -> ok',
    ],
    balances: ['1 0.00 EUR 2'],
  },
  {
    name: 'closing refuses in order: account, version, system account, closed, holds, balance',
    given: [...TWO, 'hold h 1>2 1.00 EUR', 'open 3 EUR', 'close 3'],
    when: [
      'close 9 if=9 -> account_not_found id',
      'close @EUR if=9 -> version_mismatch If-Match',
      'close @EUR if=1 -> system_account id',
      'close 3 if=9 -> version_mismatch If-Match',
      'close 3 if=2 -> account_closed id',
      'close 1 if=9 -> version_mismatch If-Match',
      'close 1 if=1 -> holds_open id',
      'release h -> ok',
      'close 1 if=1 -> balance_not_zero id',
      'close 1 if=1 to=2 -> ok',
    ],
  },
  {
    name: 'closed, used and swept in one batch, and remembered under its key',
    given: TWO,
    when: [
      [
        'pay 1>2 40.00 EUR -> ok',
        'close 1 to=2 key=k -> ok',
        'pay 2>1 1.00 EUR -> account_closed postings[0].destination',
        'close 1 to=2 key=k -> again',
        'open 3 EUR 1.00 -> ok',
        'close 3 to=2 -> ok',
      ],
      'close 1 to=2 key=k -> again',
      'close 1 key=l -> account_closed id',
      'close 1 key=l -> account_closed id again',
    ],
    balances: ['1 0.00 EUR 3', '2 101.00 EUR 3', '3 0.00 EUR 2'],
  },
]
