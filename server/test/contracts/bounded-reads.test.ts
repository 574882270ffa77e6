/**
 * No query of the API scans a big table: on a ledger of 100,000 transfers each read is counted by the server itself, and
 * touches about as many rows as it answers.
 */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, HoldId, PolicyId, TransferId, UserId } from '#core/ids.ts'
import type { Instant } from '#core/instant.ts'
import { createTestClock } from '../clock.ts'
import { countedUuid } from '../ids.ts'
import { run } from '../postgres-databases.ts'
import { SHARED_STORES, type Ledger } from '../stores.ts'

const LIMIT = 50
/** Rows that a read of LIMIT may touch: each with its transfer, on both sides, and the pages of a journal. */
const ROWS_MAX = 20 * LIMIT

/** Times that each is read: a prepared statement is planned for whatever may be asked from the sixth time on. */
const TIMES = 8

const ACCOUNTS = 5_000
const TRANSFERS = 100_000
/** So many of the oldest and of the newest transfers failed. */
const FAILED_FIRST = 20
const FAILED_LAST = 5_000
const hasFailed = `(n <= ${FAILED_FIRST} or n > ${TRANSFERS - FAILED_LAST})`

/** The n-th id of its kind, in SQL. */
const uuid = (n: string): string => `('01900000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
const at = (n: string): string => `'2026-01-01T00:00:00Z'::timestamptz + ${n} * interval '1 second'`
const posting = (source: string, destination: string): string => `
  jsonb_build_array(jsonb_build_object(
    'source', (${source})::text, 'destination', (${destination})::text, 'amount', '0.01', 'currency', 'EUR',
    'source_entry', '1', 'source_balance_after', '0.00', 'destination_entry', '1', 'destination_balance_after', '0.00'
  ))`

/** Every other transfer has the same one. */
const reference = (n: string): string => `case when ${n} % 2 = 0 then 'usual' else 'r' || ${n} end`

/** What a ledger of this size has, for the planner; it need not add up. One account of the 5,000 is hot. */
const FILL = `
  insert into florin.currencies values ('EUR', 2, 'Euro', null, now());
  insert into florin.users select ${uuid('n')}, 1, '{}', now(), now() from generate_series(1, ${ACCOUNTS}) n;
  insert into florin.user_profiles select ${uuid('n')}, 'N', n || '@x.org', n || '@x.org' from generate_series(1, ${ACCOUNTS}) n;
  insert into florin.accounts
    (id, kind, user_id, currency, scale, posted, credit_limit, last_entry, version, metadata, created_at, updated_at)
  select n, 'standard', ${uuid('n')}, 'EUR', 2, 0, 0, 1, 1, '{}', now(), now() from generate_series(1, ${ACCOUNTS}) n;
  insert into florin.transfers (id, status, postings, failure, reference, metadata, created_at)
  select ${uuid('n')}, case when ${hasFailed} then 'failed' else 'posted' end, ${posting(`1 + n % ${ACCOUNTS}`, '1')},
    case when ${hasFailed} then '{"code":"insufficient_funds","field":null,"message":""}'::jsonb end,
    ${reference('n')}, '{}', ${at('n')}
  from generate_series(1, ${TRANSFERS}) n;
  insert into florin.failed_transfer_accounts select 1 + n % ${ACCOUNTS}, ${at('n')}, ${uuid('n')}, ${reference('n')}
  from generate_series(1, ${TRANSFERS}) n where ${hasFailed};
  insert into florin.entries
    (account_id, number, transfer_id, created_at, debits_after, amount, balance_after, debited_after, reference)
  select account_id, row_number() over (partition by account_id order by n), ${uuid('n')}, ${at('n')}, 0, 1, 0, 0,
    ${reference('n')}
  from (
    select n, a as account_id
    from generate_series(1, ${TRANSFERS}) n, unnest(array[1 + n % ${ACCOUNTS}, 1]) a where not ${hasFailed}
  ) e;
  insert into florin.backdated_entries
  select account_id, number, created_at - interval '1 day', 1 from florin.entries where number % 97 = 0;
  insert into florin.holds
    (id, status, source, destination, amount, currency, scale, captured, expires_at, metadata, created_at, updated_at)
  select ${uuid('n')}, case when n % 1000 = 0 then 'open' else 'captured' end, 1 + n % ${ACCOUNTS}, 1, 1, 'EUR', 2, 0,
    ${at('n')}, '{}', now(), now()
  from generate_series(1, ${TRANSFERS / 2}) n;
  insert into florin.approvals
  select ${uuid('n')}, case when n % 1000 = 0 then 'pending' else 'expired' end, '{"postings":[],"reference":null,"metadata":{},"effective_at":null}', 1, ${uuid('n')}, 1,
    'p' || n % 10, null, ${at('n')}, now(), now()
  from generate_series(1, ${TRANSFERS / 2}) n;
  insert into florin.policies (id, version, account_id, currency, scale, rules, created_at, updated_at)
  select ${uuid('n')}, 1, n, 'EUR', 2, '{}', now(), now() from generate_series(1, ${ACCOUNTS}) n;
  insert into florin.policy_versions
  select id, v, false, account_id, null, 'EUR', 2, '{}', now(), now(), 'p' from florin.policies, generate_series(1, 5) v;
  insert into florin.journal_pages
  select n, ${uuid('n')}, ${at('n')}, sha256('x'), sha256('x'),
    '{"data":{"id":"' || ${uuid('n')} || '"},"principal":"' || case when n % 1000 = 0 then 'rare' else 'p' end || '","type":"user.created"}',
    '{"befores":[],"origins":[["10.0.0.1",null,"createUser"]],"requests":[[0,1,0,"r"]]}'
  from generate_series(1, ${TRANSFERS / 5}) n;
  insert into florin.audit_marks
  select m.kind, m.value, n from generate_series(1, ${TRANSFERS / 5}) n, lateral (values
    ('principal', case when n % 1000 = 0 then 'rare' else 'p' end), ('type', 'user.created'),
    ('operation', case when n % 2 = 0 then 'even' else 'odd' end), ('target', 'user:' || ${uuid('n')})
  ) m (kind, value);
  update florin.journal_head set number = ${TRANSFERS / 5};
  analyze`

const EUR = 'EUR' as CurrencyCode
const ordinary = '77' as AccountId
const hot = '1' as AccountId
/** Its transfers have odd numbers. */
const without = '78' as AccountId
const user = countedUuid(77) as UserId
const transfer = countedUuid(50_000) as TransferId
const early = '2026-01-01T00:10:00.000000Z' as Instant
const middle = '2026-01-01T12:00:00.000000Z' as Instant
const late = '2026-01-02T00:00:00.000000Z' as Instant
const maker = 'p7' as Principal
const limit = LIMIT

const reads: Readonly<Record<string, (ledger: Ledger) => Promise<unknown>>> = {
  'an account': (ledger) => ledger.findAccount(ordinary),
  accounts: (ledger) => ledger.listAccounts({ after: ordinary, limit }),
  'accounts of a user': (ledger) => ledger.listAccounts({ userId: user, limit }),
  'accounts of a currency': (ledger) => ledger.listAccounts({ currency: EUR, after: ordinary, limit }),
  'a transfer': (ledger) => ledger.findTransfer(transfer),
  transfers: (ledger) => ledger.listTransfers({ limit }),
  'transfers further back': (ledger) =>
    ledger.listTransfers({ after: { createdAt: middle, id: transfer }, limit }),
  'transfers of a time': (ledger) => ledger.listTransfers({ from: early, to: middle, limit }),
  'transfers of an account': (ledger) => ledger.listTransfers({ accountIds: [ordinary], limit }),
  'transfers of a hot account': (ledger) => ledger.listTransfers({ accountIds: [hot], limit }),
  'old transfers of a hot account': (ledger) => ledger.listTransfers({ accountIds: [hot], to: early, limit }),
  'transfers of a user': (ledger) => ledger.listTransfers({ userId: user, limit }),
  'posted transfers behind many that failed': (ledger) => ledger.listTransfers({ status: 'posted', limit }),
  'failed transfers behind many that were posted': (ledger) =>
    ledger.listTransfers({ status: 'failed', to: late, limit }),
  'failed transfers of a hot account': (ledger) =>
    ledger.listTransfers({ status: 'failed', accountIds: [hot], limit }),
  'transfers with a reference': (ledger) => ledger.listTransfers({ reference: 'r5001', limit }),
  'transfers with the usual reference': (ledger) => ledger.listTransfers({ reference: 'usual', limit }),
  'transfers of a hot account with a reference': (ledger) =>
    ledger.listTransfers({ reference: 'r5001', accountIds: [hot], limit }),
  'transfers of a hot account with the usual reference': (ledger) =>
    ledger.listTransfers({ reference: 'usual', accountIds: [hot], limit }),
  'transfers with the usual reference of an account that has none': (ledger) =>
    ledger.listTransfers({ reference: 'usual', accountIds: [without], limit }),
  'failed transfers of a hot account with a reference': (ledger) =>
    ledger.listTransfers({ reference: 'r5001', status: 'failed', accountIds: [hot], limit }),
  'captures of a hold': (ledger) => ledger.listTransfers({ holdId: countedUuid(1) as HoldId, limit }),
  'reversals of a transfer': (ledger) => ledger.listTransfers({ reversalOf: transfer, limit }),
  'entries of a hot account': (ledger) => ledger.listEntries({ accountId: hot, before: 50_000n, limit }),
  'a user': (ledger) => ledger.findUser(user),
  users: (ledger) => ledger.listUsers({ after: user, limit }),
  'a hold': (ledger) => ledger.findHold(countedUuid(7) as HoldId),
  holds: (ledger) => ledger.listHolds({ limit }),
  'open holds': (ledger) => ledger.listHolds({ status: 'open', limit }),
  'released holds, of which there are none': (ledger) => ledger.listHolds({ status: 'released', limit }),
  'holds of a hot account': (ledger) => ledger.listHolds({ accountId: hot, limit }),
  'open holds of a hot account': (ledger) => ledger.listHolds({ accountId: hot, status: 'open', limit }),
  'due holds': (ledger) => ledger.listDueHolds(late, limit),
  'an approval': (ledger) => ledger.findApproval(transfer),
  approvals: (ledger) => ledger.listApprovals({ limit }),
  'approvals further back': (ledger) =>
    ledger.listApprovals({ before: countedUuid(20_000) as TransferId, limit }),
  'pending approvals': (ledger) => ledger.listApprovals({ status: 'pending', limit }),
  'rejected approvals, of which there are none': (ledger) =>
    ledger.listApprovals({ status: 'rejected', limit }),
  'approvals that somebody asked for': (ledger) => ledger.listApprovals({ requestedBy: maker, limit }),
  'pending approvals that somebody asked for': (ledger) =>
    ledger.listApprovals({ requestedBy: maker, status: 'pending', limit }),
  'due approvals': (ledger) => ledger.listDueApprovals(late, limit),
  'a policy': (ledger) => ledger.findPolicy(countedUuid(7) as PolicyId),
  policies: (ledger) => ledger.listPolicies({ currency: EUR, limit }),
  'the policy of an account': (ledger) => ledger.listPolicies({ accountId: ordinary, limit }),
  'versions of a policy': (ledger) => ledger.listPolicyVersions({ id: countedUuid(7) as PolicyId, limit }),
  'a balance of then': (ledger) => ledger.balanceAt(hot, middle, 'recorded'),
  'a balance of then, by business time': (ledger) => ledger.balanceAt(hot, middle, 'effective'),
  'a statement': (ledger) =>
    ledger.readStatement({ accountId: hot, clock: 'recorded', from: early, to: middle, limit }),
  'a statement by business time': (ledger) =>
    ledger.readStatement({ accountId: hot, clock: 'effective', from: middle, to: late, limit }),
  'a statement further on': (ledger) =>
    ledger.readStatement({
      accountId: hot,
      clock: 'effective',
      from: early,
      to: late,
      after: { at: middle, number: 43_000n },
      limit,
    }),
  'balances of a currency then': (ledger) =>
    ledger.listBalancesAt({ currency: EUR, at: middle, clock: 'recorded', after: ordinary, limit }),
  'the audit log': (ledger) => ledger.listAudit({ limit }),
  'the audit log further back': (ledger) => ledger.listAudit({ before: { page: 9_000, position: 1 }, limit }),
  'the audit log of a time': (ledger) => ledger.listAudit({ from: early, to: middle, limit }),
  'what one does who does much': (ledger) => ledger.listAudit({ principal: 'p', limit }),
  'what one does who does little': (ledger) => ledger.listAudit({ principal: 'rare', limit }),
  'what nobody does': (ledger) => ledger.listAudit({ principal: 'nobody', limit }),
  'what one never does': (ledger) => ledger.listAudit({ principal: 'rare', operation: 'odd', limit }),
  'what two marks say that never meet': (ledger) =>
    ledger.listAudit({ principal: 'p', outcome: 'refused', limit }),
  'the audit log of a type': (ledger) => ledger.listAudit({ type: 'user.created', to: middle, limit }),
  'the audit log of a user': (ledger) => ledger.listAudit({ target: `user:${user}`, limit }),
  'the audit log of a transfer': (ledger) => ledger.listAudit({ target: `transfer:${transfer}`, limit }),
  'the audit log of a hold': (ledger) => ledger.listAudit({ target: `hold:${countedUuid(7)}`, limit }),
  events: (ledger) => ledger.read({ after: { page: 9_000, position: 0 }, limit }),
}

/** Rows that all sessions which have ended have read so far, over indexes and otherwise. */
async function rowsRead(url: string): Promise<number> {
  const [row] = await run(
    url,
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_user_tables where schemaname = 'florin'`,
  )
  return row?.['rows'] as number
}

for (const underTest of SHARED_STORES) {
  after(() => underTest.stop())

  test(`${underTest.name}: no read scans a big table`, { skip: underTest.skip }, async (t) => {
    const opened = await underTest.open(createTestClock())
    const { url, openAnother } = opened as Required<typeof opened>
    await run(url, FILL)
    for (const [name, read] of Object.entries(reads)) {
      await t.test(name, async () => {
        const before = await rowsRead(url)
        const session = await openAnother(createTestClock())
        for (let time = 0; time < TIMES; time++) await read(session)
        await (session as Ledger & { close(): Promise<void> }).close()
        const rows = (await rowsRead(url)) - before
        assert.ok(rows <= ROWS_MAX * TIMES, `${rows} rows read for at most ${LIMIT}, ${TIMES} times`)
      })
    }
    await opened.close()
  })
}
