/** The same requests over every edge leave the same ledger, and are answered alike. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { CurrencyCode } from '#core/currency.ts'
import type { Principal } from '#core/command-fields.ts'
import type { AccountId } from '#core/ids.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { dumpLedger, type LedgerDump } from '#test/ledger-dump.ts'
import type { Ledger } from '#test/stores.ts'
import { EDGES, type Driver, type Told } from './edges.ts'

const LARGEST = `${'9'.repeat(30)}.99999999`
const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

/** One client's day. */
async function live(edge: Driver): Promise<Told[]> {
  const told: Told[] = []
  const say = (answer: Told): Told => (told.push(answer), answer)
  const pay = async (source: string, destination: string, amount: string, key?: string) =>
    say(await edge.pay({ source, destination, amount }, key))

  say(await edge.createAccount('1001', '500'))
  say(await edge.createAccount('2002', '0'))
  say(await edge.createAccount('9223372036854775807', '0.00000001', 'rich'))
  say(await edge.createAccount('9223372036854775807', '0.00000001', 'rich'))
  say(await edge.createAccount('1001', '500'))
  say(await edge.createAccount('0', '500'))
  say(await edge.createAccount('3003', '-1'))
  say(await edge.createAccount('3003', '0.000000001'))
  say(await edge.createAccount('4004', LARGEST))
  say(await edge.createAccount('5005', LARGEST))

  await pay('1001', '2002', '150.25')
  await pay('1001', '2002', '1', 'key')
  await pay('1001', '2002', '1.00', 'key')
  await pay('1001', '2002', '2', 'key')
  await pay('1001', '2002', '99999', 'poor')
  await pay('1001', '2002', '99999', 'poor')
  await pay('1001', '1001', '1')
  await pay('404', '2002', '1')
  await pay('1001', '404', '1')
  await pay('1001', '2002', '0')
  await pay('1001', '2002', '-1')
  await pay('1001', '2002', '1e3')
  await pay('1001', '2002', ' 1')
  await pay('x', '2002', '1')
  await pay('4004', '5005', LARGEST)
  await pay('1001', '2002', '1', 'a key with spaces')

  for (const id of ['1001', '2002', '9223372036854775807', '404', 'x']) say(await edge.getAccount(id))
  for (const answer of told.slice()) {
    const id = 'shown' in answer ? answer.shown['amount'] && answer.shown['id'] : answer.failedId
    if (id) say(await edge.getTransfer(id))
  }
  say(await edge.getTransfer(MISSING))
  say(await edge.getTransfer('nonsense'))
  return told
}

/** The ledger; of the audit log what does not name the edge and its requests. */
async function sharedLedger(store: Ledger): Promise<LedgerDump> {
  const { audit, ...ledger } = await dumpLedger(store)
  return { ...ledger, audit: audit.map((entry) => ({ ...entry, operation: null, requestId: null })) }
}

describe('edges', () => {
  const drivers: Driver[] = []
  after(async () => {
    for (const driver of drivers) await driver.close()
  })

  it('answer alike, and leave the same ledger', async () => {
    const results: Record<string, { told: Told[]; ledger: unknown }> = {}
    for (const [name, open] of Object.entries(EDGES)) {
      const { florin, store } = createMemoryFlorin()
      const edge = await open(florin)
      drivers.push(edge)
      results[name] = { told: await live(edge), ledger: await sharedLedger(store) }
    }
    const { 'REST v1': first, ...others } = results
    assert.deepEqual([...new Set(first?.told.map(({ code }) => code))].sort(), [
      'account_exists',
      'account_not_found',
      'balance_overflow',
      'idempotency_key_reused',
      'insufficient_funds',
      'ok',
      'same_account',
      'transfer_not_found',
      'validation_failed',
    ])
    for (const [name, result] of Object.entries(others)) {
      assert.deepEqual(result.told, first?.told, name)
      assert.deepEqual(result.ledger, first?.ledger, name)
    }
  })

  it('see one ledger, and know one another by idempotency keys', async () => {
    const { florin, commands } = createMemoryFlorin()
    const open = await Promise.all(Object.values(EDGES).map((edge) => edge(florin)))
    drivers.push(...open)
    const [first, ...others] = open as [Driver, ...Driver[]]
    await first.createAccount('1', '100')
    await first.createAccount('2', '0')
    const payment = { source: '1', destination: '2', amount: '1' }
    const made = await first.pay(payment, 'shared')
    for (const edge of others) {
      const again = await edge.pay(payment, 'shared')
      assert.deepEqual(again, { ...made, replayed: true })
    }
    for (const edge of open) {
      assert.deepEqual(await edge.getAccount('2'), {
        code: 'ok',
        replayed: false,
        shown: { id: '2', balance: '1' },
      })
    }
    assert.equal(commands.filter(({ kind }) => kind === 'post_transfer').length, 4)
  })
})

describe('v1, while v2 grows', () => {
  const v1 = Object.entries(EDGES).filter(([name]) => name.endsWith('v1'))
  const caller = { principal: 'test' as Principal, idempotencyKey: null }
  const XXX = 'XXX' as CurrencyCode
  const leg = { source: '1' as AccountId, destination: '2' as AccountId, currency: XXX }
  const nothing = { reference: null, metadata: {} }

  for (const [name, open] of v1) {
    it(`${name} shows what it cannot express as its own kind, or not at all`, async () => {
      const { florin } = createMemoryFlorin()
      const edge = await open(florin)
      try {
        await edge.createAccount('1', '100')
        await edge.createAccount('2', '0')

        // A hold: the balance is what is posted, and what is held cannot be spent.
        const held = await florin.holds.create(caller, { ...leg, amount: '90', expiresAt: null, ...nothing })
        assert(held.kind === 'accepted')
        assert.deepEqual(shownOf(await edge.getAccount('1')), { id: '1', balance: '100' })
        const poor = await edge.pay({ source: '1', destination: '2', amount: '50' })
        assert.equal(poor.code, 'insufficient_funds')

        // Its capture, and a reversal, are transfers like any other.
        const captured = await florin.holds.capture(caller, held.result.id, {
          amount: '90',
          releaseRest: false,
        })
        assert(captured.kind === 'accepted')
        const capture = captured.result.transfer
        assert.equal(shownOf(await edge.getTransfer(capture.id))['amount'], '90')
        const asked = { posting: null, amount: '10', ...nothing }
        const reversed = await florin.transfers.reverse(caller, capture.id, asked)
        assert(reversed.kind === 'accepted')
        const { source, destination, amount } = shownOf(await edge.getTransfer(reversed.result.id))
        assert.deepEqual([source, destination, amount], ['2', '1', '10'])

        // Several postings, or a currency: not there.
        const legs = ['1', '2'].map((one) => ({ ...leg, amount: one }))
        const several = await florin.transfers.post(caller, {
          id: null,
          postings: legs,
          effectiveAt: null,
          ...nothing,
        })
        assert(several.kind === 'accepted')
        assert.equal((await edge.getTransfer(several.result.id)).code, 'transfer_not_found')
        const euros = { creditLimit: '0', initialBalance: '5', metadata: {}, userId: null }
        await florin.accounts.create(caller, {
          id: '3' as AccountId,
          currency: 'EUR' as CurrencyCode,
          ...euros,
        })
        assert.equal((await edge.getAccount('3')).code, 'account_not_found')
        assert.equal(
          (await edge.pay({ source: '1', destination: '3', amount: '1' })).code,
          'currency_mismatch',
        )

        // A rule of v2 refuses with its code; a fee is in the balances after.
        const rules = {
          ...NO_RULES,
          maximum: '5',
          approvalAbove: '3',
          fee: { ...NO_FEE, account: '2' as AccountId, fixed: '1' },
        }
        await florin.policies.create(caller, { kind: 'account', accountId: '1' as AccountId }, rules)
        assert.equal(
          (await edge.pay({ source: '1', destination: '2', amount: '6' })).code,
          'amount_above_maximum',
        )
        // What would wait for a second principal is refused, and recorded so.
        const alone = await edge.pay({ source: '1', destination: '2', amount: '4' })
        assert(!('shown' in alone) && alone.failedId !== null)
        assert.equal(alone.code, 'approval_required')
        assert.equal(shownOf(await edge.getTransfer(alone.failedId))['failure'], 'approval_required')
        const paid = shownOf(await edge.pay({ source: '1', destination: '2', amount: '2' }))
        assert.deepEqual([paid['amount'], paid['sourceAfter'], paid['destinationAfter']], ['2', '14', '86'])

        // A closed account stays readable.
        await edge.createAccount('9', '0')
        await florin.accounts.close(caller, '9' as AccountId, { ifVersion: null, sweepTo: null })
        assert.deepEqual(shownOf(await edge.getAccount('9')), { id: '9', balance: '0' })
        assert.equal((await edge.pay({ source: '1', destination: '9', amount: '1' })).code, 'account_closed')
      } finally {
        await edge.close()
      }
    })
  }
})

const NO_FEE = { fixed: '0', basisPoints: 0, minimum: '0', maximum: null }
const NO_RULES = {
  floor: null,
  creditLimit: null,
  ceiling: null,
  minimum: null,
  maximum: null,
  approvalAbove: null,
  velocity: [],
  allowedDestinations: null,
  freeze: null,
  fee: null,
}

function shownOf(told: Told) {
  assert('shown' in told, told.code)
  return told.shown
}
