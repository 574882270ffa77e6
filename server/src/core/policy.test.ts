import assert from 'node:assert/strict'
import test from 'node:test'
import type { AccountBalance } from './account.ts'
import type { AccountId, UserId } from './ids.ts'
import {
  feeOn,
  feeRuleOf,
  NO_RULES,
  policiesOf,
  policyKey,
  type Policy,
  type PolicyTarget,
} from './policy.ts'

const fee = (fields: object = {}) => ({
  account: '9' as AccountId,
  fixed: 0n,
  basisPoints: 0,
  minimum: 0n,
  maximum: null,
  ...fields,
})

test('a fee is fixed plus basis points, half a unit rounded up', () => {
  assert.equal(feeOn(fee({ fixed: 7n }), 1000n), 7n)
  assert.equal(feeOn(fee({ basisPoints: 50 }), 99n), 0n)
  assert.equal(feeOn(fee({ basisPoints: 50 }), 100n), 1n)
  assert.equal(feeOn(fee({ basisPoints: 50 }), 299n), 1n)
  assert.equal(feeOn(fee({ basisPoints: 50 }), 300n), 2n)
  assert.equal(feeOn(fee({ fixed: 7n, basisPoints: 10_000 }), 10n ** 37n), 10n ** 37n + 7n)
})

test('a fee is at least its minimum and at most its maximum', () => {
  const rule = fee({ basisPoints: 100, minimum: 5n, maximum: 20n })
  assert.deepEqual(
    [0n, 499n, 600n, 1999n, 5000n].map((amount) => feeOn(rule, amount)),
    [5n, 5n, 6n, 20n, 20n],
  )
})

const ann = '01900000-0000-7000-8000-000000000001' as UserId
const account = { id: '1', currency: 'EUR', creditLimit: 0n } as AccountBalance

/** Policies for these targets, each with a fee of its own, and ann as the owner of account 1. */
function bookOf(...targets: object[]) {
  const policies = targets.map((target, i) => {
    const rules = { ...NO_RULES, fee: fee({ fixed: BigInt(i) }) }
    return { id: `p${i}`, target, rules } as unknown as Policy
  })
  return {
    policies: new Map(policies.map((policy) => [policyKey(policy.target), policy])),
    owners: new Map([[account.id, ann]]),
  }
}

const OWN = { kind: 'account', accountId: '1' }
const OF_ANN = { kind: 'user', userId: ann, currency: 'EUR' }
const OF_EUR = { kind: 'currency', currency: 'EUR' }

test('an account is under its own policy, its user’s and its currency’s, the nearest first', () => {
  const others = [
    { kind: 'account', accountId: '2' },
    { ...OF_ANN, currency: 'USD' },
    { ...OF_EUR, currency: 'USD' },
  ]
  const book = bookOf(OF_EUR, OWN, ...others, OF_ANN)
  assert.deepEqual(
    policiesOf(book, account).map(({ target }) => target),
    [OWN, OF_ANN, OF_EUR],
  )
  assert.deepEqual(policiesOf(book, { ...account, creditLimit: null }), [])
  assert.deepEqual(
    policiesOf({ ...book, owners: new Map() }, account).map(({ target }) => target),
    [OWN, OF_EUR],
  )
})

test('the nearest fee is taken, and none by who receives it', () => {
  assert.equal(feeRuleOf(bookOf(OF_EUR, OF_ANN), account)?.fixed, 1n)
  assert.equal(feeRuleOf(bookOf(OF_EUR), account)?.fixed, 0n)
  assert.equal(feeRuleOf(bookOf(), account), null)
  assert.equal(feeRuleOf(bookOf(OF_EUR), { ...account, id: '9' as AccountId }), null)
})

test('a target’s text is its own', () => {
  const targets = [OWN, OF_ANN, { ...OF_ANN, currency: 'USD' }, OF_EUR] as PolicyTarget[]
  assert.equal(new Set(targets.map(policyKey)).size, targets.length)
})
