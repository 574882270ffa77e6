/** The stores that every contract of the ledger is run against, one row each. A new store is a new row. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { startEmbeddedPostgres } from '#adapters/store-embedded/server.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { openPostgresStore } from '#adapters/store-postgres/store.ts'
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
import type { LoginReader } from '#ports/login-reader.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import { createPostgresDatabases, ENGLISH, type PostgresDatabases } from './postgres-databases.ts'
import { requireService } from './services.ts'
import { quietLog } from './quiet-log.ts'

/** Every port of a store. */
export type Ledger = LedgerStore &
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
  StoreHealth

/** A ledger of a test's own. */
interface OpenLedger {
  readonly store: Ledger
  /** A second store on the same ledger, as another process has it; absent where there is only one process. */
  readonly openAnother?: (clock: Clock) => Promise<Ledger>
  /** Where it is, for what looks at it from outside; absent for the memory store. */
  readonly url?: string
  /** Gives the ledger up, with all its stores. */
  close(): Promise<void>
}

/** A store under test. */
export interface StoreUnderTest {
  readonly name: string
  /** Why it is skipped, or false. */
  readonly skip: string | false
  /** Opens an empty ledger. */
  open(clock: Clock): Promise<OpenLedger>
  /** Stops what `open` started. Call it in an `after` hook. */
  stop(): Promise<void>
}

const memory: StoreUnderTest = {
  name: 'memory',
  skip: false,
  async open(clock) {
    return { store: createMemoryStore({ clock, sha256 }), close: async () => {} }
  },
  stop: async () => {},
}

function postgresStore(
  name: string,
  skip: string | false,
  start: () => Promise<{ url: string; locale: string; stop: () => Promise<void> }>,
): StoreUnderTest {
  let started: Promise<{ databases: PostgresDatabases; stop: () => Promise<void> }> | null = null

  async function startOnce() {
    const server = await start()
    return { databases: createPostgresDatabases(server.url, server.locale), stop: server.stop }
  }

  return {
    name,
    skip,
    async open(clock) {
      const { databases } = await (started ??= startOnce())
      const url = await databases.take()
      const stores = [await openPostgresStore({ url, clock, sha256, log: quietLog })]
      return {
        store: stores[0] as Ledger,
        url,
        async openAnother(otherClock) {
          const another = await openPostgresStore({ url, clock: otherClock, sha256, log: quietLog })
          stores.push(another)
          return another
        },
        async close() {
          for (const store of stores) await store.close()
          await databases.giveBack(url)
        },
      }
    },
    async stop() {
      if (started === null) return
      const { databases, stop } = await started
      await databases.dropAll()
      await stop()
    },
  }
}

const postgres = requireService('postgres')

async function startNothing() {
  return { url: postgres.url as string, locale: ENGLISH, stop: async () => {} }
}

async function startEmbedded() {
  const dataDir = await mkdtemp(join(tmpdir(), 'florin-test-'))
  const server = await startEmbeddedPostgres({ dataDir, log: quietLog })
  return {
    url: server.url,
    locale: '', // As Florin makes its own database.
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** All stores; the first is the model that the others are compared with. */
export const STORES: readonly StoreUnderTest[] = [
  memory,
  postgresStore('postgres', postgres.skip, startNothing),
  postgresStore('embedded', false, startEmbedded),
]

/** The stores whose ledger outlives the process and can be shared by several. */
export const SHARED_STORES: readonly StoreUnderTest[] = STORES.filter(({ name }) => name !== 'memory')
