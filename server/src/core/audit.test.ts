import assert from 'node:assert/strict'
import test from 'node:test'
import { createBareLedger } from '#test/bare-ledger.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { userOf } from '#test/shorthand-words.ts'
import { toCommand } from '#test/shorthand.ts'
import { auditEntriesOf, marksOf, readAuditLine, toAuditLine, type AuditEntry } from './audit.ts'
import { toLine } from './journal-page.ts'

/** The entries of one batch, after those of `given`. */
function entriesOf(given: readonly string[], ...lines: string[]): AuditEntry[] {
  const ids = createTestIds()
  const ledger = createBareLedger(createTestClock())
  for (const line of given) ledger.post([toCommand(line, ids)])
  ledger.post(lines.map((line) => toCommand(line, ids)))
  const { facts, origins, at } = ledger.commits.at(-1) as (typeof ledger.commits)[number]
  return auditEntriesOf({
    number: 7,
    sealedAt: at,
    lines: facts.map(toLine),
    audit: toAuditLine(origins),
  })
}

const TWO = ['user ann name=Ann email=a@x.org', 'open 1 EUR 10.00', 'open 2 EUR']

test('each fact of a page has its own origin; what Florin does itself has none', () => {
  const entries = entriesOf(
    TWO,
    'pay 1>2 1.00 EUR from=10.0.0.1 by=key:1',
    'pay 1>2 1.00 EUR from=10.0.0.2 with=session:9',
    'hold h 1>2 1.00 EUR',
    'pay 1>2 99.00 EUR from=10.0.0.1',
  )
  assert.deepEqual(
    entries.map((entry) => [
      entry.position,
      entry.type,
      entry.address,
      entry.credential,
      entry.outcome,
      entry.code,
    ]),
    [
      [0, 'transfer.posted', '10.0.0.1', 'key:1', 'allowed', null],
      [1, 'transfer.posted', '10.0.0.2', 'session:9', 'allowed', null],
      [2, 'hold.created', null, null, 'allowed', null],
      [3, 'transfer.failed', '10.0.0.1', null, 'refused', 'insufficient_funds'],
    ],
  )
})

test('what changed has its old values; of names and addresses only that they changed', () => {
  const [user, account, erased] = entriesOf(TWO, 'edit ann name=Anna m:a=b', 'set 2 limit=5.00', 'erase ann')
  assert.deepEqual(
    [user?.before?.['metadata'], user?.before?.['version'], user?.before?.['kept_apart']],
    [{}, 1, ['name']],
  )
  assert.equal(account?.before?.['credit_limit'], '0.00')
  assert.equal(account?.after?.['credit_limit'], '5.00')
  assert.deepEqual(Object.keys(account?.before ?? {}).sort(), ['credit_limit', 'version'])
  assert.deepEqual(erased?.before, { erased_at: null, kept_apart: ['email', 'name'], version: 2 })
  const text = JSON.stringify([user, account, erased])
  assert.ok(!/Ann|a@x/.test(text))
})

test('attempts stand for as many as they were', () => {
  const [attempt] = entriesOf(
    [],
    'attempt scope_missing 3 by=key:1 op=createUser target=user:1 from=10.0.0.1 since=00:30',
  )
  assert.deepEqual(
    [
      attempt?.outcome,
      attempt?.code,
      attempt?.attempts,
      attempt?.target,
      attempt?.credential,
      attempt?.after,
    ],
    ['refused', 'scope_missing', { count: 3, since: '2026-01-01T00:30:00.000000Z' }, 'user:1', 'key:1', null],
  )
})

test('a page of many transfers of one caller has few marks', () => {
  const ids = createTestIds()
  const ledger = createBareLedger(createTestClock())
  for (const line of TWO) ledger.post([toCommand(line, ids)])
  const pays = Array.from({ length: 100 }, () => toCommand('pay 1>2 0.01 EUR from=10.0.0.1', ids))
  ledger.post([...pays, toCommand('set 2 limit=1 from=10.0.0.1', ids), toCommand('pay 1>2 99.00 EUR', ids)])
  const { facts, origins } = ledger.commits.at(-1) as (typeof ledger.commits)[number]
  const marks = marksOf(facts, readAuditLine(toAuditLine(origins))).map(
    ({ kind, value }) => `${kind} ${value}`,
  )
  assert.deepEqual(marks.sort(), [
    'operation pay',
    'operation set',
    'principal tester',
    'refused ',
    'target account:2',
    'type account.updated',
    'type transfer.failed',
    'type transfer.posted',
  ])
})

test('a page that is older than the audit log has no entries', () => {
  const line = `{"data":{"id":"${userOf('ann')}"},"principal":"p","type":"user.created"}`
  assert.deepEqual(auditEntriesOf({ number: 1, sealedAt: '' as never, lines: [line], audit: null }), [])
})
