/** The gRPC edge over the memory store, and a client of it. */
import { createGrpcServer, type GrpcServer } from '#api/grpc/server.ts'
import type { Florin } from '#app/florin.ts'
import { createMemoryFlorin, type MemoryFlorin } from './florin.ts'
import { createGrpcClient, type GrpcClient } from './grpc-client.ts'
import type { Loose } from './http-edge.ts'

/** The edge under test. */
export interface GrpcEdge extends GrpcClient, Pick<MemoryFlorin, 'store' | 'commands'> {
  /** `host:port` */
  readonly address: string
  readonly server: GrpcServer
  readonly log: { readonly level: string; readonly fields: Loose; readonly message: string }[]
}

/** Makes the edge over an empty memory store. `change` replaces parts of Florin, for the ways it can fail. */
export async function createGrpcEdge(
  options: { readonly change?: (florin: Florin) => Partial<Florin>; readonly messageSizeMax?: number } = {},
): Promise<GrpcEdge & AsyncDisposable> {
  const { florin, store, commands } = createMemoryFlorin()
  const log: GrpcEdge['log'] = []
  const write = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message })
  const server = createGrpcServer({
    florin: { ...florin, ...options.change?.(florin) },
    log: { debug: write('debug'), warn: write('warn'), error: write('error') },
    messageSizeMax: options.messageSizeMax ?? 4 * 1024 * 1024,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const address = `127.0.0.1:${port}`
  const client = createGrpcClient(address)
  return {
    ...client,
    address,
    server,
    store,
    commands,
    log,
    async [Symbol.asyncDispose]() {
      client.close()
      await server.close()
    },
  }
}
