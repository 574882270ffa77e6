// Florin as its edges see it: every use case, and the readers whose reads need no deciding.
import type { CurrencyCatalog } from '#ports/currency-catalog.ts'
import type { HexDigest } from '#ports/digest.ts'
import type { IdSource } from '#ports/id-source.ts'
import type { JournalReader } from '#ports/journal-reader.ts'
import type { DirectoryReader, LedgerReader } from '#ports/ledger-reader.ts'
import type { StoreHealth } from '#ports/ledger-store.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { createCurrencies, type Currencies } from './currencies.ts'
import { createCurrencyBook, type CurrencyBook } from './currency-book.ts'
import { createEvents, type Events } from './events.ts'
import { createTransfers, type Transfers } from './transfers.ts'
import { createUsers, type Users } from './users.ts'

/** All that an edge may call. */
export interface Florin {
  readonly accounts: Accounts
  readonly transfers: Transfers
  readonly users: Users
  readonly currencies: Currencies
  readonly currencyBook: CurrencyBook
  readonly events: Events
  readonly reader: LedgerReader
  readonly directory: DirectoryReader
  readonly health: StoreHealth
}

/** What Florin is made of. */
export interface FlorinParts {
  readonly batcher: CommandBatcher
  readonly reader: LedgerReader
  readonly directory: DirectoryReader
  readonly journal: JournalReader
  readonly health: StoreHealth
  readonly catalog: CurrencyCatalog
  readonly ids: IdSource
  readonly digest: HexDigest
}

/** Puts the use cases together. */
export function createFlorin(parts: FlorinParts): Florin {
  const { batcher, reader, directory, journal, health, catalog, ids, digest } = parts
  const currencyBook = createCurrencyBook(directory, catalog)
  return {
    accounts: createAccounts({ batcher, currencies: currencyBook, reader, ids, digest }),
    transfers: createTransfers({ batcher, currencies: currencyBook, ids, digest }),
    users: createUsers({ batcher, ids, digest }),
    currencies: createCurrencies({ batcher, catalog, digest }),
    currencyBook,
    events: createEvents(journal),
    reader,
    directory,
    health,
  }
}
