/**
 * What the ledger does, as a table: given these commands (each accepted, each a batch of its own), when these come (an
 * inner list is one batch), then the outcomes after `->` and the balances below. The words are those of shorthand.ts.
 * The same table runs against the decide functions and every store.
 *
 * Long because it is one table: what the ledger promises is found in one place, and no file says it twice.
 */

/** One row. */
export interface LedgerCase {
  readonly name: string
  readonly given?: readonly string[]
  /** `command -> outcome`: `ok`, `again` (the first answer once more), or a code and its field, with ` again` if replayed. */
  readonly when: readonly (string | readonly string[])[]
  /** `account balance currency entries`, afterwards. */
  readonly balances?: readonly string[]
}

/** 38 digits: the largest amount and balance. */
const MAX = '9'.repeat(38)
const MAX_LESS_1 = `${'9'.repeat(37)}8`
const TWO = ['open 1 EUR 100.00', 'open 2 EUR']

const users: readonly LedgerCase[] = [
  {
    name: 'users are made, once an id',
    when: ['user ann name=Ann email=ann@x.org -> ok', 'user ann -> user_exists id', 'user bob -> ok'],
  },
  {
    name: 'an e-mail address is one user’s, whatever its case',
    given: ['user ann email=Ann@x.org', 'user bob'],
    when: [
      'user cid email=ANN@X.org -> email_taken email',
      'edit bob email=ann@x.org -> email_taken email',
      'edit ann email=ANN@x.org -> ok',
    ],
  },
  {
    name: 'case is that of Unicode, not of ASCII or of the database',
    given: ['user ann email=ÉVA@x.org', 'user eda email=IDA@x.org'],
    when: [
      'user bob email=éva@x.org -> email_taken email',
      'user cid email=ida@x.org -> email_taken email',
      'user dan email=STRASSE@x.org -> ok',
      'user eve email=straße@x.org -> ok',
      'user fay email=İnci@x.org -> ok',
      'user gus email=inci@x.org -> ok',
      'user hal email=ΟΔΟΣ@x.org -> ok',
      'user ivy email=οδος@x.org -> email_taken email',
    ],
  },
  {
    name: 'an address that was given up is free, in the same batch too',
    given: ['user ann email=a@x.org', 'user bob email=b@x.org'],
    when: [
      ['edit ann email=- -> ok', 'user cid email=a@x.org -> ok'],
      ['edit bob email=new@x.org -> ok', 'edit ann email=b@x.org -> ok'],
      'user dan email=a@x.org -> email_taken email',
      'user eve email=b@x.org -> email_taken email',
    ],
  },
  {
    name: 'two users change addresses with each other in one batch',
    given: ['user ann email=a@x.org', 'user bob email=b@x.org'],
    when: [
      ['edit ann email=tmp@x.org -> ok', 'edit bob email=a@x.org -> ok', 'edit ann email=b@x.org -> ok'],
    ],
  },
  {
    name: 'a name and metadata change, an address stays',
    given: ['user ann name=Ann email=a@x.org m:tier=gold'],
    when: [
      'edit ann name=Anna -> ok',
      'edit ann name=- m:tier=silver m:note=x -> ok',
      'user bob email=a@x.org -> email_taken email',
    ],
  },
  {
    name: 'a version that is given must be the present one',
    given: ['user ann'],
    when: [
      'edit ann name=A if=2 -> version_mismatch If-Match',
      'edit ann name=A if=1 -> ok',
      ['edit ann name=B if=2 -> ok', 'edit ann name=C if=2 -> version_mismatch If-Match'],
    ],
  },
  { name: 'nobody changes a user who is not there', when: ['edit ann name=A -> user_not_found id'] },
  {
    name: 'user_not_found is told before version_mismatch, email_taken before version_mismatch',
    given: ['user ann email=a@x.org', 'user bob'],
    when: [
      'edit zoe if=7 email=a@x.org -> user_not_found id',
      'edit bob if=7 email=a@x.org -> email_taken email',
      'user ann email=a@x.org -> user_exists id',
      'user bob email=a@x.org -> user_exists id',
    ],
  },
]

const currencies: readonly LedgerCase[] = [
  {
    name: 'a currency is made once',
    when: ['currency GEM 3 -> ok', 'currency GEM 3 -> currency_exists code', 'open 1 GEM 1.234 -> ok'],
    balances: ['1 1.234 GEM 1'],
  },
  {
    name: 'a currency that an account opened exists',
    given: ['open 1 EUR'],
    when: ['currency EUR 2 -> currency_exists code'],
  },
  {
    name: 'the ledger keeps the scale that it holds',
    given: ['currency GEM 3'],
    when: ['open 1 GEM/5 -> currency_exists currency', 'open 1 GEM -> ok'],
  },
  {
    name: 'two accounts of one batch open one currency',
    when: [['open 1 EUR 1.00 -> ok', 'open 2 EUR 2.00 -> ok', 'currency EUR 2 -> currency_exists code']],
    balances: ['1 1.00 EUR 1', '2 2.00 EUR 1'],
  },
  {
    name: 'every scale from none to 18 digits',
    given: [
      'open 1 JPY 1000',
      'open 2 JPY',
      'open 3 ETH 1.000000000000000001',
      'open 4 ETH',
      'open 5 XXX 0.00000001',
    ],
    when: ['pay 1>2 1 JPY -> ok', 'pay 3>4 0.000000000000000001 ETH -> ok'],
    balances: ['1 999 JPY 2', '2 1 JPY 1', '3 1.000000000000000000 ETH 2', '4 0.000000000000000001 ETH 1'],
  },
]

const accounts: readonly LedgerCase[] = [
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
]

const transfers: readonly LedgerCase[] = [
  {
    name: 'money moves from source to destination',
    given: TWO,
    when: ['pay 1>2 40.00 EUR ref=rent m:order=7 -> ok'],
    balances: ['1 60.00 EUR 2', '2 40.00 EUR 1'],
  },
  {
    name: 'the whole balance may go, and not a cent more',
    given: TWO,
    when: ['pay 1>2 100.01 EUR -> insufficient_funds postings[0].source', 'pay 1>2 100.00 EUR -> ok'],
    balances: ['1 0.00 EUR 2', '2 100.00 EUR 1'],
  },
  {
    name: 'credit reaches to its limit, and not a cent further',
    given: ['open 1 EUR 10.00 limit=5.00', 'open 2 EUR'],
    when: [
      'pay 1>2 15.01 EUR -> insufficient_funds postings[0].source',
      'pay 1>2 15.00 EUR -> ok',
      'pay 1>2 0.01 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 -5.00 EUR 2', '2 15.00 EUR 1'],
  },
  {
    name: 'accounts must be there, source and destination',
    given: TWO,
    when: [
      'pay 9>2 1.00 EUR -> account_not_found postings[0].source',
      'pay 1>9 1.00 EUR -> account_not_found postings[0].destination',
    ],
    balances: ['1 100.00 EUR 1', '2 0.00 EUR 0'],
  },
  {
    name: 'an account does not pay itself',
    given: TWO,
    when: ['pay 1>1 1.00 EUR -> same_account postings[0].destination'],
  },
  {
    name: 'both accounts are in the currency of the posting',
    given: [...TWO, 'open 3 USD 5.00'],
    when: [
      'pay 1>3 1.00 EUR -> currency_mismatch postings[0].destination',
      'pay 3>1 1.00 EUR -> currency_mismatch postings[0].source',
      'pay 1>2 1.00 USD -> currency_mismatch postings[0].source',
    ],
    balances: ['1 100.00 EUR 1', '3 5.00 USD 1'],
  },
  {
    name: 'the code with the lower number is told, even of a later posting',
    given: [...TWO, 'open 3 USD'],
    when: [
      'pay 1>1 1.00 EUR, 9>2 1.00 EUR -> account_not_found postings[1].source',
      'pay 1>3 1.00 EUR, 2>2 1.00 EUR -> same_account postings[1].destination',
      'pay 1>2 500.00 EUR, 1>3 1.00 EUR -> currency_mismatch postings[1].destination',
      'pay 9>9 1.00 USD -> account_not_found postings[0].source',
      'pay 1>1 1.00 USD -> same_account postings[0].destination',
    ],
    balances: ['1 100.00 EUR 1'],
  },
  {
    name: 'short of money is told before too many digits',
    given: [`open 1 JPY ${MAX_LESS_1}`, 'open 2 JPY', 'open 3 JPY 1'],
    when: [
      `pay 2>1 2 JPY -> insufficient_funds postings[0].source`,
      `pay 3>1 1 JPY, 2>3 1 JPY -> insufficient_funds postings[1].source`,
    ],
  },
  {
    name: 'of two wrong postings of one kind the first is told',
    given: TWO,
    when: ['pay 1>2 1.00 EUR, 1>8 1.00 EUR, 9>2 1.00 EUR -> account_not_found postings[1].destination'],
  },
  {
    name: 'one pays many, or nobody',
    given: ['open 1 EUR 10.00', 'open 2 EUR', 'open 3 EUR', 'open 4 EUR'],
    when: [
      'pay 1>2 5.00 EUR, 1>3 5.00 EUR, 1>4 0.01 EUR -> insufficient_funds postings[0].source',
      'pay 1>2 5.00 EUR, 1>3 3.00 EUR, 1>4 2.00 EUR -> ok',
    ],
    balances: ['1 0.00 EUR 4', '2 5.00 EUR 1', '3 3.00 EUR 1', '4 2.00 EUR 1'],
  },
  {
    name: 'many pay one, or nobody',
    given: ['open 1 EUR 5.00', 'open 2 EUR 5.00', 'open 3 EUR'],
    when: [
      'pay 1>3 5.00 EUR, 2>3 5.01 EUR -> insufficient_funds postings[1].source',
      'pay 1>3 5.00 EUR, 2>3 5.00 EUR -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 10.00 EUR 2'],
  },
  {
    name: 'a chain passes money through an empty account',
    given: ['open 1 EUR 5.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      'pay 1>2 5.00 EUR, 2>3 5.00 EUR -> ok',
      'pay 1>2 5.00 EUR, 2>3 5.00 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 5.00 EUR 1'],
  },
  {
    name: 'floors are checked on what all postings leave, in whatever order they stand',
    given: ['open 1 EUR 5.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      'pay 2>3 5.00 EUR, 1>2 5.00 EUR -> ok',
      'pay 2>1 0.01 EUR, 3>2 5.00 EUR, 2>1 5.00 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 5.00 EUR 1'],
  },
  {
    name: 'the same two accounts more than once, and a circle that moves nothing in the end',
    given: ['open 1 EUR 1.00', 'open 2 EUR 1.00', 'open 3 EUR 1.00'],
    when: [
      'pay 1>2 0.50 EUR, 1>2 0.25 EUR, 2>1 0.10 EUR -> ok',
      'pay 1>2 100.00 EUR, 2>3 100.00 EUR, 3>1 100.00 EUR -> ok',
    ],
    balances: ['1 0.35 EUR 6', '2 1.65 EUR 6', '3 1.00 EUR 3'],
  },
  {
    name: 'one transfer in several currencies is an exchange: all or nothing',
    given: ['open 1 EUR 10.00', 'open 2 USD', 'open 3 EUR', 'open 4 USD 11.00'],
    when: [
      'pay 1>3 10.00 EUR, 4>2 11.01 USD -> insufficient_funds postings[1].source',
      'pay 1>3 10.00 EUR, 4>2 11.00 USD -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 11.00 USD 1', '3 10.00 EUR 1', '4 0.00 USD 2'],
  },
  {
    name: 'each transfer of a batch sees what those before it did',
    given: ['open 1 EUR 1.00', 'open 2 EUR', 'open 3 EUR'],
    when: [
      [
        'pay 2>3 1.00 EUR -> insufficient_funds postings[0].source',
        'pay 1>2 1.00 EUR -> ok',
        'pay 2>3 1.00 EUR -> ok',
        'pay 2>3 1.00 EUR -> insufficient_funds postings[0].source',
      ],
    ],
    balances: ['1 0.00 EUR 2', '2 0.00 EUR 2', '3 1.00 EUR 1'],
  },
  {
    name: 'a balance has 38 digits, and not one unit more',
    given: [`open 1 JPY ${MAX_LESS_1}`, 'open 2 JPY 1'],
    when: [
      'pay 2>1 1 JPY -> ok',
      'pay @JPY>1 1 JPY -> balance_overflow postings[0].source',
      `pay 1>2 ${MAX} JPY -> ok`,
      `pay 2>1 ${MAX} JPY -> ok`,
    ],
    balances: [`1 ${MAX} JPY 4`, '2 0 JPY 4', `@JPY -${MAX} JPY 2`],
  },
  {
    name: 'a balance may not leave 38 digits in between either, because each entry shows it',
    given: [`open 1 JPY ${MAX}`, `open 2 JPY 0 limit=${MAX}`, 'open 3 JPY'],
    when: [
      'pay 2>1 1 JPY, 1>3 1 JPY -> balance_overflow postings[0].destination',
      'pay 1>3 1 JPY, 2>1 1 JPY -> ok',
      `pay 2>3 ${MAX_LESS_1} JPY -> ok`,
      'pay 2>3 1 JPY, 1>2 5 JPY -> balance_overflow postings[0].source',
    ],
    balances: [`1 ${MAX} JPY 3`, `2 -${MAX} JPY 2`, `3 ${MAX} JPY 2`],
  },
  {
    name: 'the smallest and the largest credit limit',
    given: [`open 1 JPY 0 limit=${MAX}`, 'open 2 JPY 0 limit=1', 'open 3 JPY'],
    when: [
      `pay 1>3 ${MAX} JPY -> ok`,
      'pay 2>3 1 JPY -> balance_overflow postings[0].destination',
      'pay 2>1 1 JPY -> ok',
    ],
    balances: [`1 -${MAX_LESS_1} JPY 2`, '2 -1 JPY 1', `3 ${MAX} JPY 1`],
  },
  {
    name: 'the external account has no floor, and money may go back to it',
    given: TWO,
    when: [
      'pay @EUR>2 1000.00 EUR -> ok',
      'pay 1>@EUR 100.00 EUR -> ok',
      'pay 1>@EUR 0.01 EUR -> insufficient_funds postings[0].source',
    ],
    balances: ['1 0.00 EUR 2', '2 1000.00 EUR 1', '@EUR -1000.00 EUR 3'],
  },
  {
    name: 'every currency has its own external account, and all sums are zero',
    given: ['open 1 EUR 1.00', 'open 2 USD 2.00', 'open 3 JPY 3', 'open 4 EUR 4.00'],
    when: ['pay @EUR>@USD 1.00 EUR -> currency_mismatch postings[0].destination'],
    balances: ['@EUR -5.00 EUR 2', '@USD -2.00 USD 1', '@JPY -3 JPY 1'],
  },
]

const repeats: readonly LedgerCase[] = [
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

/** The whole table. */
export const LEDGER_CASES: readonly LedgerCase[] = [
  ...users,
  ...currencies,
  ...accounts,
  ...transfers,
  ...repeats,
]
