/** The gRPC edge over the memory store, and clients of it. */
import { serviceOf } from '#api/grpc/contract.ts'
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from '#api/grpc/server.ts'
import { openAccess, type AccessControl } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import type { Command } from '#core/command.ts'
import { createMemoryFlorin } from './florin.ts'
import { idleLoad } from './idle-load.ts'
import { contract, createGrpcClient, serviceNames, type GrpcClient } from './grpc-client.ts'
import type { Loose } from './http-edge.ts'

/** The edge under test, and a client that reads messages as protobuf has them. */
export interface GrpcEdge extends GrpcClient {
  /** `host:port` */
  readonly address: string
  readonly server: GrpcServer
  /** A client that reads messages as the JSON of REST. */
  readonly json: GrpcClient
  /** Every command that the store was given, in order; of a Florin of the edge's own. */
  readonly commands: readonly Command[]
  readonly log: { readonly level: string; readonly fields: Loose; readonly message: string }[]
}

/** Makes the edge, over an empty memory store unless a Florin is given. `change` replaces parts of it, for the ways it can fail. */
export async function createGrpcEdge(
  options: {
    readonly florin?: Florin
    /** Absent: everybody may do everything. */
    readonly accessControl?: AccessControl
    readonly change?: (florin: Florin) => Partial<Florin>
    readonly messageSizeMax?: number
    /** What else differs from the edge's defaults. */
    readonly server?: Partial<GrpcServerOptions>
  } = {},
): Promise<GrpcEdge & AsyncDisposable> {
  const memory = createMemoryFlorin()
  const whole = options.florin ?? memory.florin
  const florin = { ...whole, ...options.change?.(whole) }
  const log: GrpcEdge['log'] = []
  const write = (level: string) => (fields: object, message: string) =>
    void log.push({ level, fields, message })
  const server = createGrpcServer({
    florin,
    accessControl: options.accessControl ?? openAccess(florin),
    log: { debug: write('debug'), warn: write('warn'), error: write('error') },
    load: idleLoad,
    messageSizeMax: options.messageSizeMax ?? 4 * 1024 * 1024,
    ...options.server,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const address = `127.0.0.1:${port}`
  const client = createGrpcClient(address)
  const services = serviceNames(contract).map((name) => [name, serviceOf(name)])
  const json = createGrpcClient(address, Object.fromEntries(services))
  return {
    ...client,
    address,
    server,
    json,
    commands: memory.commands,
    log,
    async [Symbol.asyncDispose]() {
      client.close()
      json.close()
      await server.close()
    },
  }
}
