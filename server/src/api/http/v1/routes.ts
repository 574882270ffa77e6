// v1: the classic contract of internal transfers.
import type { FastifyInstance } from 'fastify'
import type { FlorinOf } from '../access.ts'
import { useZod } from '../validation.ts'
import { serveAccounts } from './accounts.ts'
import { serveTransfers } from './transfers.ts'

/** Adds v1 below the scope's prefix. Transactions are transfers by their other name. */
export async function serveV1(scope: FastifyInstance, florinOf: FlorinOf): Promise<void> {
  const app = useZod(scope)
  serveAccounts(app, florinOf)
  serveTransfers(app, florinOf, { path: '/transfers', operation: 'Transfer' })
  serveTransfers(app, florinOf, { path: '/transactions', operation: 'Transaction' })
}
