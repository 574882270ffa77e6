/** Whatever someone changes by hand in the audit log, or of persons who were erased, verify finds it. */
import { createTestIds } from '../ids.ts'
import { toCommand } from '../shorthand.ts'
import { findsTampers, type Tamper } from './verify-tampers.ts'

const LEDGER = [
  'user ann name=Ann email=a@x.org from=10.0.0.1',
  'open 1 EUR 100.00 owner=ann from=10.0.0.1',
  'open 2 EUR from=10.0.0.2 with=session:1',
  'set 2 limit=5 from=10.0.0.2',
  'pay 1>2 10.00 EUR id=t from=10.0.0.3 by=key:1',
  'erase ann from=10.0.0.1',
  'attempt scope_missing 3 by=key:1 op=createUser target=user:1',
]

const replaced = (what: string, by: string): string =>
  `update florin.journal_pages set audit = replace(audit, '${what}', '${by}') where audit like '%${what}%'`

const tampers: Tamper[] = [
  ['from where something came', replaced('10.0.0.3', '10.0.0.9'), ['roots', /^page 5$/]],
  ['what something was before', replaced('"0.00"', '"9.00"'), ['roots', /^page 4$/]],
  [
    'all origins of a page',
    `update florin.journal_pages set audit = '{"befores":[],"origins":[],"requests":[]}' where number = 5`,
    ['roots', /^page 5$/],
    ['audit', /^page 5$/],
  ],
  [
    'a line of origins that is none',
    `update florin.journal_pages set audit = '[]' where number = 5`,
    ['audit', /^page 5$/],
  ],
  [
    'a line of origins that is not canonical',
    `update florin.journal_pages set audit = replace(audit, ',', ', ') where number = 5`,
    ['audit', /^page 5$/],
  ],
  ['origins of facts that the page has not', replaced('[[0,1,0', '[[7,1,0'), ['audit', /^page [1-7]$/]],
  [
    'origins taken away, as if the page were older than the audit log',
    `update florin.journal_pages set audit = null where number = 5`,
    ['roots', /^page 5$/],
    ['audit', /^page 5$/],
  ],
  [
    'origins that are made a fact',
    `update florin.journal_pages set facts = facts || E'\\n' || audit, audit = null where number = 5`,
    ['facts', /^page 5, fact 1$/],
  ],
  [
    'who was refused',
    `update florin.journal_pages set facts = replace(facts, '"key:1"', '"key:2"') where number = 7`,
    ['roots', /^page 7$/],
    ['audit', /^page 7$/],
  ],
  ['a mark that is lost', `delete from florin.audit_marks where kind = 'refused'`, ['audit', /^page 7$/]],
  [
    'a mark of another',
    `update florin.audit_marks set value = 'key:2' where kind = 'principal' and page = 5`,
    ['audit', /^page 5$/],
  ],
  [
    'a mark at another page',
    `update florin.audit_marks set page = 3 where kind = 'operation' and value = 'set'`,
    ['audit', /^page 3$/],
    ['audit', /^page 4$/],
  ],
  [
    'a mark of a page that there is not',
    `insert into florin.audit_marks values ('type', 'user.created', 99)`,
    ['audit', /^page 99$/],
  ],
  ['that somebody was erased', `update florin.users set erased_at = null`, ['users', /^user 0/]],
  [
    'when somebody was erased',
    `update florin.users set erased_at = erased_at + interval '1 second'`,
    ['users', /^user 0/],
  ],
  [
    'who somebody was, brought back',
    `update florin.user_profiles set name = 'Ann'`,
    ['derived', /^profile of user 0/],
  ],
]

findsTampers({
  async post(store, clock) {
    const ids = createTestIds()
    for (const line of LEDGER) {
      clock.turn(1_000_000)
      const [outcome] = await store.post([toCommand(line, ids)])
      if (outcome?.kind !== 'accepted') throw new Error(`${line}: ${JSON.stringify(outcome)}`)
    }
  },
  examined: {
    pages: 7,
    roots: 7,
    hashes: 7,
    // The currency, its external account and the initial balance come with the first account.
    facts: 10,
    currencies: 1,
    users: 1,
    accounts: 3,
    balances: 3,
    transfers: 2,
    entries: 4,
    holds: 0,
    reversals: 0,
    policies: 0,
    quotes: 0,
    approvals: 0,
    books: 1,
    sums: 3,
    access: 0,
    logins: 0,
    audit: 7,
    zero: 1,
    derived: 1,
  },
  tampers,
})
