import assert from 'node:assert/strict'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createPostgresAudit } from '#adapters/store-postgres/audit.ts'
import { verifyLedger } from '#app/verify-ledger.ts'

/** Throws when `florin verify` finds anything wrong with the ledger in the database. */
export async function assertProven(url: string): Promise<void> {
  const { ok, checks } = await verifyLedger({ audit: createPostgresAudit({ url }), sha256 })
  assert.deepEqual(
    checks.filter(({ failed }) => failed > 0),
    [],
  )
  assert.ok(ok)
}
