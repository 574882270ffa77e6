/** Both edges of one Florin, to see that they take and turn away the same access tokens. */
import assert from 'node:assert/strict'
import type { LoginParts } from '#app/logins.ts'
import { makeAccessWorld, roleTokens, type AccessWorld } from './access-world.ts'
import { createGrpcEdge, type GrpcEdge } from './grpc-edge.ts'
import { createEdge, type Edge } from './http-edge.ts'

/** The edges, and what belongs to whom behind them. */
export interface TokenEdges {
  readonly rest: Edge
  readonly grpc: GrpcEdge
  readonly world: AccessWorld
  /** Expects both edges to turn the token away with this code. */
  readonly refused: (token: string, code: string) => Promise<void>
  /** Expects both edges to let it in. */
  readonly taken: (token: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Opens them; `foreign`: whose tokens are taken besides Florin's own. */
export async function openTokenEdges(foreign: LoginParts['foreign'] = null): Promise<TokenEdges> {
  const rest = await createEdge({ tokens: roleTokens, login: { foreign } })
  const grpc = await createGrpcEdge({ florin: rest.florin, accessControl: rest.accessControl })
  const overRest = async (token: string) => await rest.get('/v2/currencies', bearer(token))
  const overGrpc = async (token: string) =>
    await grpc.call('florin.v2.CurrencyService/ListCurrencies', {}, { metadata: bearer(token) })
  return {
    rest,
    grpc,
    world: await makeAccessWorld(rest.florin),
    async refused(token, code) {
      const { status, body, headers } = await overRest(token)
      assert.deepEqual([status, body.code], [401, code])
      assert.match(String(headers['www-authenticate']), /^Bearer/)
      const answer = await overGrpc(token)
      assert.deepEqual([answer.status, answer.reason], ['UNAUTHENTICATED', code])
    },
    async taken(token) {
      assert.equal((await overRest(token)).status, 200)
      assert.equal((await overGrpc(token)).status, 'OK')
    },
    async close() {
      await grpc[Symbol.asyncDispose]()
      await rest.close()
    },
  }
}

/** The header, and the metadata, that send a token. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}
