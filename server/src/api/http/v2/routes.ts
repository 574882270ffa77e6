// v2: all of Florin.
import type { FastifyInstance } from 'fastify'
import type { FlorinOf } from '../access.ts'
import type { HttpLog } from '../log.ts'
import { useZod } from '../validation.ts'
import { serveAccounts } from './accounts.ts'
import { serveApiKeys } from './api-keys.ts'
import { serveApprovals } from './approvals.ts'
import { serveAudit } from './audit.ts'
import { serveAuth } from './auth.ts'
import { serveBulk } from './bulk.ts'
import { serveCurrencies } from './currencies.ts'
import { serveEntries } from './entries.ts'
import { serveEvents } from './events.ts'
import { serveFx } from './fx.ts'
import { serveHolds } from './holds.ts'
import { serveLogins } from './logins.ts'
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
export async function serveV2(scope: FastifyInstance, florinOf: FlorinOf, log: HttpLog): Promise<void> {
  const app = useZod(scope)
  serveUsers(app, florinOf)
  serveWallet(app, florinOf)
  serveCurrencies(app, florinOf)
  serveAccounts(app, florinOf)
  serveEntries(app, florinOf)
  serveStatements(app, florinOf, log)
  serveTrialBalance(app, florinOf, log)
  serveTransfers(app, florinOf)
  serveReversals(app, florinOf)
  serveSimulations(app, florinOf)
  serveBulk(app, florinOf, log)
  serveApprovals(app, florinOf)
  serveHolds(app, florinOf)
  servePolicies(app, florinOf)
  serveFx(app, florinOf)
  servePeriods(app, florinOf)
  serveEvents(app, florinOf)
  serveApiKeys(app, florinOf)
  serveAuth(app, florinOf)
  serveLogins(app, florinOf)
  serveAudit(app, florinOf)
  serveTestClock(app, florinOf)
}
