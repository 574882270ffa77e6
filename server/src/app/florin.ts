// Florin as its edges see it: every use case, and the readers whose reads need no deciding.
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId, TransferId } from '#core/ids.ts'
import type { AuditReader } from '#ports/audit-reader.ts'
import type { AccessReader } from '#ports/access-reader.ts'
import type { ApprovalReader } from '#ports/approval-reader.ts'
import type { MovableClock } from '#ports/clock.ts'
import type { CurrencyCatalog } from '#ports/currency-catalog.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { HistoryReader } from '#ports/history-reader.ts'
import type { HoldReader } from '#ports/hold-reader.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { JournalReader } from '#ports/journal-reader.ts'
import type { DirectoryReader, LedgerReader } from '#ports/ledger-reader.ts'
import type { StoreHealth } from '#ports/ledger-store.ts'
import type { RateSource } from '#ports/rate-source.ts'
import type { RuleReader } from '#ports/rule-reader.ts'
import type { SigningKeyStore } from '#ports/signing-keys.ts'
import type { LoginReader } from '#ports/login-reader.ts'
import type { Secrets } from '#ports/secrets.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createApiKeys, type ApiKeys } from './api-keys.ts'
import { createApprovals, createExpireApprovals, type Approvals, type ExpireApprovals } from './approvals.ts'
import { createAttemptLog, type AttemptLog } from './attempt-log.ts'
import { createBulk, type Bulk } from './bulk.ts'
import { BATCHER_LIMITS, type BatcherLimits, type CommandBatcher } from './command-batcher.ts'
import { createCurrencies, type Currencies } from './currencies.ts'
import { createCurrencyBook, type CurrencyBook } from './currency-book.ts'
import { createEvents, type Events } from './events.ts'
import { createExpireHolds, type ExpireHolds } from './expire-holds.ts'
import { createHistory, type History } from './history.ts'
import { createHolds, type Holds } from './holds.ts'
import { createLogins, type LoginParts, type Logins } from './logins.ts'
import { withItemsNoted } from './noted-bulk.ts'
import { createPeriods, type Periods } from './periods.ts'
import { createPolicies, type Policies } from './policies.ts'
import { createQuotes, type Quotes } from './quotes.ts'
import type { ShownTransfer } from './shown.ts'
import { createTestClock, type Mode, type TestClock } from './test-clock.ts'
import { createTransferReader } from './transfer-requests.ts'
import { createTransfers, type Transfers } from './transfers.ts'
import { createUsers, type Users } from './users.ts'

/** Reads whose answers need no deciding. */
export interface Reader
  extends Omit<LedgerReader, 'findTransfer' | 'listTransfers'>, HoldReader, ApprovalReader, RuleReader {
  findTransfer(id: TransferId): Promise<ShownTransfer | undefined>
  listTransfers(query: Parameters<LedgerReader['listTransfers']>[0]): Promise<ShownTransfer[]>
}

/** All that an edge may call. */
export interface Florin {
  readonly accounts: Accounts
  readonly transfers: Transfers
  readonly bulk: Bulk
  readonly holds: Holds
  readonly approvals: Approvals
  readonly policies: Policies
  readonly quotes: Quotes
  readonly periods: Periods
  readonly users: Users
  readonly currencies: Currencies
  readonly currencyBook: CurrencyBook
  readonly events: Events
  readonly history: History
  readonly testClock: TestClock
  readonly expireHolds: ExpireHolds
  readonly expireApprovals: ExpireApprovals
  readonly apiKeys: ApiKeys
  readonly logins: Logins
  readonly audit: AuditReader
  /** Where edges tell of what they, or the ledger, refused. */
  readonly attempts: AttemptLog
  readonly reader: Reader
  readonly directory: DirectoryReader
  readonly health: StoreHealth
}

/** What an operator decides about the use cases. */
export interface FlorinSettings extends Pick<BatcherLimits, 'batchSizeMax' | 'queueMax'> {
  readonly mode: Mode
  /** How many days ago business time may lie. */
  readonly backdatingDays: number
  /** The operator's account in each currency that is exchanged. */
  readonly fxAccounts: ReadonlyMap<CurrencyCode, AccountId>
  /** How long a quote stays open. */
  readonly fxQuoteSeconds: number
  /** How long a transfer waits for approval. */
  readonly approvalSeconds: number
}

/** What most operators decide. */
export const FLORIN_SETTINGS: FlorinSettings = {
  ...BATCHER_LIMITS,
  mode: 'development',
  backdatingDays: 31,
  fxAccounts: new Map(),
  fxQuoteSeconds: 30,
  approvalSeconds: 259_200,
}

/** What Florin is made of. */
export interface FlorinParts {
  readonly batcher: CommandBatcher
  /** Every read of the store that the batcher writes to. */
  readonly store: LedgerReader &
    HoldReader &
    ApprovalReader &
    RuleReader &
    HistoryReader &
    DirectoryReader &
    AccessReader &
    LoginReader &
    SigningKeyStore &
    AuditReader &
    JournalReader &
    StoreHealth
  readonly clock: MovableClock
  readonly catalog: CurrencyCatalog
  readonly rates: RateSource
  readonly ids: IdSource
  readonly digest: HexDigest
  /** Null: no API key can be made or known, and nobody can log in. */
  readonly secrets: Secrets | null
  /** Null: nobody can log in. */
  readonly login: LoginParts | null
  readonly settings: FlorinSettings
}

/** Puts the use cases together. */
export function createFlorin(parts: FlorinParts): Florin {
  const { batcher, store, clock, catalog, rates, ids, digest, secrets, login, settings } = parts
  const currencyBook = createCurrencyBook(store, catalog)
  const shared = { batcher, currencies: currencyBook, reader: store, ids, digest }
  const { mode, backdatingDays, batchSizeMax, queueMax, approvalSeconds } = settings
  const expireHolds = createExpireHolds({ reader: store, batcher, clock })
  const expireApprovals = createExpireApprovals({ reader: store, batcher, clock })
  const transferReader = createTransferReader({
    currencies: currencyBook,
    clock,
    backdatingDays,
    ids,
    digest,
  })
  const attempts = createAttemptLog({ batcher, clock })
  const logins = createLogins({ batcher, store, ids, digest, secrets, clock, parts: login })
  const inFlightMax = Math.min(batchSizeMax, queueMax)
  return {
    accounts: createAccounts(shared),
    transfers: createTransfers({ ...shared, transferReader, approvalSeconds }),
    bulk: withItemsNoted(createBulk({ batcher, transferReader, digest, inFlightMax }), attempts),
    holds: createHolds(shared),
    approvals: createApprovals({ batcher, digest }),
    policies: createPolicies(shared),
    quotes: createQuotes({
      ...shared,
      clock,
      rates,
      accounts: settings.fxAccounts,
      quoteSeconds: settings.fxQuoteSeconds,
    }),
    periods: createPeriods(shared),
    users: createUsers({ ...shared, onErased: (id) => logins.authentication?.forget(id) }),
    currencies: createCurrencies({ batcher, catalog, digest }),
    currencyBook,
    events: createEvents(store),
    history: createHistory({ reader: store, clock }),
    testClock: createTestClock({ clock, mode, expire: [expireHolds, expireApprovals] }),
    expireHolds,
    expireApprovals,
    apiKeys: createApiKeys({ ...shared, secrets, clock }),
    logins,
    audit: store,
    attempts,
    reader: store,
    directory: store,
    health: batcher,
  }
}
