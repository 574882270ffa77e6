/** Whatever someone changes by hand in approvals, verify finds it. */
import { createTestIds } from '../ids.ts'
import { toMoment } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import { findsTampers, type Tamper } from './verify-tampers.ts'

const LEDGER = [
  'open 1 EUR 100.00',
  'open 2 EUR',
  'policy p EUR on=1 second=5.00',
  'pay 1>2 10.00 EUR id=waits wait=3600',
  'pay 1>2 11.00 EUR id=given wait=3600',
  'approve given by=bob',
  'pay 1>2 12.00 EUR id=refused wait=3600',
  'reject refused by=bob',
]

const waits = `status = 'pending'`

const tampers: Tamper[] = [
  [
    'an approval that nobody gave',
    `update florin.approvals set status = 'approved', decided_by = 'mallory' where ${waits}`,
    ['approvals', /^approval 0/],
  ],
  [
    'a refusal taken back',
    `update florin.approvals set status = 'pending', decided_by = null where status = 'rejected'`,
    ['approvals', /^approval 0/],
  ],
  [
    'more time',
    `update florin.approvals set expires_at = expires_at + interval '1 day' where ${waits}`,
    ['approvals', /^approval 0/],
  ],
  [
    'another amount',
    `update florin.approvals set transfer = jsonb_set(transfer, '{postings,0,amount}', '"99.00"') where ${waits}`,
    ['approvals', /^approval 0/],
  ],
  [
    'a transfer that cannot be read',
    `update florin.approvals set transfer = '{"postings":[]}' where ${waits}`,
    ['approvals', /^approval 0/],
  ],
  [
    'another maker, so that the first may approve',
    `update florin.approvals set requested_by = 'bob' where ${waits}`,
    ['approvals', /^approval 0/],
  ],
  [
    'another checker',
    `update florin.approvals set decided_by = 'carol' where status = 'approved'`,
    ['approvals', /^approval 0/],
  ],
  ['a deleted approval', `delete from florin.approvals where ${waits}`, ['approvals', /^approval 0/]],
  [
    'an inserted approval',
    `insert into florin.approvals select (jsonb_populate_record(a, '{"id":"01900000-0000-7000-8000-000000000001"}')).*
     from florin.approvals a where ${waits}`,
    ['approvals', /^approval 0.*01$/],
  ],
  [
    'the rule taken out of its policy',
    `update florin.policies set rules = '{}'`,
    ['policies', /^policy 0/],
    ['derived', /^policy 0/],
  ],
]

findsTampers({
  async post(store, clock) {
    const ids = createTestIds()
    clock.turnTo(toMoment('01:00'))
    for (const line of LEDGER) {
      clock.turn(1_000_000)
      const [outcome] = await store.post([toCommand(line, ids)])
      if (outcome?.kind !== 'accepted') throw new Error(`${line}: ${JSON.stringify(outcome)}`)
    }
  },
  examined: {
    pages: 8,
    roots: 8,
    hashes: 8,
    facts: 12,
    currencies: 1,
    users: 0,
    accounts: 3,
    balances: 3,
    transfers: 2,
    entries: 4,
    holds: 0,
    reversals: 0,
    policies: 1,
    quotes: 0,
    approvals: 3,
    books: 1,
    sums: 3,
    access: 0,
    logins: 0,
    audit: 8,
    zero: 1,
    derived: 1,
  },
  tampers,
})
