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
import { serveFx } from './fx.ts'
import { serveHolds } from './holds.ts'
import { servePeriods } from './periods.ts'
import { servePolicies } from './policies.ts'
import { serveReversals } from './reversals.ts'
import { serveSimulations } from './simulations.ts'
import { serveStatements } from './statements.ts'
import { serveTestClock } from './test-clock.ts'
import { serveTransfers } from './transfers.ts'
import { serveTrialBalance } from './trial-balance.ts'
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
  serveStatements(app, florin, log)
  serveTrialBalance(app, florin, log)
  serveTransfers(app, florin)
  serveReversals(app, florin)
  serveSimulations(app, florin)
  serveBulk(app, florin, log)
  serveHolds(app, florin)
  servePolicies(app, florin)
  serveFx(app, florin)
  servePeriods(app, florin)
  serveEvents(app, florin)
  serveTestClock(app, florin)
}
