/** Every method, by every role, on what is the caller's own and on what is another's: what the table says, happens. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, test } from 'node:test'
import { Metadata, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { protoPath as healthProto } from 'grpc-health-check'
import { expectDefined } from '#core/assert.ts'
import { operations } from '#core/operations.ts'
import { callers, expectedOf, ownerships } from '#test/access-expected.ts'
import {
  makeAccessWorld,
  PASSWORD,
  roleTokens,
  type AccessWorld,
  type Belongings,
} from '#test/access-world.ts'
import {
  contract,
  createGrpcClient,
  readDetails,
  serviceNames,
  toErrorAnswer,
  type GrpcClient,
} from '#test/grpc-client.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'
import { serviceOf } from './contract.ts'
import { methodNames, operationOf, type MethodName } from './methods.ts'
import { errorStatuses } from './status.ts'

let made = 0

/** One request for each method, about something that belongs to `whose`. A new method does not compile without one. */
const requests: Record<MethodName, (whose: Belongings, world: AccessWorld) => object> = {
  'grpc.health.v1.Health/Check': () => ({}),
  'grpc.health.v1.Health/List': () => ({}),
  'grpc.health.v1.Health/Watch': () => ({}),
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo': () => ({ list_services: '' }),
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': () => ({ list_services: '' }),

  'florin.v1.AccountService/CreateAccount': () => ({ account_id: (made += 1) }),
  'florin.v1.AccountService/GetAccount': ({ classic }) => ({ account_id: classic[0] }),
  'florin.v1.TransferService/CreateTransfer': ({ classic: [source, destination] }) => ({
    source_account_id: source,
    destination_account_id: destination,
    amount: '1',
  }),
  'florin.v1.TransferService/GetTransfer': ({ classicTransfer: id }) => ({ id }),

  'florin.v2.AccountService/CreateAccount': ({ userId }) => ({ currency: 'EUR', user_id: userId }),
  'florin.v2.AccountService/GetAccount': account,
  'florin.v2.AccountService/ListAccounts': ({ userId }) => ({ user_id: userId }),
  'florin.v2.AccountService/UpdateAccount': (whose) => ({ ...account(whose), credit_limit: '1' }),
  'florin.v2.AccountService/CloseAccount': ({ classic }) => ({
    account_id: classic[0],
    sweep_to: classic[1],
  }),
  'florin.v2.AccountService/ListEntries': account,
  'florin.v2.AccountService/StreamStatement': account,
  'florin.v2.AccountService/GetWallet': ({ userId }) => ({ user_id: userId }),
  'florin.v2.AccountService/ListAccountPolicies': account,

  'florin.v2.ApiKeyService/CreateApiKey': () => ({ name: 'n', scopes: ['accounts:read'] }),
  'florin.v2.ApiKeyService/GetApiKey': apiKey,
  'florin.v2.ApiKeyService/ListApiKeys': () => ({}),
  'florin.v2.ApiKeyService/RotateApiKey': apiKey,
  'florin.v2.ApiKeyService/RevokeApiKey': apiKey,

  'florin.v2.ApprovalService/GetApproval': approval,
  'florin.v2.ApprovalService/ListApprovals': () => ({}),
  'florin.v2.ApprovalService/ApproveTransfer': approval,
  'florin.v2.ApprovalService/RejectTransfer': approval,

  'florin.v2.AuthService/Login': ({ email }) => ({ email, password: PASSWORD }),
  'florin.v2.AuthService/Refresh': ({ login }) => ({ refresh_token: login.refreshToken }),
  'florin.v2.AuthService/Logout': ({ login }) => ({ refresh_token: login.refreshToken }),
  'florin.v2.AuthService/ChangePassword': () => ({ current_password: PASSWORD, new_password: PASSWORD }),
  'florin.v2.AuditService/ListAudit': () => ({}),

  'florin.v2.CurrencyService/CreateCurrency': () => ({ code: `C${(made += 1)}X`, scale: 2, name: 'C' }),
  'florin.v2.CurrencyService/GetCurrency': () => ({ code: 'EUR' }),
  'florin.v2.CurrencyService/ListCurrencies': () => ({}),

  'florin.v2.EventService/ListEvents': () => ({ limit: 1 }),
  'florin.v2.EventService/Watch': () => ({}),

  'florin.v2.FxService/CreateQuote': () => ({ sell_currency: 'EUR', buy_currency: 'JPY', sell_amount: '1' }),
  'florin.v2.FxService/GetQuote': (_, { quote }) => ({ quote_id: quote }),
  'florin.v2.FxService/ConvertQuote': ({ accounts, yen }, { quote }) => ({
    quote_id: quote,
    source: accounts[0],
    destination: yen,
  }),

  'florin.v2.HoldService/CreateHold': transfer,
  'florin.v2.HoldService/GetHold': hold,
  'florin.v2.HoldService/ListHolds': account,
  'florin.v2.HoldService/CaptureHold': hold,
  'florin.v2.HoldService/ReleaseHold': hold,

  'florin.v2.PeriodService/ClosePeriod': () => ({
    through: new Date(Date.now() - 1).toISOString().replace('Z', '000Z'),
  }),
  'florin.v2.PeriodService/GetBooks': () => ({}),
  'florin.v2.PeriodService/GetTrialBalance': () => ({ currency: 'EUR' }),

  'florin.v2.PolicyService/CreatePolicy': ({ accounts }) => ({ account_id: accounts[1], rules: RULES }),
  'florin.v2.PolicyService/GetPolicy': policy,
  'florin.v2.PolicyService/ListPolicies': () => ({}),
  'florin.v2.PolicyService/UpdatePolicy': (whose) => ({ ...policy(whose), rules: RULES }),
  'florin.v2.PolicyService/RemovePolicy': policy,
  'florin.v2.PolicyService/ListPolicyVersions': policy,

  'florin.v2.TestClockService/GetTestClock': () => ({}),
  'florin.v2.TestClockService/AdvanceTestClock': () => ({ seconds: 1 }),

  'florin.v2.TransferService/CreateTransfer': (whose) => ({ transfer: transfer(whose) }),
  'florin.v2.TransferService/GetTransfer': deposit,
  'florin.v2.TransferService/ListTransfers': account,
  'florin.v2.TransferService/ReverseTransfer': (whose) => ({ ...deposit(whose), amount: '1' }),
  'florin.v2.TransferService/SimulateTransfer': (whose) => ({ transfer: transfer(whose) }),
  'florin.v2.TransferService/BulkCreateTransfers': (whose) => ({
    mode: 'independent',
    items: [{ transfer: transfer(whose) }],
  }),
  'florin.v2.TransferService/PostTransfers': (whose) => ({ transfer: transfer(whose) }),

  'florin.v2.UserService/CreateUser': () => ({}),
  'florin.v2.UserService/GetUser': user,
  'florin.v2.UserService/ListUsers': () => ({}),
  'florin.v2.UserService/EraseUser': ({ leaver }) => ({ user_id: leaver }),
  'florin.v2.UserService/UpdateUser': ({ userId }) => ({ user_id: userId, name: 'N' }),
  'florin.v2.UserService/GetLogin': user,
  'florin.v2.UserService/SetRoles': (whose) => ({ ...user(whose), roles: ['user'] }),
  'florin.v2.UserService/SetPassword': (whose) => ({ ...user(whose), password: PASSWORD }),
  'florin.v2.UserService/RemovePassword': user,
  'florin.v2.UserService/ListSessions': user,
  'florin.v2.UserService/EndSession': (whose) => ({ ...user(whose), session_id: whose.login.session.id }),
  'florin.v2.UserService/EndSessions': user,
}

const RULES = { ceiling: '2000000' }

function account({ accounts: [id] }: Belongings): object {
  return { account_id: id }
}

function apiKey(_: Belongings, world: AccessWorld): object {
  return { api_key_id: world.apiKey }
}

function approval({ approval: id }: Belongings): object {
  return { approval_id: id }
}

function deposit({ deposit: id }: Belongings): object {
  return { transfer_id: id }
}

function hold({ hold: id }: Belongings): object {
  return { hold_id: id }
}

function policy({ policy: id }: Belongings): object {
  return { policy_id: id }
}

function user({ userId }: Belongings): object {
  return { user_id: userId }
}

function transfer({ accounts: [source, destination] }: Belongings): object {
  return { source, destination, amount: '1', currency: 'EUR' }
}

let rest: Edge
let edge: GrpcEdge & AsyncDisposable
let client: GrpcClient
// One for each test: a memory store takes longer with all that is in it.
beforeEach(async () => {
  rest = await createEdge({ tokens: roleTokens })
  const { florin, accessControl } = rest
  edge = await createGrpcEdge({ florin, accessControl })
  client = createGrpcClient(edge.address, definitions)
})
afterEach(async () => {
  client.close()
  await edge[Symbol.asyncDispose]()
  await rest.close()
})

for (const method of methodNames) {
  for (const whose of ownerships) {
    test(`${method} on what is ${whose}, by every role`, async () => {
      const operation = expectDefined(operationOf(method), method)
      const changesNothing = /:read$|^a caller$/.test(operations[operation].needs)
      // Where nothing changed, the world is good for the next caller.
      let kept: AccessWorld | null = null
      for (const who of callers) {
        const world: AccessWorld = kept ?? (await makeAccessWorld(rest.florin))
        const message = requests[method](whose === 'own' ? world.ann : world.bob, world)
        const answer = await call(method, message, await world.authorizationOf(who))
        const expected = expectedOf(operation, who, whose)
        kept = expected.kind !== 'ok' || (changesNothing && operation !== 'changePassword') ? world : null
        const wanted = expected.kind === 'ok' ? status.OK : errorStatuses[expected.kind]
        assert.equal(answer.status, status[wanted], `${who}: ${JSON.stringify(answer)}`)
        if ('code' in expected) assert.equal(answer.reason, expected.code, who)
        if (who.startsWith('user') && operations[operation].needs !== 'nothing')
          assertNothingOfBob(answer.messages, world, whose)
      }
    })
  }
}

/** Whatever Ann is answered, nothing of it is Bob's. */
function assertNothingOfBob(messages: Loose[], { bob }: AccessWorld, whose: string): void {
  const text = JSON.stringify(messages)
  for (const id of [bob.deposit, bob.classicTransfer, bob.hold]) assert.ok(!text.includes(id), text)
  if (whose === "another's") assert.ok(!text.includes(bob.userId), text)
}

interface Told {
  readonly status: string
  readonly reason: string | undefined
  readonly messages: Loose[]
}

/** Calls a method of any kind. A stream without an end is left after its first message. */
async function call(method: MethodName, message: object, sent: Record<string, string>): Promise<Told> {
  const [service = '', name = ''] = method.split('/')
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(sent)) metadata.set(key, value)
  const { requestStream, responseStream } = (definitions[service] as Loose)[name]
  if (!responseStream) {
    const answer = await client.call(method, message, { metadata: sent })
    return { ...answer, messages: [answer.message ?? null] }
  }
  const start = client.service(service)
  const stream = requestStream ? start[name](metadata) : start[name](message, metadata)
  if (requestStream) stream.end(message)
  const messages: Loose[] = []
  return await new Promise((resolve) => {
    stream.on('error', () => {})
    stream.on('status', (told: Loose) => resolve({ ...toErrorAnswer(told), messages }))
    stream.on('data', (one: Loose) => {
      messages.push(one)
      // What is wrong with one transfer of a stream does not end it.
      if (one.error) resolve({ status: status[one.error.code] ?? '', ...readDetails(one.error), messages })
      if (method.endsWith('/Watch')) {
        resolve({ status: 'OK', reason: undefined, messages })
        stream.cancel()
      }
    })
  })
}

const REFLECTION = fileURLToPath(new URL('../proto/grpc/reflection', import.meta.resolve('@grpc/reflection')))

/** What is served: messages of Florin as the JSON of REST, those of others as they are. */
const definitions = Object.assign(
  loadSync([healthProto, `${REFLECTION}/v1/reflection.proto`, `${REFLECTION}/v1alpha/reflection.proto`], {
    keepCase: true,
    oneofs: true,
  }),
  Object.fromEntries(serviceNames(contract).map((name) => [name, serviceOf(name)])),
)
