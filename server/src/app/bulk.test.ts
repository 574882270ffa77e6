import assert from 'node:assert/strict'
import test from 'node:test'
import type { Command } from '#core/command.ts'
import type { Principal } from '#core/command-fields.ts'
import type { CurrencyCode } from '#core/currency.ts'
import { AppError } from '#core/errors.ts'
import type { AccountId } from '#core/ids.ts'
import { createMemoryFlorin } from '#test/florin.ts'
import { createBulk, type BulkItem, type BulkResult } from './bulk.ts'
import type { CommandBatcher } from './command-batcher.ts'
import { createTransferReader } from './transfer-requests.ts'
import { randomIds } from '#adapters/runtime-node/id-source.ts'
import { sha256Hex } from '#adapters/runtime-node/digest.ts'

const caller = (idempotencyKey: string | null = null) => ({
  principal: 'tester' as Principal,
  idempotencyKey,
})
const EUR = 'EUR' as CurrencyCode

const item = (amount: string, rest: Partial<BulkItem> = {}): BulkItem => ({
  request: {
    id: null,
    postings: [{ source: '1' as AccountId, destination: '2' as AccountId, amount, currency: EUR }],
    reference: null,
    metadata: {},
    effectiveAt: null,
  },
  idempotencyKey: null,
  linked: false,
  ...rest,
})
const items = (count: number): BulkItem[] => Array.from({ length: count }, () => item('0.01'))

/** Bulks over Florin in memory; `submit` replaces the batcher's. */
async function newBulk({ inFlightMax = 1000, submit }: { inFlightMax?: number; submit?: Submit } = {}) {
  const { florin, store, clock, commands } = createMemoryFlorin()
  for (const [id, initialBalance] of [
    ['1', '100'],
    ['2', '0'],
  ] as const) {
    const fields = { userId: null, currency: EUR, creditLimit: '0', metadata: {} }
    await florin.accounts.create(caller(), { id: id as AccountId, initialBalance, ...fields })
  }
  commands.length = 0
  const digest = sha256Hex
  const transferReader = createTransferReader({
    currencies: florin.currencyBook,
    clock,
    backdatingDays: 31,
    ids: randomIds,
    digest,
  })
  const real: Submit = async (command) => {
    commands.push(command)
    return (await store.post([command]))[0]
  }
  const batcher = { submit: submit ?? real, close: async () => {} } as CommandBatcher
  const bulk = createBulk({ batcher, transferReader, digest, inFlightMax })
  const posted = async () => (await florin.reader.findAccount('2' as AccountId))?.posted
  return { bulk, commands, posted }
}

type Submit = (command: Command) => Promise<unknown>

async function collect(results: AsyncIterable<readonly BulkResult[]>): Promise<BulkResult[]> {
  const all: BulkResult[] = []
  for await (const known of results) all.push(...known)
  return all
}

const short = (result: BulkResult): string =>
  result.kind === 'linked' ? `linked ${result.failed}` : result.kind

test('no more than so many commands of one bulk are under way, and results come in order', async () => {
  let underWay = 0
  let most = 0
  let count = 0
  const submit: Submit = async () => {
    underWay += 1
    most = Math.max(most, underWay)
    const id = count++
    await new Promise((resolve) => setTimeout(resolve, (id * 7) % 5))
    underWay -= 1
    return { kind: 'accepted', made: 'transfer', result: { id } }
  }
  const { bulk } = await newBulk({ inFlightMax: 7, submit })
  const results = await collect(bulk.independent(caller(), items(100)))
  assert.deepEqual(
    results.map((result) => result.kind === 'posted' && result.transfer.id),
    Array.from({ length: 100 }, (_, i) => i),
  )
  assert.equal(most, 7)
})

test('who stops reading stops what has not begun', async () => {
  const { bulk, commands } = await newBulk({ inFlightMax: 10 })
  for await (const known of bulk.independent(caller(), items(100))) {
    assert.ok(known.length > 0)
    break
  }
  assert.equal(commands.length, 10)
})

test('an unavailable store is the outcome of an item, a bug ends the request', async () => {
  let count = 0
  const failing = (error: Error) => async () => {
    count += 1
    if (count % 3 === 0) throw error
    return { kind: 'accepted', made: 'transfer', result: {} }
  }
  const away = await newBulk({ submit: failing(new AppError('unavailable', 'away')) })
  const results = await collect(away.bulk.independent(caller(), items(6)))
  assert.deepEqual(results.map(short), ['posted', 'posted', 'error', 'posted', 'posted', 'error'])
  const broken = await newBulk({ submit: failing(new Error('a bug')) })
  await assert.rejects(collect(broken.bulk.independent(caller(), items(6))), /a bug/)
})

test('linked items are one command, and the reason for all is the one that failed', async () => {
  const { bulk, commands, posted } = await newBulk()
  const linked = { linked: true }
  const asked = [
    item('1'),
    item('2', linked),
    item('500', linked),
    item('3'),
    item('x', linked),
    item('1.001', linked),
    item('4'),
    item('5', linked),
    item('6'),
  ]
  const results = await collect(bulk.independent(caller(), asked))
  assert.deepEqual(results.map(short), [
    'posted',
    'linked 2',
    'refused',
    'linked 2',
    'error',
    'linked 4',
    'linked 4',
    'posted',
    'posted',
  ])
  const refused = results[2]
  assert.equal(refused?.kind === 'refused' && refused.rejected.refusal.field, 'postings[0].source')
  const invalid = results[4]
  assert.deepEqual(invalid?.kind === 'error' && invalid.error.fields.map(({ field }) => field), [
    'postings[0].amount',
  ])
  assert.deepEqual(
    commands.map(({ kind }) => kind),
    ['post_transfer', 'post_group', 'post_group'],
  )
  assert.equal(await posted(), 1200n)
})

test('items without a key are kept under the key of the request; chains under that of their first item', async () => {
  const { bulk, commands } = await newBulk()
  const asked = [
    item('1'),
    item('2', { idempotencyKey: 'own' }),
    item('3', { linked: true }),
    item('4', { idempotencyKey: 'second' }),
    item('5', { linked: true, idempotencyKey: 'first' }),
    item('6'),
  ]
  await collect(bulk.independent(caller('k'), asked))
  assert.deepEqual(
    commands.map(({ idempotency }) => idempotency?.key),
    ['k/0', 'own', 'k/2', 'first'],
  )
  const chain = commands[2]
  assert.deepEqual(chain?.kind === 'post_group' && chain.items.map(({ idempotency }) => idempotency?.key), [
    undefined,
    'second',
  ])
  const again = await collect(bulk.independent(caller('k'), asked))
  assert.deepEqual(
    again.map(short),
    Array.from({ length: 6 }, () => 'posted'),
  )
})

test('a failed chain is told again under its key', async () => {
  const { bulk, posted } = await newBulk()
  const asked = [item('60', { linked: true }), item('60')]
  const first = await collect(bulk.independent(caller('k'), asked))
  const again = await collect(bulk.independent(caller('k'), asked))
  assert.deepEqual(first.map(short), ['linked 1', 'refused'])
  const ids = [first, again].map(
    ([, refused]) => refused?.kind === 'refused' && refused.rejected.transfer?.id,
  )
  assert.equal(ids[0], ids[1])
  assert.equal(await posted(), 0n)
})

test('keys that cannot be are refused before anything is posted', async () => {
  const { bulk, commands } = await newBulk()
  const field = async (asking: Promise<unknown>) => {
    const error: unknown = await asking.then(
      () => null,
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof AppError)
    return error.fields[0]?.field
  }
  const clash = [item('1'), item('1', { linked: true }), item('1', { idempotencyKey: 'k/1' })]
  assert.equal(await field(collect(bulk.independent(caller('k'), clash))), 'items[2].idempotency_key')
  assert.equal(await field(bulk.atomic(caller('k/1'), clash)), 'items[2].idempotency_key')
  assert.equal(await field(collect(bulk.independent(caller('k'.repeat(251)), clash))), 'Idempotency-Key')
  assert.deepEqual(commands, [])
})

test('atomic: all or none, with the item in every field', async () => {
  const { bulk, posted } = await newBulk()
  const refused = await bulk.atomic(caller('a'), [item('1'), item('2'), item('500')])
  assert.ok(refused.kind === 'rejected')
  assert.equal(refused.refusal.field, 'items[2].postings[0].source')
  assert.equal(await posted(), 0n)
  await assert.rejects(
    bulk.atomic(caller(), [item('x'), item('1'), item('1.001')]),
    ({ fields }: AppError) => {
      assert.deepEqual(
        fields.map(({ field }) => field),
        ['items[0].postings[0].amount', 'items[2].postings[0].amount'],
      )
      return true
    },
  )
  const made = await bulk.atomic(caller('b'), [item('1'), item('2')])
  const again = await bulk.atomic(caller('b'), [item('1.00'), item('2.00')])
  assert.deepEqual([made.kind, again.kind, again.replayed], ['accepted', 'accepted', true])
  const other = await bulk.atomic(caller('b'), [item('1'), item('3')])
  assert.equal(other.kind === 'rejected' && other.refusal.code, 'idempotency_key_reused')
  assert.equal(await posted(), 300n)
})
