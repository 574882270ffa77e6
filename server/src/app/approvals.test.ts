import assert from 'node:assert/strict'
import test from 'node:test'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import type { AccountId } from '#core/ids.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { EXPIRE_APPROVALS_LIMIT } from './approvals.ts'

const caller = { principal: 'maker' as Principal, idempotencyKey: null }
const checker = { principal: 'checker' as Principal, idempotencyKey: null }
const EUR = 'EUR' as CurrencyCode
const [one, two] = ['1', '2'] as AccountId[] as [AccountId, AccountId]
const WAITS_SECONDS = 259_200

/** A Florin in which so many transfers wait. */
async function newWorld(transfers: number) {
  const world = createMemoryFlorin()
  const { florin } = world
  for (const id of [one, two]) {
    const fields = { userId: null, currency: EUR, creditLimit: '0', metadata: {} }
    await florin.accounts.create(caller, { id, initialBalance: '100000', ...fields })
  }
  await florin.policies.create(
    caller,
    { kind: 'account', accountId: one },
    {
      floor: null,
      creditLimit: null,
      ceiling: null,
      minimum: null,
      maximum: null,
      approvalAbove: '0',
      velocity: [],
      allowedDestinations: null,
      freeze: null,
      fee: null,
    },
  )
  const made = await Promise.all(
    Array.from({ length: transfers }, () =>
      florin.transfers.create(caller, {
        id: null,
        postings: [{ source: one, destination: two, amount: '1', currency: EUR }],
        reference: null,
        metadata: {},
        effectiveAt: null,
      }),
    ),
  )
  const ids = made.map((outcome) => {
    assert.ok(outcome.kind === 'accepted' && outcome.made === 'approval')
    return outcome.result.id
  })
  return { ...world, ids }
}

test('approvals expire when their time is over, so many a step', async () => {
  const { florin, clock } = await newWorld(EXPIRE_APPROVALS_LIMIT + 3)
  const pending = async () => (await florin.reader.listApprovals({ status: 'pending', limit: 1000 })).length
  assert.equal(await florin.expireApprovals(), 'done')
  assert.equal(await pending(), EXPIRE_APPROVALS_LIMIT + 3)
  clock.turn(WAITS_SECONDS * 1_000_000)
  assert.equal(await florin.expireApprovals(), 'more')
  assert.equal(await pending(), 3)
  assert.equal(await florin.expireApprovals(), 'done')
  assert.equal(await pending(), 0)
})

test('of approving and rejecting at once one happens, and the sweep finds nothing left to do', async () => {
  const { florin, clock, ids } = await newWorld(1)
  const [id] = ids
  assert.ok(id !== undefined)
  const outcomes = await Promise.all([
    florin.approvals.approve(checker, id),
    florin.approvals.reject(checker, id),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.refusal.code : outcome.kind)),
    ['accepted', 'approval_approved'],
  )
  clock.turn(WAITS_SECONDS * 1_000_000)
  assert.equal(await florin.expireApprovals(), 'done')
  assert.equal((await florin.reader.findApproval(id))?.status, 'approved')
})
