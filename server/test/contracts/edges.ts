/** The edges of Florin as one client sees them: REST v1 and v2, gRPC v1 and v2, each over a Florin of its own or a shared one. */
import { readFileSync } from 'node:fs'
import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader'
import { createGrpcServer } from '#api/grpc/server.ts'
import { createHttpServer } from '#api/http/server.ts'
import { openAccess } from '#app/access-control.ts'
import type { Florin } from '#app/florin.ts'
import { contract, createGrpcClient, type RpcAnswer } from '#test/grpc-client.ts'
import type { Loose } from '#test/http-edge.ts'
import { idleLoad } from '#test/idle-load.ts'
import { quietLog } from '#test/quiet-log.ts'

/** What became of a request, in words that all edges share. */
export type Told =
  | { readonly code: 'ok'; readonly replayed: boolean; readonly shown: Shown }
  /** `failedId`: the transfer that records the refusal. */
  | { readonly code: string; readonly replayed: boolean; readonly failedId: string | null }

/** What v1 can express. */
type Shown = Readonly<Record<string, string | null>>

/** A transfer of the currency without a name. */
interface Payment {
  readonly source: string
  readonly destination: string
  readonly amount: string
}

/** One edge. */
export interface Driver {
  createAccount(id: string, initialBalance: string, key?: string): Promise<Told>
  getAccount(id: string): Promise<Told>
  pay(payment: Payment, key?: string): Promise<Told>
  getTransfer(id: string): Promise<Told>
  close(): Promise<void>
}

/** Every edge by its name. */
export const EDGES: Readonly<Record<string, (florin: Florin) => Promise<Driver>>> = {
  'REST v1': restV1,
  'REST v2': restV2,
  'gRPC v1': grpcV1,
  'gRPC v2': grpcV2,
}

const CURRENCY = 'XXX'

async function restV1(florin: Florin): Promise<Driver> {
  const { ask, close } = await serveRest(florin)
  const account = ({ account_id: id, balance }: Loose): Shown => ({ id: String(id), balance })
  const transfer = (body: Loose): Shown => ({
    id: body.id,
    source: String(body.source_account_id),
    destination: String(body.destination_account_id),
    amount: body.amount,
    status: body.status,
    sourceAfter: body.source_balance_after,
    destinationAfter: body.destination_balance_after,
    failure: body.failure?.code ?? null,
  })
  return {
    createAccount: (id, balance, key) =>
      ask(account, '/v1/accounts', { account_id: id, initial_balance: balance }, key),
    getAccount: (id) => ask(account, `/v1/accounts/${id}`),
    pay: ({ source, destination, amount }, key) => {
      const body = { source_account_id: source, destination_account_id: destination, amount }
      return ask(transfer, '/v1/transfers', body, key)
    },
    getTransfer: (id) => ask(transfer, `/v1/transfers/${id}`),
    close,
  }
}

async function restV2(florin: Florin): Promise<Driver> {
  const { ask, close } = await serveRest(florin)
  return {
    createAccount: (id, balance, key) =>
      ask(accountV2, '/v2/accounts', { id, currency: CURRENCY, initial_balance: balance }, key),
    getAccount: (id) => ask(accountV2, `/v2/accounts/${id}`),
    pay: (payment, key) => ask(transferV2, '/v2/transfers', { ...payment, currency: CURRENCY }, key),
    getTransfer: (id) => ask(transferV2, `/v2/transfers/${id}`),
    close,
  }
}

/** A client made from the contract of the last release. */
async function grpcV1(florin: Florin): Promise<Driver> {
  const released = readFileSync(new URL('../../../proto/released.binpb', import.meta.url))
  const form = { keepCase: true, longs: String, enums: String }
  const { call, close } = await serveGrpc(florin, loadFileDescriptorSetFromBuffer(released, form))
  const account = ({ account: { account_id: id, balance } }: Loose): Shown => ({ id, balance })
  const transfer = ({ transfer: shown }: Loose): Shown => ({
    id: shown.id,
    source: shown.source_account_id,
    destination: shown.destination_account_id,
    amount: shown.amount,
    status: wordOf(shown.status),
    sourceAfter: shown.source_balance_after ?? null,
    destinationAfter: shown.destination_balance_after ?? null,
    failure: shown.failure?.code ?? null,
  })
  return {
    createAccount: (id, balance, key) =>
      call(account, 'v1.AccountService/CreateAccount', { account_id: id, initial_balance: balance }, key),
    getAccount: (id) => call(account, 'v1.AccountService/GetAccount', { account_id: id }),
    pay: ({ source, destination, amount }, key) => {
      const message = { source_account_id: source, destination_account_id: destination, amount }
      return call(transfer, 'v1.TransferService/CreateTransfer', message, key)
    },
    getTransfer: (id) => call(transfer, 'v1.TransferService/GetTransfer', { id }),
    close,
  }
}

async function grpcV2(florin: Florin): Promise<Driver> {
  const { call, close } = await serveGrpc(florin, contract)
  const account = (message: Loose): Shown => accountV2(message.account)
  const transfer = ({ transfer: shown }: Loose): Shown =>
    transferV2({ ...shown, status: wordOf(shown.status) })
  return {
    createAccount: (id, balance, key) => {
      const message = { id, currency: CURRENCY, initial_balance: balance }
      return call(account, 'v2.AccountService/CreateAccount', message, key)
    },
    getAccount: (id) => call(account, 'v2.AccountService/GetAccount', { account_id: id }),
    pay: (payment, key) => {
      const message = { transfer: { ...payment, currency: CURRENCY } }
      return call(transfer, 'v2.TransferService/CreateTransfer', message, key)
    },
    getTransfer: (id) => call(transfer, 'v2.TransferService/GetTransfer', { transfer_id: id }),
    close,
  }
}

function accountV2({ id, balances }: Loose): Shown {
  return { id, balance: trimmed(balances.posted) }
}

function transferV2({ id, status, postings, failure }: Loose): Shown {
  const [posting] = postings
  return {
    id,
    source: posting.source,
    destination: posting.destination,
    amount: trimmed(posting.amount),
    status,
    sourceAfter: trimmed(posting.source_balance_after ?? null),
    destinationAfter: trimmed(posting.destination_balance_after ?? null),
    failure: failure?.code ?? null,
  }
}

/** v2 shows all digits of a currency, v1 no trailing zeros. */
function trimmed<Text extends string | null>(amount: Text): Text {
  return (amount?.includes('.') ? amount.replace(/\.?0+$/, '') : amount) as Text
}

function wordOf(value: string): string {
  return value.replace('TRANSFER_STATUS_', '').toLowerCase()
}

async function serveRest(florin: Florin) {
  const app = await createHttpServer({
    florin,
    accessControl: openAccess(florin),
    load: idleLoad,
    log: quietLog,
    docs: false,
  })

  async function ask(show: (body: Loose) => Shown, path: string, body?: object, key?: string): Promise<Told> {
    const response = await app.inject({
      url: path,
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { payload: body }),
      headers: key === undefined ? {} : { 'idempotency-key': key },
    })
    const answer: Loose = response.json()
    const replayed = response.headers['idempotency-replayed'] === 'true'
    return response.statusCode < 300
      ? { code: 'ok', replayed, shown: show(answer) }
      : { code: answer.code, replayed, failedId: answer.transfer_id ?? null }
  }

  return { ask, close: async () => await app.close() }
}

async function serveGrpc(florin: Florin, definitions: PackageDefinition) {
  const server = createGrpcServer({
    florin,
    accessControl: openAccess(florin),
    load: idleLoad,
    log: quietLog,
    messageSizeMax: 4 * 1024 * 1024,
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = createGrpcClient(`127.0.0.1:${port}`, definitions)

  async function call(
    show: (message: Loose) => Shown,
    method: string,
    message: object,
    key?: string,
  ): Promise<Told> {
    const asked = key === undefined ? message : { ...message, idempotency_key: key }
    const {
      status,
      reason,
      info,
      replayed,
      message: answer,
    }: RpcAnswer = await client.call(`florin.${method}`, asked)
    return status === 'OK'
      ? { code: 'ok', replayed, shown: show(answer) }
      : { code: reason ?? status, replayed, failedId: info['transfer_id'] ?? null }
  }

  async function close(): Promise<void> {
    client.close()
    await server.close()
  }

  return { call, close }
}
