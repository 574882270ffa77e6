// v2: all of Florin.
import type { FastifyInstance } from 'fastify'
import type { Florin } from '#app/florin.ts'
import type { HttpLog } from '../log.ts'
import { useZod } from '../validation.ts'
import { serveAccounts } from './accounts.ts'
import { serveBulk } from './bulk.ts'
import { serveCurrencies } from './currencies.ts'
import { serveEntries } from './entries.ts'
import { serveEvents } from './events.ts'
import { serveHolds } from './holds.ts'
import { serveReversals } from './reversals.ts'
import { serveSimulations } from './simulations.ts'
import { serveTransfers } from './transfers.ts'
import { serveUsers } from './users.ts'
import { serveWallet } from './wallet.ts'

/** Adds v2 below the scope's prefix. */
export async function serveV2(scope: FastifyInstance, florin: Florin, log: HttpLog): Promise<void> {
  const app = useZod(scope)
  serveUsers(app, florin)
  serveWallet(app, florin)
  serveCurrencies(app, florin)
  serveAccounts(app, florin)
  serveEntries(app, florin)
  serveTransfers(app, florin)
  serveReversals(app, florin)
  serveSimulations(app, florin)
  serveBulk(app, florin, log)
  serveHolds(app, florin)
  serveEvents(app, florin)
}
