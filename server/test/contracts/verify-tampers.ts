/** Runs a table of tampers: each is done to a copy of a ledger, and verify must find it and name it. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createPostgresAudit } from '#adapters/store-postgres/audit.ts'
import { createMigrator } from '#adapters/store-postgres/migrate.ts'
import { openPostgresStore } from '#adapters/store-postgres/store.ts'
import type { EmbeddedPostgres } from '#adapters/store-embedded/server.ts'
import type { CheckName } from '#app/findings.ts'
import { verifyLedger } from '#app/verify-ledger.ts'
import type { LedgerStore } from '#ports/ledger-store.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { makeScratch, query, quiet, start } from './embedded-postgres-harness.ts'

/** What is done, the statements that do it, and the findings that must be among those reported. */
export type Tamper = [name: string, sql: string, ...expected: [check: CheckName, subject: RegExp][]]

/** A ledger and what is done to it. */
export interface TamperTable {
  /** Posts the ledger. */
  readonly post: (store: LedgerStore, clock: TestClock) => Promise<void>
  /** How much of it each check looks at. */
  readonly examined: Readonly<Record<CheckName, number>>
  readonly tampers: readonly Tamper[]
}

/** Registers a test for the ledger as it is, and one for each tamper. */
export function findsTampers({ post, examined, tampers }: TamperTable): void {
  const scratch = makeScratch()
  let server: EmbeddedPostgres

  before(async () => {
    server = await start(join(scratch, 'data'))
    const migrator = createMigrator({ url: server.url })
    await migrator.up()
    await migrator.close()
    const clock = createTestClock()
    const store = await openPostgresStore({ url: server.url, clock, sha256, log: quiet })
    try {
      await post(store, clock)
    } finally {
      await store.close()
    }
  })

  after(async () => {
    await server.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  test('the ledger as Florin left it verifies, and everything in it was looked at', async () => {
    const report = await verify(server.url)
    assert.deepEqual(findingsOf(report), [])
    const counts = Object.fromEntries(report.checks.map(({ check, examined: count }) => [check, count]))
    assert.deepEqual(counts, examined)
    assert.equal(report.lastPage.number, examined.pages)
  })

  for (const [i, [name, sql, ...expected]] of tampers.entries()) {
    test(`${name}: found and named`, async () => {
      const database = `tampered_${i}`
      await query(server.url, `create database ${database} template florin`)
      const url = server.url.replace(/\/florin$/, `/${database}`)
      await query(url, sql)
      const findings = findingsOf(await verify(url))
      for (const [check, subject] of expected) {
        assert.ok(
          findings.some((finding) => finding.check === check && subject.test(finding.subject)),
          `no ${check} ${subject.source} in ${JSON.stringify(findings, null, 1)}`,
        )
      }
      await query(server.url, `drop database ${database}`)
    })
  }
}

async function verify(url: string) {
  return await verifyLedger({ audit: createPostgresAudit({ url }), sha256 })
}

function findingsOf({ ok, checks }: Awaited<ReturnType<typeof verify>>) {
  const findings = checks.flatMap((check) => check.findings)
  assert.equal(ok, findings.length === 0)
  return findings
}
