/** gRPC as a client of another process sends it, with what proto/ says; every call is bounded in time. */
import { fileURLToPath } from 'node:url'
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  status,
  type ChannelCredentials,
  type Client,
  type ServiceError,
} from '@grpc/grpc-js'
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader'
import { globSync } from 'node:fs'
import type { Loose } from './http-edge.ts'

/** An answer: the message, or the error with its google.rpc details read. */
export interface RpcAnswer {
  /** `OK`, `NOT_FOUND`, … */
  readonly status: string
  readonly message: Loose
  /** The sentence for people. */
  readonly detail: string
  readonly reason: string | undefined
  /** What ErrorInfo tells besides. */
  readonly info: Readonly<Record<string, string>>
  readonly errors: readonly { readonly field: string; readonly description: string }[]
  readonly retryDelay: Loose
  /** Why a rule refused, in figures. */
  readonly explanation: Loose
  readonly requestId: string | undefined
  readonly traceparent: string | undefined
  readonly replayed: boolean
}

interface RpcAsk {
  readonly metadata?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
}

/** A client of one Florin. */
export interface GrpcClient {
  /** @example call('florin.v1.AccountService/GetAccount', { account_id: '1001' }) */
  call(method: string, message: object, ask?: RpcAsk): Promise<RpcAnswer>
  /** The client of a service, for streams and for what only grpc-js can say. */
  service(name: string): Loose
  close(): void
}

const CALL_MAX_MS = 20_000
const FOLDER = fileURLToPath(new URL('../../proto', import.meta.url))
const FORM = { keepCase: true, longs: String, enums: String, includeDirs: [FOLDER] }

/** All of proto/. */
export const contract: PackageDefinition = loadSync(globSync('**/*.proto', { cwd: FOLDER }), FORM)

/** The services of Florin among definitions. */
export function serviceNames(definitions: PackageDefinition): string[] {
  return Object.keys(definitions).filter((name) => /^florin\..*Service$/.test(name))
}

/** Makes a client; `address` is `host:port`. */
export function createGrpcClient(
  address: string,
  definitions: PackageDefinition = contract,
  channel: ChannelCredentials = credentials.createInsecure(),
): GrpcClient {
  const loaded = loadPackageDefinition(definitions) as Loose
  const clients = new Map<string, Client>()

  function service(name: string): Loose {
    const known = clients.get(name)
    if (known !== undefined) return known
    const Constructor = name.split('.').reduce((place, part) => place[part], loaded)
    const client = new Constructor(address, channel) as Client
    clients.set(name, client)
    return client
  }

  async function call(method: string, message: object, ask: RpcAsk = {}): Promise<RpcAnswer> {
    const [name = '', procedure = ''] = method.split('/')
    const metadata = new Metadata()
    for (const [key, value] of Object.entries(ask.metadata ?? {})) metadata.set(key, value)
    const deadline = Date.now() + (ask.deadlineMs ?? CALL_MAX_MS)
    return await new Promise((resolve) => {
      let headers = new Metadata()
      const done = (error: ServiceError | null, answer: Loose): void =>
        resolve(error === null ? toAnswer(answer, headers) : toErrorAnswer(error))
      const rpc = service(name)[procedure](message, metadata, { deadline }, done)
      rpc.on('metadata', (received: Metadata) => (headers = received))
    })
  }

  return {
    call,
    service,
    close() {
      for (const client of clients.values()) client.close()
    },
  }
}

function toAnswer(message: Loose, headers: Metadata): RpcAnswer {
  return { status: 'OK', message, detail: '', ...NO_DETAILS, ...toSigns(headers) }
}

const NO_DETAILS = { reason: undefined, info: {}, errors: [], retryDelay: undefined, explanation: undefined }

/** What an error of grpc-js, or the status of a stream, says. */
export function toErrorAnswer({
  code,
  details,
  metadata,
}: Pick<ServiceError, 'code' | 'details' | 'metadata'>): RpcAnswer {
  const [bytes] = metadata.get('grpc-status-details-bin')
  const read = bytes === undefined ? NO_DETAILS : readDetails(decode('google.rpc.Status', bytes as Buffer))
  return {
    status: status[code],
    message: undefined,
    detail: details,
    ...read,
    ...toSigns(metadata),
  }
}

/** The details of a google.rpc.Status. */
export function readDetails({ details = [] }: Loose) {
  const read: Record<string, Loose> = {}
  for (const { type_url: url, value } of details) {
    const name = String(url).replace('type.googleapis.com/', '')
    read[name] = decode(name, value ?? Buffer.alloc(0))
  }
  const info = read['google.rpc.ErrorInfo']
  return {
    reason: info?.reason,
    info: info?.metadata ?? {},
    errors: read['google.rpc.BadRequest']?.field_violations ?? [],
    retryDelay: read['google.rpc.RetryInfo']?.retry_delay,
    explanation: read['florin.v2.Explanation'],
  }
}

function toSigns(metadata: Metadata) {
  return {
    requestId: metadata.get('x-request-id')[0]?.toString(),
    traceparent: metadata.get('traceparent')[0]?.toString(),
    replayed: metadata.get('idempotency-replayed')[0] === 'true',
  }
}

function decode(name: string, bytes: Buffer): Loose {
  return (contract[name] as MessageTypeDefinition<object, object>).deserialize(bytes)
}
