/** Who may do what: API keys, from the first to the last of their secrets. */
import type { LedgerCase } from './ledger-case.ts'

/** The cases. */
export const ACCESS_CASES: readonly LedgerCase[] = [
  {
    name: 'a key is made, gets a new secret, and ends',
    when: [
      'apikey k accounts:read,transfers:write -> ok',
      'rotate k overlap=3600 -> ok',
      'rotate k -> ok',
      'unkey k -> ok',
      'rotate k -> api_key_revoked id',
    ],
  },
  {
    name: 'to end a key twice is to end it once',
    given: ['apikey k accounts:read', 'unkey k'],
    when: ['unkey k -> ok', 'unkey none -> api_key_not_found id'],
  },
  {
    name: 'a key that has expired gets no new secret, but can be ended',
    given: ['apikey k accounts:read expires=01:00'],
    when: ['rotate k -> ok', 'at 01:00', 'rotate k -> api_key_expired id', 'unkey k -> ok'],
  },
  {
    name: 'a key expires later than now',
    when: [
      'at 02:00',
      'apikey k accounts:read expires=02:00 -> expires_at_in_past expires_at',
      'apikey k accounts:read expires=02:01 -> ok',
    ],
  },
  {
    name: 'keys under an idempotency key are made once',
    when: [
      'apikey k accounts:read key=a -> ok',
      'apikey k accounts:read key=a -> again',
      ['rotate k overlap=60 key=b -> ok', 'rotate k overlap=60 key=b -> again'],
      'unkey k key=c -> ok',
      'unkey k key=c -> again',
    ],
  },
  {
    name: 'attempts that were refused are recorded',
    when: [
      'attempt unauthenticated -> ok',
      [
        'attempt scope_missing 3 by=key:1 op=createUser target=user:1 from=10.0.0.1 -> ok',
        'attempt rate_limited 9 -> ok',
      ],
    ],
  },
  {
    name: 'all that happens to a key in one batch is kept',
    when: [
      [
        'apikey k accounts:read -> ok',
        'rotate k overlap=60 -> ok',
        'unkey k -> ok',
        'apikey l accounts:read -> ok',
      ],
    ],
  },
]
