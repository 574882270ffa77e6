/** Users: who they are, and that an address is one user’s. */
import type { LedgerCase } from './ledger-case.ts'

/** The cases. */
export const USER_CASES: readonly LedgerCase[] = [
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
  {
    name: 'who a user is can be erased, once; the address is free then, and nothing else changes any more',
    given: ['user ann name=Ann email=a@x.org m:tier=gold', 'open 1 EUR 5.00 owner=ann', 'open 2 EUR'],
    when: [
      'erase zoe -> user_not_found id',
      'edit ann if=1 name=Anna -> ok',
      ['erase ann -> ok', 'user bob email=A@x.org -> ok'],
      'erase ann -> ok',
      'edit ann name=Ann -> user_erased id',
      'edit ann if=2 email=ann@x.org -> version_mismatch If-Match',
      'edit ann if=3 email=ann@x.org -> user_erased id',
      'pay 1>2 5.00 EUR -> ok',
    ],
    balances: ['1 0.00 EUR 2', '2 5.00 EUR 1'],
  },
  {
    name: 'what was answered about who was erased is answered again without them',
    given: ['user ann name=Ann email=a@x.org key=a', 'edit ann name=Anna key=b', 'user bob name=Bob key=c'],
    when: [
      'erase ann key=d -> ok',
      'user ann name=Ann email=a@x.org key=a -> again',
      'edit ann name=Anna key=b -> again',
      'user bob name=Bob key=c -> again',
      'erase ann key=d -> again',
      [
        'user eve name=Eve email=e@x.org key=e -> ok',
        'erase eve -> ok',
        'user eve name=Eve email=e@x.org key=e -> again',
      ],
    ],
  },
  {
    name: 'who was erased has no password, no session and no role but that of a user, and gets none any more',
    given: ['user ann email=a@x.org', 'roles ann auditor', 'password ann p', 'login ann s p'],
    when: [
      'erase ann if=user -> roles_changed roles',
      'erase ann if=auditor -> ok',
      'refresh ann s 1 -> session_not_found session_id',
      'login ann t p -> password_changed password',
      'password ann p -> user_erased id',
      'roles ann auditor -> user_erased id',
      'roles ann auditor if=auditor -> roles_changed roles',
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
