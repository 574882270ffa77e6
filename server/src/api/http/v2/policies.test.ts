import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'

describe('v2 policies', () => {
  let edge: Edge
  let userId: string
  before(async () => {
    edge = await createEdge()
    userId = (await edge.post('/v2/users', {})).body.id
    for (const id of ['1', '2', '3', '9']) {
      const owner = id === '1' ? { user_id: userId } : {}
      await edge.post('/v2/accounts', { id, currency: 'EUR', initial_balance: '100', ...owner })
    }
    await edge.post('/v2/accounts', { id: '5', currency: 'JPY' })
  })
  after(() => edge.close())

  const create = (body: object, headers = {}) => edge.post('/v2/policies', body, headers)
  const put = (id: string, rules: object, headers = {}) =>
    edge.ask(`/v2/policies/${id}`, { method: 'PUT', body: { rules }, headers })
  const remove = (id: string, headers = {}) => edge.ask(`/v2/policies/${id}`, { method: 'DELETE', headers })
  const pay = (amount: string, rest: object = {}) =>
    edge.post('/v2/transfers', { source: '1', destination: '2', currency: 'EUR', amount, ...rest })

  it('makes, shows, changes, lists and removes them, keeping every version', async () => {
    const rules = {
      floor: '1',
      credit_limit: '0',
      ceiling: '5000',
      minimum: '0.50',
      maximum: '50',
      velocity: [{ window: 'day', amount: '70', count: 9 }],
      allowed_destinations: ['2', '3'],
      freeze: 'credits',
      fee: { account: '9', fixed: '0.10', basis_points: 25, minimum: '0.10', maximum: '5' },
    }
    const made = await create({ account_id: '1', rules })
    const { id } = made.body
    assert.deepEqual(
      [made.status, made.headers['location'], made.headers['etag']],
      [201, `/v2/policies/${id}`, '"1"'],
    )
    assert.deepEqual(made.body.rules, {
      floor: '1.00',
      credit_limit: '0.00',
      ceiling: '5000.00',
      minimum: '0.50',
      maximum: '50.00',
      velocity: [{ window: 'day', amount: '70.00', count: 9 }],
      allowed_destinations: ['2', '3'],
      freeze: 'credits',
      fee: { account: '9', fixed: '0.10', basis_points: 25, minimum: '0.10', maximum: '5.00' },
    })
    assert.deepEqual((await edge.get(`/v2/policies/${id}`)).body, made.body)
    assert.deepEqual((await edge.get('/v2/policies?account_id=1')).body.data, [made.body])

    const stale = await put(id, {}, { 'if-match': '"2"' })
    assert.deepEqual([stale.status, stale.body.code], [412, 'version_mismatch'])
    const changed = await put(id, { maximum: '60' }, { 'if-match': '"1"' })
    assert.deepEqual([changed.status, changed.headers['etag']], [200, '"2"'])
    assert.deepEqual(changed.body.rules, { maximum: '60.00' })

    const key = { 'idempotency-key': 'remove' }
    const removed = await remove(id, { 'if-match': '"2"', ...key })
    assert.deepEqual([removed.status, removed.body.version], [200, 3])
    const again = await remove(id, { 'if-match': '"2"', ...key })
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [removed.body, 'true'])
    assert.equal((await edge.get(`/v2/policies/${id}`)).status, 404)
    assert.equal((await put(id, {})).status, 404)

    const page = (await edge.get(`/v2/policies/${id}/versions?limit=2`)).body
    const rest = (await edge.get(`/v2/policies/${id}/versions?cursor=${page.next_cursor}`)).body
    assert.deepEqual(
      [...page.data, ...rest.data].map((one: Loose) => [one.version, one.removed, one.principal]),
      [
        [3, true, 'anonymous'],
        [2, false, 'anonymous'],
        [1, false, 'anonymous'],
      ],
    )
    const elsewhere = await edge.get(`/v2/policies/${MISSING}/versions?cursor=${page.next_cursor}`)
    assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].field], [422, 'cursor'])
  })

  it('shows those that an account is under', async () => {
    const bodies: Loose[] = []
    for (const target of [{ currency: 'EUR' }, { user_id: userId, currency: 'EUR' }, { account_id: '1' }]) {
      bodies.unshift((await create({ ...target, rules: { ceiling: '9000' } })).body)
    }
    assert.deepEqual((await edge.get('/v2/accounts/1/policies')).body, { data: bodies, next_cursor: null })
    assert.deepEqual((await edge.get('/v2/accounts/2/policies')).body.data, [bodies[2]])
    assert.deepEqual((await edge.get('/v2/accounts/5/policies')).body.data, [])
    assert.equal((await edge.get('/v2/accounts/404/policies')).status, 404)
    const ids = async (query: string) =>
      (await edge.get(`/v2/policies?${query}`)).body.data.map(({ id }: Loose) => id)
    assert.deepEqual(await ids(`user_id=${userId}`), [bodies[1].id])
    assert.equal((await ids('currency=EUR')).length, 3)
    for (const [target, field] of [
      [{ currency: 'EUR' }, 'currency'],
      [{ user_id: userId, currency: 'EUR' }, 'user_id'],
      [{ account_id: '1' }, 'account_id'],
    ] as const) {
      const answer = await create({ ...target, rules: {} })
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.errors[0].field],
        [409, 'policy_exists', field],
      )
    }
    for (const { id } of bodies) assert.equal((await remove(id)).status, 200)
  })

  it('refuses, naming the field', async () => {
    const account_id = '2'
    for (const [body, status, field] of [
      [{ rules: {} }, 422, 'account_id'],
      [{ user_id: userId, rules: {} }, 422, 'currency'],
      [{ account_id, currency: 'EUR', rules: {} }, 422, 'account_id'],
      [{ account_id }, 422, 'rules'],
      [{ account_id: '404', rules: {} }, 422, 'account_id'],
      [{ user_id: MISSING, currency: 'EUR', rules: {} }, 422, 'user_id'],
      [{ currency: 'ABC', rules: {} }, 422, 'currency'],
      [{ account_id, rules: { colour: 'red' } }, 422, 'rules.colour'],
      [{ account_id, rules: { floor: '-1' } }, 422, 'rules.floor'],
      [{ account_id, rules: { maximum: '1.001' } }, 422, 'rules.maximum'],
      [{ account_id, rules: { minimum: '2', maximum: '1' } }, 422, 'rules.minimum'],
      [{ account_id, rules: { floor: '2', ceiling: '1' } }, 422, 'rules.floor'],
      [{ account_id, rules: { freeze: 'all' } }, 422, 'rules.freeze'],
      [{ account_id, rules: { velocity: [{ window: 'day' }] } }, 422, 'rules.velocity[0]'],
      [{ account_id, rules: { velocity: [{ window: 'year', count: 1 }] } }, 422, 'rules.velocity[0].window'],
      [{ account_id, rules: { velocity: [{ window: 'day', count: 0 }] } }, 422, 'rules.velocity[0].count'],
      [
        { account_id, rules: { velocity: [{ window: 'day', amount: 'x' }] } },
        422,
        'rules.velocity[0].amount',
      ],
      [
        { account_id, rules: { velocity: [1, 2].map((count) => ({ window: 'day', count })) } },
        422,
        'rules.velocity[1].window',
      ],
      [{ account_id, rules: { fee: {} } }, 422, 'rules.fee.account'],
      [{ account_id, rules: { fee: { account: '404' } } }, 422, 'rules.fee.account'],
      [{ account_id, rules: { fee: { account: '5' } } }, 422, 'rules.fee.account'],
      [{ account_id, rules: { fee: { account: '9', basis_points: 10_001 } } }, 422, 'rules.fee.basis_points'],
      [
        { account_id, rules: { fee: { account: '9', minimum: '2', maximum: '1' } } },
        422,
        'rules.fee.minimum',
      ],
    ] as const) {
      const answer = await create(body)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [status, field], JSON.stringify(body))
    }
    assert.equal((await remove(MISSING)).status, 404)
    assert.equal((await edge.get(`/v2/policies/${MISSING}/versions`)).status, 404)
  })

  it('is told in a refusal with its figures, and charges fees that are shown', async () => {
    const { body: policy } = await create({
      account_id: '1',
      rules: { maximum: '50', fee: { account: '9', fixed: '0.10', basis_points: 100 } },
    })
    const refused = await pay('50.01')
    assert.deepEqual([refused.status, refused.body.code], [422, 'amount_above_maximum'])
    assert.deepEqual(refused.body.explanation, {
      rule: 'maximum',
      account: '1',
      policy: { id: policy.id, version: 1 },
      saw: { asked: '50.01', maximum: '50.00' },
      passes: { amount_max: '50.00' },
    })
    const failed = await edge.get(refused.body.instance)
    assert.deepEqual(failed.body.failure.explanation, refused.body.explanation)
    const paid = await pay('10')
    assert.deepEqual(
      paid.body.postings.map(({ amount, role, destination }: Loose) => [amount, role, destination]),
      [
        ['10.00', null, '2'],
        ['0.20', 'fee', '9'],
      ],
    )
    const hold = await edge.post('/v2/holds', {
      source: '1',
      destination: '2',
      amount: '10',
      currency: 'EUR',
    })
    assert.deepEqual(hold.body.fee, { account: '9', amount: '0.20' })
    assert.equal((await edge.get('/v2/accounts/1')).body.balances.held, '10.20')
    await remove(policy.id)
  })

  it('gives the first answer again under the same key', async () => {
    const key = { 'idempotency-key': 'rule-3' }
    const first = await create({ account_id: '3', rules: { maximum: '1' } }, key)
    const again = await create({ account_id: '3', rules: { maximum: '1.00' } }, key)
    assert.deepEqual([again.body, again.headers['idempotency-replayed']], [first.body, 'true'])
    const other = await create({ account_id: '3', rules: { maximum: '2' } }, key)
    assert.equal(other.body.code, 'idempotency_key_reused')
  })
})
