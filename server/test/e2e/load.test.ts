/**
 * Two hundred clients move money at random among fifty poor accounts: no balance goes below its floor, no unit appears or
 * vanishes. FLORIN_E2E_SECONDS=60 for the full run; FLORIN_TEST_SEED=… draws the same transfers again.
 */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { createRandom, testSeed } from '../seed.ts'
import { createServedFlorin, type Answer } from './served-florin.ts'

const SECONDS = Number(process.env.FLORIN_E2E_SECONDS ?? 5)
const CLIENTS = 200
const ACCOUNTS = 50
const WEALTH = 10

const florin = createServedFlorin()
const seed = testSeed()

before(async () => {
  await florin.start()
  for (let id = 1; id <= ACCOUNTS; id++) {
    const { status } = await florin.ask('POST', '/v1/accounts', {
      account_id: id,
      initial_balance: `${WEALTH}`,
    })
    assert.equal(status, 201)
  }
})
after(() => florin.remove())

test(`${CLIENTS} clients for ${SECONDS} s`, async (t) => {
  const random = createRandom(seed)
  const until = performance.now() + SECONDS * 1000
  const counts = { posted: 0, refused: 0 }
  const moved = new Map<number, bigint>()

  async function client(): Promise<void> {
    while (performance.now() < until) {
      const source = 1 + Math.floor(random() * ACCOUNTS)
      const destination = 1 + ((source + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS)
      const units = BigInt(1 + Math.floor(random() * 5e8))
      const answer = await florin.ask('POST', '/v1/transfers', {
        source_account_id: source,
        destination_account_id: destination,
        amount: inXxx(units),
      })
      if (answer.status === 201) {
        counts.posted += 1
        moved.set(source, (moved.get(source) ?? 0n) - units)
        moved.set(destination, (moved.get(destination) ?? 0n) + units)
        assert.ok(!String(answer.body.source_balance_after).startsWith('-'), 'nobody overdraws')
      } else {
        assertRefused(answer, source === destination)
        counts.refused += 1
      }
    }
  }

  await Promise.all(Array.from({ length: CLIENTS }, client))
  t.diagnostic(
    `${counts.posted} posted, ${counts.refused} refused, ${Math.round(counts.posted / SECONDS)} posted/s`,
  )
  assert.ok(counts.posted > 100 && counts.refused > 100, 'both happened, and often')
  let sum = 0n
  for (let id = 1; id <= ACCOUNTS; id++) {
    const { body } = await florin.ask('GET', `/v1/accounts/${id}`)
    const units = toUnits(String(body.balance))
    assert.ok(units >= 0n, `account ${id} is not below its floor`)
    assert.equal(
      units,
      BigInt(WEALTH) * 10n ** 8n + (moved.get(id) ?? 0n),
      `account ${id} has what the answers say`,
    )
    sum += units
  }
  assert.equal(sum, BigInt(ACCOUNTS * WEALTH) * 10n ** 8n, 'no unit appeared, none vanished')
  await florin.verify()
})

function assertRefused({ status, body }: Answer, same: boolean): void {
  assert.deepEqual([status, body.code], [422, same ? 'same_account' : 'insufficient_funds'])
}

/** XXX, the currency of v1, has eight digits after the point. */
function inXxx(units: bigint): string {
  const digits = units.toString().padStart(9, '0')
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`
}

function toUnits(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(8, '0'))
}
