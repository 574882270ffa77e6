// The ledger on PostgreSQL: one connection that writes, a few that read.
import { sql } from 'kysely'
import type { Sha256 } from '#core/merkle.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { Clock } from '#ports/clock.ts'
import type { HistoryReader } from '#ports/history-reader.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { IdempotencySweeper } from '#ports/idempotency-sweeper.ts'
import type { JournalReader } from '#ports/journal-reader.ts'
import type { DirectoryReader, LedgerReader } from '#ports/ledger-reader.ts'
import type { LedgerStore, StoreHealth } from '#ports/ledger-store.ts'
import type { Log } from '#ports/log.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import { createAccessReader } from './access.ts'
import { createApprovalReader } from './approvals.ts'
import { createAuditLog } from './audit-log.ts'
import { createDirectory } from './directory.ts'
import { createHistory } from './history.ts'
import { createHoldReader } from './holds.ts'
import { createJournalReader } from './journal.ts'
import { createLogins } from './logins.ts'
import { createPoster } from './poster.ts'
import { createReader } from './reader.ts'
import { createRuleReader } from './rules.ts'
import { openReadPool, type Database } from './tables.ts'
import { openWriter } from './writer.ts'

/** The PostgreSQL store: every port of a store in one object. */
export type PostgresStore = LedgerStore &
  LedgerReader &
  DirectoryReader &
  HoldReader &
  AccessReader &
  ApprovalReader &
  LoginReader &
  SigningKeyStore &
  AuditReader &
  RuleReader &
  HistoryReader &
  JournalReader &
  IdempotencySweeper &
  StoreHealth & { close(): Promise<void> }

/** Connects to a migrated database; throws when it cannot be reached. */
export async function openPostgresStore(deps: {
  readonly url: string
  readonly clock: Clock
  readonly sha256: Sha256
  readonly log: Log
}): Promise<PostgresStore> {
  const { url, clock, sha256, log } = deps
  const writer = await openWriter(url, log)
  const { db, prepared } = openReadPool(url, log)
  const journal = createJournalReader(db)

  return {
    ...createPoster({ writer, clock, sha256, onCommit: journal.wake }),
    ...createReader({ db, prepared }),
    ...createDirectory(db),
    ...createHoldReader(db),
    ...createAccessReader(db),
    ...createApprovalReader(db),
    ...createLogins(db),
    ...createAuditLog(db),
    ...createRuleReader(db),
    ...createHistory(prepared),
    ...journal.reader,
    ...createSweeper(db),
    problem: () => writer.problem(),
    async close() {
      await writer.close()
      await db.destroy()
    },
  }
}

function createSweeper(db: Database): IdempotencySweeper {
  return {
    async sweepIdempotency(before, limit) {
      const result = await sql`
        delete from florin.idempotency_records
        where (principal, key) in (
          select principal, key from florin.idempotency_records
          where created_at < ${before}
          order by created_at
          limit ${limit}
        )`.execute(db)
      return Number(result.numAffectedRows ?? 0)
    },
  }
}
