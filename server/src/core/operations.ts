// What every operation of every edge needs. An operation that has no row here does not exist: edges refuse to start
// with one. REST calls operations by their operationId; methods of other edges are mapped to these.
import type { Access, Scope } from './access.ts'
import { accessError } from './access-codes.ts'
import type { AppError } from './errors.ts'

/**
 * What an operation is for a user, who has nothing to do with what is not their own:
 * - `named`: what the request names must be theirs; another's is answered as one that is not there.
 * - `debited`: every account that is debited must be theirs; with any other, there or not, it is not_your_account.
 * - `listed`: the list has only what is theirs.
 * - `shared`: the same for everybody.
 * - `self`: for users only, whatever they may do: it is about the one who calls.
 * - `none`: not for users.
 */
export type ForUsers = 'named' | 'debited' | 'listed' | 'shared' | 'self' | 'none'

/** A row of the table. */
export interface OperationRule {
  /** `nothing`: credentials are not even looked at. `a caller`: whoever is known. */
  readonly needs: Scope | 'nothing' | 'a caller'
  readonly forUsers: ForUsers
}

const open: OperationRule = { needs: 'nothing', forUsers: 'shared' }

function row(needs: OperationRule['needs'], forUsers: ForUsers): OperationRule {
  return { needs, forUsers }
}

/** The table. */
export const operations = {
  home: open,
  live: open,
  ready: open,
  openapi: open,
  docs: open,
  docsScript: open,

  v1CreateAccount: row('accounts:write', 'none'),
  v1GetAccount: row('accounts:read', 'named'),
  v1CreateTransfer: row('transfers:write', 'debited'),
  v1GetTransfer: row('transfers:read', 'named'),
  v1CreateTransaction: row('transfers:write', 'debited'),
  v1GetTransaction: row('transfers:read', 'named'),

  createUser: row('users:write', 'none'),
  listUsers: row('users:read', 'listed'),
  getUser: row('users:read', 'named'),
  updateUser: row('users:write', 'none'),
  eraseUser: row('users:erase', 'none'),
  getWallet: row('accounts:read', 'named'),

  getLogin: row('users:read', 'named'),
  setRoles: row('users:write', 'none'),
  setPassword: row('users:write', 'none'),
  removePassword: row('users:write', 'none'),
  listSessions: row('users:read', 'named'),
  endSession: row('users:write', 'named'),
  endSessions: row('users:write', 'named'),

  // Who logs in is nobody yet, and refresh tokens say themselves whose they are.
  login: open,
  refresh: open,
  logout: open,
  changePassword: row('a caller', 'self'),
  jwks: open,

  createCurrency: row('currencies:write', 'none'),
  listCurrencies: row('a caller', 'shared'),
  getCurrency: row('a caller', 'shared'),

  createAccount: row('accounts:write', 'none'),
  listAccounts: row('accounts:read', 'listed'),
  getAccount: row('accounts:read', 'named'),
  updateAccount: row('accounts:write', 'none'),
  closeAccount: row('accounts:write', 'none'),
  listEntries: row('accounts:read', 'named'),

  createTransfer: row('transfers:write', 'debited'),
  createTransfers: row('transfers:write', 'debited'),
  simulateTransfer: row('transfers:write', 'debited'),
  listTransfers: row('transfers:read', 'listed'),
  getTransfer: row('transfers:read', 'named'),
  reverseTransfer: row('transfers:write', 'debited'),

  listApprovals: row('approvals:read', 'listed'),
  getApproval: row('approvals:read', 'named'),
  approveTransfer: row('approvals:write', 'none'),
  // Who asked for a transfer may take it back.
  rejectTransfer: row('approvals:write', 'named'),

  createHold: row('holds:write', 'debited'),
  listHolds: row('holds:read', 'listed'),
  getHold: row('holds:read', 'named'),
  captureHold: row('holds:write', 'debited'),
  releaseHold: row('holds:write', 'named'),

  getStatement: row('accounts:read', 'named'),
  getTrialBalance: row('accounts:read', 'none'),

  createPolicy: row('policies:write', 'none'),
  listPolicies: row('policies:read', 'none'),
  getPolicy: row('policies:read', 'none'),
  updatePolicy: row('policies:write', 'none'),
  removePolicy: row('policies:write', 'none'),
  listPolicyVersions: row('policies:read', 'none'),
  listAccountPolicies: row('policies:read', 'none'),

  createQuote: row('fx:write', 'shared'),
  // Nobody is noted as the owner of a quote; who made it has seen it.
  getQuote: row('fx:read', 'none'),
  convertQuote: row('fx:write', 'debited'),

  closePeriod: row('periods:write', 'none'),
  getPeriods: row('a caller', 'shared'),

  getTestClock: row('a caller', 'shared'),
  advanceTestClock: row('clock:write', 'none'),

  listEvents: row('events:read', 'none'),
  listAudit: row('audit:read', 'none'),

  createApiKey: row('keys:write', 'none'),
  listApiKeys: row('keys:write', 'none'),
  getApiKey: row('keys:write', 'none'),
  rotateApiKey: row('keys:write', 'none'),
  revokeApiKey: row('keys:write', 'none'),
} as const satisfies Record<string, OperationRule>

/** The name of an operation. */
export type OperationName = keyof typeof operations

/** True for a name that the table has. */
export function isOperation(name: string | undefined): name is OperationName {
  return name !== undefined && Object.hasOwn(operations, name)
}

/** Why the caller may not begin with the operation; null when they may. What is touched is judged later. */
export function operationRefusal(access: Access, name: OperationName): AppError | null {
  const { needs, forUsers }: OperationRule = operations[name]
  if (needs === 'nothing') return null
  if (needs !== 'a caller' && !access.scopes.has(needs)) {
    return accessError('scope_missing', `this needs the scope ${needs}`, { caller: access })
  }
  if (access.ownOnly && forUsers === 'none') {
    const message = 'this is not for users, only for those who run the ledger'
    return accessError('not_for_users', message, { caller: access })
  }
  if (forUsers === 'self' && access.userId === null) {
    return accessError('only_for_users', 'this is for users who are logged in')
  }
  return null
}
