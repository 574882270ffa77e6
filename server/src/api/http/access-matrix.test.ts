/** Every operation, by every role, on what is the caller's own and on what is another's: what the table says, happens. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { operations, type OperationName } from '#core/operations.ts'
import { callers, expectedOf, ownerships, type Whose } from '#test/access-expected.ts'
import {
  makeAccessWorld,
  PASSWORD,
  roleTokens,
  type AccessWorld,
  type Belongings,
} from '#test/access-world.ts'
import { createEdge, type Answer, type Ask, type Edge } from '#test/http-edge.ts'
import { errorMeanings } from './problems.ts'

type Request = Ask & { readonly path: string; /** The status of the one who may. */ readonly ok?: number }

let made = 0

/** One request for each operation, to something that belongs to `whose`. A new operation does not compile without one. */
const requests: Record<OperationName, (whose: Belongings, world: AccessWorld) => Request> = {
  home: () => get('/'),
  live: () => get('/health/live'),
  ready: () => get('/health/ready'),
  openapi: () => get('/openapi.json'),
  docs: () => get('/docs'),
  docsScript: () => get('/docs/scalar.js'),

  v1CreateAccount: () => post('/v1/accounts', { account_id: (made += 1) }, 201),
  v1GetAccount: ({ classic }) => get(`/v1/accounts/${classic[0]}`),
  v1CreateTransfer: (whose) => post('/v1/transfers', classicTransfer(whose), 201),
  v1GetTransfer: (whose) => get(`/v1/transfers/${whose.classicTransfer}`),
  v1CreateTransaction: (whose) => post('/v1/transactions', classicTransfer(whose), 201),
  v1GetTransaction: (whose) => get(`/v1/transactions/${whose.classicTransfer}`),

  createUser: () => post('/v2/users', {}, 201),
  listUsers: () => get('/v2/users'),
  getUser: ({ userId }) => get(`/v2/users/${userId}`),
  eraseUser: ({ leaver }) => ({ path: `/v2/users/${leaver}/erase`, method: 'POST' }),
  updateUser: ({ userId }) => ({ path: `/v2/users/${userId}`, method: 'PATCH', body: { name: 'N' } }),
  getWallet: ({ userId }) => get(`/v2/users/${userId}/wallet`),

  getLogin: ({ userId }) => get(`/v2/users/${userId}/login`),
  setRoles: ({ userId }) => put(`/v2/users/${userId}/roles`, { roles: ['user'] }),
  setPassword: ({ userId }) => put(`/v2/users/${userId}/password`, { password: PASSWORD }),
  removePassword: ({ userId }) => ({ path: `/v2/users/${userId}/password`, method: 'DELETE' }),
  listSessions: ({ userId }) => get(`/v2/users/${userId}/sessions`),
  endSession: ({ userId, login }) => ({
    path: `/v2/users/${userId}/sessions/${login.session.id}`,
    method: 'DELETE',
  }),
  endSessions: ({ userId }) => ({ path: `/v2/users/${userId}/sessions`, method: 'DELETE' }),

  login: ({ email }) => post('/v2/auth/login', { email, password: PASSWORD }),
  refresh: ({ login }) => post('/v2/auth/refresh', { refresh_token: login.refreshToken }),
  logout: ({ login }) => post('/v2/auth/logout', { refresh_token: login.refreshToken }),
  changePassword: () => post('/v2/auth/password', { current_password: PASSWORD, new_password: PASSWORD }),
  jwks: () => get('/.well-known/jwks.json'),

  createCurrency: () => post('/v2/currencies', { code: `C${(made += 1)}X`, scale: 2, name: 'C' }, 201),
  listCurrencies: () => get('/v2/currencies'),
  getCurrency: () => get('/v2/currencies/EUR'),

  createAccount: ({ userId }) => post('/v2/accounts', { currency: 'EUR', user_id: userId }, 201),
  listAccounts: ({ userId }) => get(`/v2/accounts?user_id=${userId}`),
  getAccount: ({ accounts }) => get(`/v2/accounts/${accounts[0]}`),
  updateAccount: ({ accounts }) => ({
    path: `/v2/accounts/${accounts[0]}`,
    method: 'PATCH',
    body: { credit_limit: '1' },
  }),
  closeAccount: ({ classic }) => post(`/v2/accounts/${classic[0]}/close`, { sweep_to: classic[1] }),
  listEntries: ({ accounts }) => get(`/v2/accounts/${accounts[0]}/entries`),

  getStatement: ({ accounts }) => get(`/v2/accounts/${accounts[0]}/statement`),
  getTrialBalance: () => get('/v2/trial-balance?currency=EUR'),

  createPolicy: ({ accounts }) => post('/v2/policies', { account_id: accounts[1], rules: RULES }, 201),
  listPolicies: () => get('/v2/policies'),
  getPolicy: ({ policy }) => get(`/v2/policies/${policy}`),
  updatePolicy: ({ policy }) => ({ path: `/v2/policies/${policy}`, method: 'PUT', body: { rules: RULES } }),
  removePolicy: ({ policy }) => ({ path: `/v2/policies/${policy}`, method: 'DELETE' }),
  listPolicyVersions: ({ policy }) => get(`/v2/policies/${policy}/versions`),
  listAccountPolicies: ({ accounts }) => get(`/v2/accounts/${accounts[0]}/policies`),

  createQuote: () =>
    post('/v2/fx/quotes', { sell_currency: 'EUR', buy_currency: 'JPY', sell_amount: '1' }, 201),
  getQuote: (_, { quote }) => get(`/v2/fx/quotes/${quote}`),
  convertQuote: ({ accounts, yen }, { quote }) =>
    post(`/v2/fx/quotes/${quote}/convert`, { source: accounts[0], destination: yen }, 201),

  closePeriod: () => post('/v2/periods/close', { through: new Date(Date.now() - 1).toISOString() }, 201),
  getPeriods: () => get('/v2/periods'),

  getTestClock: () => get('/v2/test-clock'),
  advanceTestClock: () => post('/v2/test-clock/advance', { seconds: 1 }),

  createTransfer: (whose) => post('/v2/transfers', transfer(whose), 201),
  createTransfers: (whose) => post('/v2/transfers/bulk', { mode: 'independent', items: [transfer(whose)] }),
  simulateTransfer: (whose) => post('/v2/transfers/simulate', transfer(whose)),
  listTransfers: ({ accounts }) => get(`/v2/transfers?account_id=${accounts[0]}`),
  getTransfer: ({ deposit }) => get(`/v2/transfers/${deposit}`),
  reverseTransfer: ({ deposit }) => post(`/v2/transfers/${deposit}/reverse`, { amount: '1' }, 201),

  listApprovals: () => get('/v2/approvals'),
  getApproval: ({ approval }) => get(`/v2/approvals/${approval}`),
  approveTransfer: ({ approval }) => post(`/v2/approvals/${approval}/approve`, {}),
  rejectTransfer: ({ approval }) => post(`/v2/approvals/${approval}/reject`, {}),

  createHold: (whose) => post('/v2/holds', transfer(whose), 201),
  listHolds: ({ accounts }) => get(`/v2/holds?account_id=${accounts[0]}`),
  getHold: ({ hold }) => get(`/v2/holds/${hold}`),
  captureHold: ({ hold }) => post(`/v2/holds/${hold}/capture`, {}),
  releaseHold: ({ hold }) => post(`/v2/holds/${hold}/release`, {}),

  listEvents: () => get('/v2/events?limit=1'),

  createApiKey: () => post('/v2/api-keys', { name: 'n', scopes: ['accounts:read'] }, 201),
  listAudit: () => get('/v2/audit'),
  listApiKeys: () => get('/v2/api-keys'),
  getApiKey: (_, { apiKey }) => get(`/v2/api-keys/${apiKey}`),
  rotateApiKey: (_, { apiKey }) => post(`/v2/api-keys/${apiKey}/rotate`, {}),
  revokeApiKey: (_, { apiKey }) => ({ path: `/v2/api-keys/${apiKey}`, method: 'DELETE' }),
}

const RULES = { ceiling: '2000000' }

function get(path: string): Request {
  return { path }
}

function put(path: string, body: unknown): Request {
  return { path, method: 'PUT', body }
}

function post(path: string, body: unknown, ok = 200): Request {
  return { path, method: 'POST', body, ok }
}

function transfer({ accounts: [source, destination] }: Belongings) {
  return { source, destination, amount: '1', currency: 'EUR' }
}

function classicTransfer({ classic: [source, destination] }: Belongings) {
  return { source_account_id: source, destination_account_id: destination, amount: '1' }
}

let edge: Edge
// One for each test: a memory store takes longer with all that is in it.
beforeEach(async () => {
  edge = await createEdge({ tokens: roleTokens, docs: true })
})
afterEach(() => edge.close())

for (const operation of Object.keys(operations) as OperationName[]) {
  for (const whose of ownerships) {
    test(`${operation} on what is ${whose}, by every role`, async () => {
      // Where nothing changed, the world is good for the next caller.
      let kept: AccessWorld | null = null
      for (const who of callers) {
        const world: AccessWorld = kept ?? (await makeAccessWorld(edge.florin))
        const { path, ok = 200, ...ask } = requests[operation](whose === 'own' ? world.ann : world.bob, world)
        const headers = await world.authorizationOf(who)
        const answer = await edge.ask(path, { ...ask, headers })
        const expected = expectedOf(operation, who, whose)
        kept = expected.kind !== 'ok' || ask.method === undefined ? world : null
        const status = expected.kind === 'ok' ? ok : errorMeanings[expected.kind].status
        assert.equal(answer.status, status, `${who}: ${JSON.stringify(answer.body)}`)
        if ('code' in expected) assert.equal(answer.body.code, expected.code, who)
        if (who.startsWith('user') && operations[operation].needs !== 'nothing')
          assertNothingOfBob(answer, world, whose)
      }
    })
  }
}

/** Whatever Ann is answered, no row of it is Bob's. */
function assertNothingOfBob({ body }: Answer, { bob }: AccessWorld, whose: Whose): void {
  if (whose === "another's" && Array.isArray(body?.data))
    assert.doesNotMatch(JSON.stringify(body.data), new RegExp(bob.userId))
  const text = JSON.stringify(body ?? null)
  for (const id of [bob.deposit, bob.classicTransfer, bob.hold]) {
    // The path that was asked for may be told again, as one that is not there.
    if (body?.status !== 404) assert.ok(!text.includes(id), text)
  }
}

test('every route has its row, and every row its route', () => {
  const routes = Object.values(edge.openapi.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  const hidden = ['openapi', 'docs', 'docsScript']
  assert.deepEqual([...routes, ...hidden].sort(), Object.keys(operations).sort())
})
