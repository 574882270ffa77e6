/** One idempotency key, a hundred requests at once: one transfer, and the same answer for everybody, for ever. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { createServedFlorin, type Answer } from './served-florin.ts'

const AT_ONCE = 100
const florin = createServedFlorin()

before(async () => {
  await florin.start()
  await open(1, '1000')
  await open(2, '0')
})
after(() => florin.remove())

async function open(id: number, balance: string): Promise<void> {
  const { status } = await florin.ask('POST', '/v1/accounts', { account_id: id, initial_balance: balance })
  assert.equal(status, 201)
}

async function balanceOf(id: number): Promise<unknown> {
  return (await florin.ask('GET', `/v1/accounts/${id}`)).body.balance
}

const pay = (amount: string, key: string): Promise<Answer> =>
  florin.ask(
    'POST',
    '/v1/transfers',
    { source_account_id: 1, destination_account_id: 2, amount },
    { 'idempotency-key': key },
  )

const replayed = ({ headers }: Answer): boolean => headers['idempotency-replayed'] === 'true'

test('a hundred equal requests at once are one transfer, and all hear the same', async () => {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => pay('5', 'hundred')))
  const [first] = answers
  assert.equal(first?.status, 201)
  for (const { status, body } of answers)
    assert.deepEqual({ status, body }, { status: 201, body: first.body })
  assert.equal(answers.filter((answer) => !replayed(answer)).length, 1, 'one of them did it')
  assert.equal(await balanceOf(1), '995')
  assert.equal(await balanceOf(2), '5')
})

test('among a hundred with two bodies one body wins, and the others hear 422', async () => {
  const before = Number(await balanceOf(1))
  const answers = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, i) => pay(i % 2 === 0 ? '3' : '4', 'two-bodies')),
  )
  const done = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status === 422)
  assert.deepEqual([done.length, refused.length], [AT_ONCE / 2, AT_ONCE / 2])
  for (const { body } of refused) assert.equal(body.code, 'idempotency_key_reused')
  assert.equal(new Set(done.map(({ body }) => body.id)).size, 1)
  assert.equal(Number(await balanceOf(1)), before - Number(done[0]?.body.amount))
})

test('a refusal is answered a hundred times alike, too', async () => {
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => pay('1000000', 'too-much')))
  const comparable = ({ status, body }: Answer) => ({
    status,
    code: body.code,
    detail: body.detail,
    transfer: body.transfer_id,
  })
  const [first] = answers.map(comparable)
  assert.deepEqual([first?.status, first?.code], [422, 'insufficient_funds'])
  for (const answer of answers) assert.deepEqual(comparable(answer), first)
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`the answer outlives ${signal}`, async () => {
    const key = `outlives-${signal}`
    const first = await pay('7', key)
    assert.ok(first.status === 201 && !replayed(first))
    await florin.stop(signal)
    await florin.start()
    const again = await pay('7', key)
    assert.deepEqual({ status: again.status, body: again.body }, { status: 201, body: first.body })
    assert.ok(replayed(again))
    const other = await pay('8', key)
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused'])
    const refused = await pay('1000000', 'too-much')
    assert.deepEqual([refused.status, refused.body.code], [422, 'insufficient_funds'])
  })
}

test('the ledger is proven', async () => {
  await florin.verify()
})
