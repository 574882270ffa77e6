// v1: the classic contract of internal transfers.
import type { FastifyInstance } from 'fastify'
import type { Florin } from '#app/florin.ts'
import { useZod } from '../validation.ts'
import { serveAccounts } from './accounts.ts'
import { serveTransfers } from './transfers.ts'

/** Adds v1 below the scope's prefix. Transactions are transfers by their other name. */
export async function serveV1(scope: FastifyInstance, florin: Florin): Promise<void> {
  const app = useZod(scope)
  serveAccounts(app, florin)
  serveTransfers(app, florin, { path: '/transfers', operation: 'Transfer' })
  serveTransfers(app, florin, { path: '/transactions', operation: 'Transaction' })
}
