import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMemoryAudit } from '#adapters/store-memory/audit.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import type { MemoryTables } from '#adapters/store-memory/tables.ts'
import type { Instant } from '#core/instant.ts'
import { createTestClock } from '#test/clock.ts'
import { randomBatches } from '#test/random-commands.ts'
import type { CheckName } from './findings.ts'
import { verifyLedger } from './verify-ledger.ts'

const clock = { now: () => '2026-11-21T11:35:00.000000Z' as Instant }

test('any ledger that Florin made verifies', async () => {
  await fc.assert(
    fc.asyncProperty(randomBatches, async (batches) => {
      const turned = createTestClock()
      const store = createMemoryStore({ clock: turned, sha256 })
      for (const batch of batches) {
        turned.turnTo(batch.at)
        await store.post(batch.commands)
      }
      const { checks, lastPage } = await verify(store.tables)
      assert.deepEqual(
        checks.flatMap(({ findings }) => findings),
        [],
      )
      assert.equal(lastPage.number, store.tables.pages.length)
    }),
    { numRuns: 100 },
  )
})

type Tamper = (tables: MemoryTables) => void

const tampers: [name: string, tamper: Tamper, check: CheckName, subject: RegExp][] = [
  ['a balance', ({ accounts }) => change(accounts, '1', { posted: 1n }), 'balances', /account 1/],
  ['a limit', ({ accounts }) => change(accounts, '1', { creditLimit: 7n }), 'accounts', /account 1/],
  ['a deleted account', ({ accounts }) => accounts.delete('2' as never), 'accounts', /account 2/],
  [
    'an entry',
    ({ entries }) => Object.assign(entries.get('2' as never)?.[0] ?? {}, { amount: 1n }),
    'entries',
    /entry 1 of account 2/,
  ],
  ['a deleted entry', ({ entries }) => entries.get('2' as never)?.pop(), 'entries', /entry 2 of account 2/],
  ['a deleted transfer', ({ transfers }) => transfers.delete(uuid(1) as never), 'transfers', /0001/],
  [
    'an extra transfer',
    ({ transfers }) => {
      const transfer = transfers.get(uuid(1) as never)
      if (transfer) transfers.set(uuid(99) as never, { ...transfer, id: uuid(99) as never })
    },
    'transfers',
    /0063/,
  ],
  ['a reference', ({ transfers }) => change(transfers, uuid(1), { reference: 'x' }), 'transfers', /0001/],
  ['a user', ({ users }) => change(users, uuid(7), { version: 3 }), 'users', /0007/],
  ['a currency', ({ currencies }) => change(currencies, 'EUR', { name: 'Oiro' }), 'currencies', /EUR/],
  ['a page deleted', ({ pages }) => pages.splice(1, 1), 'pages', /page 3/],
  ['facts in another order', ({ pages }) => reorder(pages), 'roots', /page 1/],
]

for (const [name, tamper, check, subject] of tampers) {
  test(`${name} changed by hand is found and named`, async () => {
    const tables = await smallLedger()
    assert.equal((await verify(tables)).ok, true)
    tamper(tables)
    const report = await verify(tables)
    assert.equal(report.ok, false)
    const findings = report.checks.flatMap((result) => result.findings)
    assert.ok(
      findings.some((finding) => finding.check === check && subject.test(finding.subject)),
      JSON.stringify(findings, null, 1),
    )
  })
}

async function verify(tables: MemoryTables) {
  return await verifyLedger({ audit: createMemoryAudit(tables), sha256 })
}

/** A user with two accounts, 100.00 EUR on the first, and two transfers of 10.00 to the second: a page each. */
async function smallLedger(): Promise<MemoryTables> {
  const store = createMemoryStore({ clock, sha256 })
  const fields = { principal: 'p', idempotency: null, metadata: {} }
  const currency = { code: 'EUR', scale: 2, name: 'Euro' }
  const user = { kind: 'create_user', ...fields, id: uuid(7), name: 'N', email: null }
  const opened = { kind: 'create_account', ...fields, userId: uuid(7), currency, creditLimit: 0n }
  const external = { externalAccountId: '999' }
  const first = { ...opened, ...external, id: '1', initialBalance: 10_000n, transferId: uuid(8) }
  const second = { ...opened, ...external, id: '2', initialBalance: 0n, transferId: uuid(9) }
  await store.post([user, first, second] as never)
  for (const n of [1, 2, 3]) {
    const posting = {
      source: '1',
      destination: '2',
      amount: n < 3 ? 1000n : 10n ** 9n,
      currency: 'EUR',
      scale: 2,
      role: null,
    }
    const transfer = {
      kind: 'post_transfer',
      ...fields,
      id: uuid(n),
      idChosen: true,
      effectiveAt: null,
      earliestEffectiveAt: null,
      reference: null,
    }
    await store.post([{ ...transfer, postings: [posting] }] as never)
  }
  return store.tables
}

function change<T extends object>(rows: Map<string, T>, id: string, values: object): void {
  const row = rows.get(id)
  assert.ok(row, `no row ${id}`)
  rows.set(id, { ...row, ...values })
}

function reorder(pages: MemoryTables['pages']): void {
  const [page] = pages
  assert.ok(page)
  pages[0] = { ...page, lines: [...page.lines.slice(1), page.lines[0] ?? ''] }
}

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}
