/** Whatever someone changes by hand in keys, roles, passwords and sessions, verify finds it. */
import { createTestIds } from '../ids.ts'
import { toMoment } from '../shorthand-words.ts'
import { toCommand } from '../shorthand.ts'
import { findsTampers, type Tamper } from './verify-tampers.ts'

const LEDGER = [
  'user ann',
  'user bob',
  'apikey k accounts:read',
  'roles ann operator',
  'password ann p',
  'login ann s p',
  'login ann t p',
  'refresh ann s 1',
  'logout ann t',
  'password bob p',
  'nopassword bob',
]

const tampers: Tamper[] = [
  ['the scopes of a key', `update florin.api_keys set scopes = '{keys:write}'`, ['access', /^API key 0/]],
  [
    'the roles of a user',
    `update florin.logins set roles = '{admin}' where password_hash is not null`,
    ['logins', /^login of user 0/],
  ],
  [
    'when a password was set',
    `update florin.logins set password_set_at = now(), password_hash = 'x'`,
    ['logins', /^login of user 0/],
  ],
  ['a login that is gone', `delete from florin.logins`, ['logins', /^login of user 0/]],
  [
    'a login that nobody made',
    `insert into florin.logins values ('01900000-0000-7000-8000-000000000001', '{admin}')`,
    ['logins', /^login of user 0.*01$/],
  ],
  [
    'a refresh token to be taken again',
    `update florin.sessions set generation = 1`,
    ['logins', /^session 0/],
  ],
  [
    'a session that does not end',
    `update florin.sessions set expires_at = '9999-01-01T00:00:00Z'`,
    ['logins', /^session 0/],
  ],
  ['a session that is gone', `delete from florin.sessions`, ['logins', /^session 0/]],
  [
    'a session that nobody began',
    `insert into florin.sessions
     select (jsonb_populate_record(s, '{"id":"01900000-0000-7000-8000-000000000001"}')).* from florin.sessions s`,
    ['logins', /^session 0.*01$/],
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
    pages: 11,
    roots: 11,
    hashes: 11,
    facts: 11,
    currencies: 0,
    users: 2,
    accounts: 0,
    balances: 0,
    transfers: 0,
    entries: 0,
    holds: 0,
    reversals: 0,
    policies: 0,
    quotes: 0,
    approvals: 0,
    books: 1,
    sums: 0,
    access: 1,
    // Two of users, and a session.
    logins: 3,
    audit: 11,
    zero: 0,
    // Profiles.
    derived: 2,
  },
  tampers,
})
