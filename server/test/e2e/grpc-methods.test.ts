/**
 * Every method that reflection lists, called with stock `buf curl` and a key that may do everything: none is missing, and
 * none breaks. What they answer is the business of other tests.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { scopes } from '#core/access.ts'
import { contract, serviceNames } from '#test/grpc-client.ts'
import { bash } from './docs-examples.ts'
import { florin, makeScratch, serve, type Served } from './florin-process.ts'

const PLAIN = '--protocol grpc --http2-prior-knowledge'
/** The exit code of `buf curl` is the status by this; 0 is an answer. */
const STATUS_BITS = 8
/** What a method may say of a message that is empty, or of something that is not there. */
const EXPECTED: Readonly<Record<number, string>> = {
  0: 'OK',
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  // What only a user can do, about themselves.
  7: 'PERMISSION_DENIED',
  9: 'FAILED_PRECONDITION',
  16: 'UNAUTHENTICATED',
}
const DEADLINE_EXCEEDED = 4
/** A stream without end is followed for so long. */
const ENDLESS = /\/Watch$/
const ENDLESS_MAX_S = 3
const CALL_MAX_S = 60

const CREATE_ACCOUNT = 'florin.v2.AccountService/CreateAccount'
const USER = '01976a5e-7c1e-7d3a-9b5e-2f6c8a1d4e71'
const TRANSFER = '01976a5e-7c1e-7d3a-9b5e-2f6c8a1d4e72'
const leg = { source: '31', destination: '32', amount: '1', currency: 'EUR' }

/** These come first, in this order, and must succeed; all others are called with an empty message. */
const FITTING: readonly (readonly [method: string, message: object])[] = [
  ['florin.v1.AccountService/CreateAccount', { account_id: '1001', initial_balance: '500' }],
  ['florin.v1.AccountService/GetAccount', { account_id: '1001' }],
  ['florin.v2.UserService/CreateUser', { id: USER, name: 'Ada' }],
  ['florin.v2.UserService/GetUser', { user_id: USER }],
  [CREATE_ACCOUNT, { id: '31', user_id: USER, currency: 'EUR', initial_balance: '100' }],
  [CREATE_ACCOUNT, { id: '32', currency: 'EUR' }],
  ['florin.v2.AccountService/GetWallet', { user_id: USER }],
  ['florin.v2.AccountService/StreamStatement', { account_id: '31' }],
  ['florin.v2.TransferService/SimulateTransfer', { transfer: leg }],
  ['florin.v2.TransferService/CreateTransfer', { transfer: { id: TRANSFER, ...leg } }],
  ['florin.v2.TransferService/GetTransfer', { transfer_id: TRANSFER }],
  ['florin.v2.TransferService/PostTransfers', { transfer: leg }],
  ['florin.v2.HoldService/CreateHold', leg],
  ['florin.v2.PeriodService/GetTrialBalance', { currency: 'EUR' }],
  ['grpc.health.v1.Health/Check', { service: 'florin.v2.TransferService' }],
]

describe('stock tools', () => {
  const scratch = makeScratch()
  const settings = {
    FLORIN_DATA_DIR: join(scratch.dir, 'data'),
    FLORIN_LOG_LEVEL: 'error',
    FLORIN_AUTH_SECRET: randomBytes(32).toString('base64'),
  }
  let served: Served
  let methods: string[] = []
  let key = ''
  before(async () => {
    served = await serve(settings)
    const made = await florin(
      ['keys', 'create', '--name', 'all', '--scopes', scopes.join(','), '--json'],
      settings,
    )
    assert.equal(made.exitCode, 0, made.stderr)
    key = (JSON.parse(made.stdout) as { key: string }).key
    const { exitCode, output } = await bash(
      `node_modules/.bin/buf curl ${PLAIN} --list-methods http://${served.grpc}`,
    )
    assert.equal(exitCode, 0, output)
    methods = output.trim().split('\n')
  })
  after(() => scratch.remove())

  it('find every service of the contract by reflection', () => {
    const listed = new Set(methods.map((method) => method.split('/')[0]))
    assert.deepEqual(
      serviceNames(contract).filter((name) => !listed.has(name)),
      [],
    )
  })

  for (const [method, message] of FITTING) {
    it(`call ${method} with ${JSON.stringify(message)}`, async () => {
      const { exitCode, output } = await call(method, message)
      assert.equal(exitCode, 0, output)
    })
  }

  it('call all others with an empty message', async () => {
    const called = new Set(FITTING.map(([method]) => method))
    const others = methods.filter((method) => !called.has(method))
    assert.ok(others.length > 0)
    for (const method of others) {
      const { exitCode, output } = await call(method, {})
      const status = (exitCode ?? -1) / STATUS_BITS
      const isEnded = ENDLESS.test(method) && status === DEADLINE_EXCEEDED
      assert.ok(isEnded || status in EXPECTED, `${method}: ${status} ${output}`)
    }
  })

  async function call(method: string, message: object) {
    const seconds = ENDLESS.test(method) ? ENDLESS_MAX_S : CALL_MAX_S
    const header = `-H "authorization: Bearer ${key}" --timeout ${seconds}s`
    const data = `-d '${JSON.stringify(message)}'`
    return await bash(`node_modules/.bin/buf curl ${PLAIN} ${header} ${data} http://${served.grpc}/${method}`)
  }
})
