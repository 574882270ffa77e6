/** Whatever someone changes by hand in holds, reversals, policies, quotes and business time, verify finds it. */
import { createTestIds } from '../ids.ts'
import { toMoment } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import { findsTampers, type Tamper } from './verify-tampers.ts'

const LEDGER = [
  'user ann',
  'open 1 EUR 100.00 owner=ann',
  'open 2 EUR',
  'open 9 EUR',
  'open 3 USD 100.00',
  'open 4 USD',
  'policy p EUR on=1 max=50.00 fee=9:0.10',
  'repolicy p EUR max=60.00 fee=9:0.10',
  'policy q EUR on=ann floor=1.00',
  'unpolicy q',
  'hold h 1>2 5.00 EUR',
  'hold i 1>2 5.00 EUR',
  'capture i',
  'pay 1>2 10.00 EUR id=t',
  'reverse t 4.00 EUR',
  'pay 1>2 1.00 EUR id=b eff=00:30',
  'quote x 10.00 EUR 11.00 USD via=2>3 rate=11/10 expires=02:00',
  'convert x 1>4',
  'books 00:10',
]

const captured = `status = 'captured'`
const backdated = `details ->> 'effective_at' is not null`

const tampers: Tamper[] = [
  [
    'the amount of a hold',
    `update florin.holds set amount = 700 where status = 'open'`,
    ['holds', /^hold 0/],
  ],
  [
    'the end of a hold',
    `update florin.holds set status = 'released' where status = 'open'`,
    ['holds', /^hold 0/],
  ],
  [
    'a hold that ended, open again',
    `update florin.holds set status = 'open', captured = 0 where ${captured}`,
    ['holds', /^hold 0/],
  ],
  ['a deleted hold', `delete from florin.holds where ${captured}`, ['holds', /^hold 0/]],
  [
    'an inserted hold',
    `insert into florin.holds select (jsonb_populate_record(h, '{"id":"01900000-0000-7000-8000-000000000001"}')).*
     from florin.holds h where ${captured}`,
    ['holds', /^hold 0.*01$/],
  ],
  ['what holds reserve', `update florin.accounts set held = 0 where id = 1`, ['balances', /^account 1$/]],
  [
    'what holds announce',
    `update florin.accounts set incoming = 1 where id = 2`,
    ['balances', /^account 2$/],
  ],
  [
    'the count of holds',
    `update florin.accounts set open_holds = 0 where id = 1`,
    ['balances', /^account 1$/],
  ],
  [
    'what has left an account',
    `update florin.accounts set debited = 0 where id = 1`,
    ['balances', /^account 1$/],
  ],
  ['how often it has', `update florin.accounts set debits = 0 where id = 1`, ['balances', /^account 1$/]],
  [
    'an account closed',
    `update florin.accounts set closed_at = now() where id = 2`,
    ['accounts', /^account 2$/],
  ],
  [
    'what had left an account by an entry',
    `update florin.entries set debited_after = 0 where account_id = 1 and number = 2`,
    ['entries', /^entry 2 of account 1$/],
  ],
  [
    'how often by an entry',
    `update florin.entries set debits_after = 9 where account_id = 1 and number = 2`,
    ['entries', /^entry 2 of account 1$/],
  ],
  [
    'the reference of an entry',
    `update florin.entries set reference = 'another' where account_id = 1 and number = 2`,
    ['entries', /^entry 2 of account 1$/],
  ],
  [
    'a reversal forgotten',
    `update florin.transfers set reversed = null where reversed is not null`,
    ['reversals', /^transfer 0/],
  ],
  [
    'a reversal of more',
    `update florin.transfers set reversed[1] = 1000 where reversed is not null`,
    ['reversals', /^transfer 0/],
  ],
  [
    'a reversal of what was not reversed',
    `update florin.transfers set reversed = '{1,0}' where ${backdated}`,
    ['reversals', /^transfer 0/],
  ],
  [
    'the business time of a transfer',
    `update florin.transfers set details = '{"effective_at":"2026-01-01T00:40:00.000000Z"}' where ${backdated}`,
    ['transfers', /^transfer 0/],
    ['derived', /^business time of entry \d+ of account 1$/],
  ],
  [
    'what a transfer came from',
    `update florin.transfers set details = null where details ->> 'hold_id' is not null`,
    ['transfers', /^transfer 0/],
  ],
  [
    'the business time of an entry',
    `update florin.backdated_entries set effective_at = effective_at + interval '1 second' where account_id = 2`,
    ['entries', /^entry \d+ of account 2$/],
    ['derived', /^business time of entry \d+ of account 2$/],
  ],
  [
    'the amount that counts by business time',
    `update florin.backdated_entries set amount = 1 where account_id = 2`,
    ['derived', /^business time of entry \d+ of account 2$/],
  ],
  [
    'an entry no longer backdated',
    `delete from florin.backdated_entries where account_id = 2`,
    ['entries', /^entry \d+ of account 2$/],
    ['derived', /^business time of entry \d+ of account 2$/],
  ],
  [
    'the rules of a policy',
    `update florin.policies set rules = jsonb_set(rules, '{maximum}', '"70.00"')`,
    ['policies', /^policy 0/],
    ['derived', /^policy 0/],
  ],
  [
    'rules that cannot be read',
    `update florin.policies set rules = '{"fee":{"account":"9"}}'`,
    ['policies', /^policy 0/],
  ],
  ['a deleted policy', `delete from florin.policies`, ['policies', /^policy 0/], ['derived', /^policy 0/]],
  [
    'a policy in force again',
    `insert into florin.policies
     select policy_id, version, account_id, user_id, currency, scale, rules, null, created_at, updated_at
     from florin.policy_versions where removed`,
    ['policies', /^policy 0/],
    ['derived', /^policy 0/],
  ],
  ['whom a fee goes to', `update florin.policies set fee_account_id = 2`, ['derived', /^policy 0/]],
  [
    'a version of a policy forgotten',
    `delete from florin.policy_versions where version = 1`,
    ['derived', /^policy 0/],
  ],
  [
    'the newest version of a policy',
    `update florin.policy_versions set rules = '{}' where version = 2`,
    ['derived', /^policy 0/],
  ],
  ['the amount of a quote', `update florin.quotes set buy_amount = 1`, ['quotes', /^quote 0/]],
  ['a quote to be used again', `update florin.quotes set transfer_id = null`, ['quotes', /^quote 0/]],
  ['books open again', `update florin.books set closed_through = null`, ['books', /^books$/]],
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
    pages: 19,
    roots: 19,
    hashes: 19,
    facts: 26,
    currencies: 2,
    users: 1,
    accounts: 7,
    balances: 7,
    transfers: 7,
    entries: 24,
    holds: 2,
    reversals: 1,
    policies: 1,
    quotes: 1,
    approvals: 0,
    books: 1,
    sums: 7,
    access: 0,
    logins: 0,
    audit: 19,
    zero: 2,
    // A profile, four backdated entries (the fee's two as well), four versions of policies.
    derived: 9,
  },
  tampers,
})
