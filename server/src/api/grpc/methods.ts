// Which operation of the table of access each method is. A method that has no row here does not start.
import { assert } from '#core/assert.ts'
import type { OperationName } from '#core/operations.ts'

/** Every method that is served, by its path. */
const methods = {
  'grpc.health.v1.Health/Check': 'ready',
  'grpc.health.v1.Health/List': 'ready',
  'grpc.health.v1.Health/Watch': 'ready',
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'openapi',
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'openapi',

  'florin.v1.AccountService/CreateAccount': 'v1CreateAccount',
  'florin.v1.AccountService/GetAccount': 'v1GetAccount',
  'florin.v1.TransferService/CreateTransfer': 'v1CreateTransfer',
  'florin.v1.TransferService/GetTransfer': 'v1GetTransfer',

  'florin.v2.AccountService/CreateAccount': 'createAccount',
  'florin.v2.AccountService/GetAccount': 'getAccount',
  'florin.v2.AccountService/ListAccounts': 'listAccounts',
  'florin.v2.AccountService/UpdateAccount': 'updateAccount',
  'florin.v2.AccountService/CloseAccount': 'closeAccount',
  'florin.v2.AccountService/ListEntries': 'listEntries',
  'florin.v2.AccountService/StreamStatement': 'getStatement',
  'florin.v2.AccountService/GetWallet': 'getWallet',
  'florin.v2.AccountService/ListAccountPolicies': 'listAccountPolicies',

  'florin.v2.ApiKeyService/CreateApiKey': 'createApiKey',
  'florin.v2.ApiKeyService/GetApiKey': 'getApiKey',
  'florin.v2.ApiKeyService/ListApiKeys': 'listApiKeys',
  'florin.v2.ApiKeyService/RotateApiKey': 'rotateApiKey',
  'florin.v2.ApiKeyService/RevokeApiKey': 'revokeApiKey',

  'florin.v2.ApprovalService/GetApproval': 'getApproval',
  'florin.v2.ApprovalService/ListApprovals': 'listApprovals',
  'florin.v2.ApprovalService/ApproveTransfer': 'approveTransfer',
  'florin.v2.ApprovalService/RejectTransfer': 'rejectTransfer',

  'florin.v2.AuthService/Login': 'login',
  'florin.v2.AuthService/Refresh': 'refresh',
  'florin.v2.AuthService/Logout': 'logout',
  'florin.v2.AuthService/ChangePassword': 'changePassword',
  'florin.v2.AuditService/ListAudit': 'listAudit',

  'florin.v2.CurrencyService/CreateCurrency': 'createCurrency',
  'florin.v2.CurrencyService/GetCurrency': 'getCurrency',
  'florin.v2.CurrencyService/ListCurrencies': 'listCurrencies',

  'florin.v2.EventService/ListEvents': 'listEvents',
  'florin.v2.EventService/Watch': 'listEvents',

  'florin.v2.FxService/CreateQuote': 'createQuote',
  'florin.v2.FxService/GetQuote': 'getQuote',
  'florin.v2.FxService/ConvertQuote': 'convertQuote',

  'florin.v2.HoldService/CreateHold': 'createHold',
  'florin.v2.HoldService/GetHold': 'getHold',
  'florin.v2.HoldService/ListHolds': 'listHolds',
  'florin.v2.HoldService/CaptureHold': 'captureHold',
  'florin.v2.HoldService/ReleaseHold': 'releaseHold',

  'florin.v2.PeriodService/ClosePeriod': 'closePeriod',
  'florin.v2.PeriodService/GetBooks': 'getPeriods',
  'florin.v2.PeriodService/GetTrialBalance': 'getTrialBalance',

  'florin.v2.PolicyService/CreatePolicy': 'createPolicy',
  'florin.v2.PolicyService/GetPolicy': 'getPolicy',
  'florin.v2.PolicyService/ListPolicies': 'listPolicies',
  'florin.v2.PolicyService/UpdatePolicy': 'updatePolicy',
  'florin.v2.PolicyService/RemovePolicy': 'removePolicy',
  'florin.v2.PolicyService/ListPolicyVersions': 'listPolicyVersions',

  'florin.v2.TestClockService/GetTestClock': 'getTestClock',
  'florin.v2.TestClockService/AdvanceTestClock': 'advanceTestClock',

  'florin.v2.TransferService/CreateTransfer': 'createTransfer',
  'florin.v2.TransferService/GetTransfer': 'getTransfer',
  'florin.v2.TransferService/ListTransfers': 'listTransfers',
  'florin.v2.TransferService/ReverseTransfer': 'reverseTransfer',
  'florin.v2.TransferService/SimulateTransfer': 'simulateTransfer',
  'florin.v2.TransferService/BulkCreateTransfers': 'createTransfers',
  'florin.v2.TransferService/PostTransfers': 'createTransfer',

  'florin.v2.UserService/CreateUser': 'createUser',
  'florin.v2.UserService/GetUser': 'getUser',
  'florin.v2.UserService/ListUsers': 'listUsers',
  'florin.v2.UserService/UpdateUser': 'updateUser',
  'florin.v2.UserService/GetLogin': 'getLogin',
  'florin.v2.UserService/SetRoles': 'setRoles',
  'florin.v2.UserService/SetPassword': 'setPassword',
  'florin.v2.UserService/RemovePassword': 'removePassword',
  'florin.v2.UserService/ListSessions': 'listSessions',
  'florin.v2.UserService/EndSession': 'endSession',
  'florin.v2.UserService/EndSessions': 'endSessions',
  'florin.v2.UserService/EraseUser': 'eraseUser',
} as const satisfies Record<string, OperationName>

/** A method: its service and its name. */
export type MethodName = keyof typeof methods

/** Every method. */
export const methodNames = Object.keys(methods) as readonly MethodName[]

/** The operation that a method is; undefined when it has no row. @example operationOf('florin.v2.UserService/GetUser') */
export function operationOf(method: string): OperationName | undefined {
  return Object.hasOwn(methods, method) ? methods[method as MethodName] : undefined
}

/** Throws when a method of a service has no row. */
export function assertRows(service: string, names: readonly string[]): void {
  const without = names.filter((name) => operationOf(`${service}/${name}`) === undefined)
  assert(without.length === 0, `methods of ${service} without a row in methods.ts: ${without.join(', ')}`)
}
