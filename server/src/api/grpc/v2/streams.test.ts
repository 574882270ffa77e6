import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Florin } from '#app/florin.ts'
import { createGrpcEdge, type GrpcEdge } from '#test/grpc-edge.ts'
import type { Loose } from '#test/http-edge.ts'

const transfer = { source: '1', destination: '2', amount: '1', currency: 'EUR' }

async function openEdge(change?: (florin: Florin) => Partial<Florin>): Promise<GrpcEdge & AsyncDisposable> {
  const edge = await createGrpcEdge(change && { change })
  for (const id of ['1', '2']) {
    const asked = { id, currency: 'EUR', initial_balance: '5000' }
    assert.equal((await edge.call('florin.v2.AccountService/CreateAccount', asked)).status, 'OK')
  }
  return edge
}

function post(edge: GrpcEdge) {
  const stream = edge.json.service('florin.v2.TransferService').PostTransfers()
  const outcomes: Loose[] = []
  stream.on('data', (outcome: Loose) => outcomes.push(outcome))
  const ended: Promise<Loose> = new Promise((resolve) => {
    stream.on('error', () => {})
    stream.once('status', resolve)
  })
  return { stream, outcomes, ended }
}

/** Waits as long as it takes; the runner has a limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10)
}

describe('PostTransfers', () => {
  it('answers in order, whatever becomes of one, and ends after the half close', async () => {
    await using edge = await openEdge()
    const { stream, outcomes, ended } = post(edge)
    for (let i = 0; i < 300; i++) {
      const bad = i % 3 === 0 ? { amount: '99999' } : i % 3 === 1 ? { source: 'x' } : {}
      stream.write({ transfer: { ...transfer, ...bad } })
    }
    stream.end()
    assert.equal((await ended).code, 0)
    assert.deepEqual(
      outcomes.map(({ index = '0' }) => Number(index)),
      Array.from({ length: 300 }, (_, i) => i),
    )
    assert.deepEqual(
      outcomes.slice(0, 3).map(({ status, error }) => [status, error?.code]),
      [
        ['failed', 9],
        ['failed', 3],
        ['posted', undefined],
      ],
    )
  })

  it('gives an outcome again under the same key', async () => {
    await using edge = await openEdge()
    const { stream, outcomes, ended } = post(edge)
    for (let i = 0; i < 2; i++) stream.write({ transfer, idempotency_key: 'k' })
    stream.end()
    await ended
    assert.deepEqual(
      outcomes.map(({ replayed = false, transfer: { id } }) => [replayed, id === outcomes[0].transfer.id]),
      [
        [false, true],
        [true, true],
      ],
    )
  })

  it('reads no further while a thousand have no answer', async () => {
    let asked = 0
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await using edge = await openEdge(({ transfers }) => ({
      transfers: {
        ...transfers,
        async post(caller, request) {
          asked += 1
          await held
          return await transfers.post(caller, request)
        },
      },
    }))
    const { stream, outcomes, ended } = post(edge)
    for (let i = 0; i < 3000; i++) stream.write({ transfer })
    stream.end()
    await until(() => asked >= 1000)
    await sleep(200)
    const readBeforeAnswers = asked
    release()
    assert.equal((await ended).code, 0)
    // grpc-js hands on what it has read already.
    assert.ok(readBeforeAnswers >= 1000 && readBeforeAnswers <= 1100, `${readBeforeAnswers} were read`)
    assert.deepEqual([asked, outcomes.length], [3000, 3000])
  })

  it('posts nothing of what it has not begun when the client goes', async () => {
    let asked = 0
    const gate = Promise.withResolvers<void>()
    await using edge = await openEdge(({ transfers }) => ({
      transfers: {
        ...transfers,
        async post(caller, request) {
          asked += 1
          await gate.promise
          return await transfers.post(caller, request)
        },
      },
    }))
    const { stream, ended } = post(edge)
    for (let i = 0; i < 10; i++) stream.write({ transfer })
    await until(() => asked === 10)
    stream.cancel()
    assert.equal((await ended).code, 1)
    // The server hears of it a moment later.
    await sleep(300)
    gate.resolve()
    await sleep(50)
    assert.equal(edge.commands.filter(({ kind }) => kind === 'post_transfer').length, 0)
    assert.deepEqual(edge.log, [])
  })

  it('answers what it has read when the server closes, and says that it does', async () => {
    const edge = await openEdge()
    const { stream, outcomes, ended } = post(edge)
    for (let i = 0; i < 10; i++) stream.write({ transfer })
    await until(() => outcomes.length === 10)
    stream.write({ transfer })
    await edge.server.close()
    assert.equal((await ended).code, 14)
    const posted = edge.commands.filter(({ kind }) => kind === 'post_transfer').length
    assert.equal(outcomes.length, posted)
    edge.close()
    edge.json.close()
  })
})

describe('Watch', () => {
  const watch = (edge: GrpcEdge, request: object) => {
    const stream = edge.json.service('florin.v2.EventService').Watch(request)
    const seen: Loose[] = []
    let cursor = ''
    stream.on('data', ({ events = [], next_cursor: next }: Loose) => {
      seen.push(...events)
      cursor = next
    })
    const ended: Promise<Loose> = new Promise((resolve) => {
      stream.on('error', () => {})
      stream.once('status', resolve)
    })
    return { stream, seen, ended, cursor: () => cursor }
  }
  const pay = async (edge: GrpcEdge) =>
    assert.equal((await edge.call('florin.v2.TransferService/CreateTransfer', { transfer })).status, 'OK')

  it('tells everything from a cursor on, as it happens, nothing missed and nothing twice', async () => {
    await using edge = await openEdge()
    const first = watch(edge, {})
    await until(() => first.seen.length >= 3)
    const before = first.seen.length
    await pay(edge)
    await until(() => first.seen.length > before)
    first.stream.cancel()
    await first.ended
    await pay(edge)
    const second = watch(edge, { after: first.cursor() })
    await until(() => second.seen.length === 1)
    await pay(edge)
    await until(() => second.seen.length === 2)
    second.stream.cancel()
    const { events } = (await edge.json.call('florin.v2.EventService/ListEvents', { limit: 1000 })).message
    assert.deepEqual(
      [...first.seen, ...second.seen].map(({ id }) => id),
      events.map(({ id }: Loose) => id),
    )
  })

  it('tells only what is asked for, and moves its cursor past the rest', async () => {
    await using edge = await openEdge()
    const { stream, seen, cursor } = watch(edge, { types: ['transfer.posted'] })
    await pay(edge)
    await until(() => seen.some(({ data }) => JSON.stringify(data).includes('"1.00"')))
    const at = cursor()
    await edge.call('florin.v2.UserService/CreateUser', {})
    await until(() => cursor() !== at)
    assert.deepEqual([...new Set(seen.map(({ type }) => type))], ['transfer.posted'])
    stream.cancel()
  })

  it('refuses a cursor that is none, and ends with UNAVAILABLE when the server closes', async () => {
    const edge = await openEdge()
    assert.equal((await watch(edge, { after: 'x' }).ended).code, 3)
    const { ended } = watch(edge, {})
    await sleep(50)
    await edge.server.close()
    assert.equal((await ended).code, 14)
    edge.close()
    edge.json.close()
  })
})
