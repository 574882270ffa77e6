/** gRPC of the real process, with stock tools: the examples of docs/api/grpc.md are run as they stand there. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { contract, createGrpcClient, serviceNames } from '#test/grpc-client.ts'
import { bash, docsExamples } from './docs-examples.ts'
import { florin, makeScratch, serve, stop, type Served } from './florin-process.ts'

describe('gRPC', () => {
  const scratch = makeScratch()
  const settings = { FLORIN_DATA_DIR: join(scratch.dir, 'data'), FLORIN_LOG_LEVEL: 'warn' }
  let served: Served
  before(async () => (served = await serve(settings)))
  after(() => scratch.remove())

  it('answers every example of the docs', async () => {
    const script = docsExamples('docs/api/grpc.md', served)
    const calls = [...script.matchAll(/^florin (\S+)/gm)].map(([, method]) => method)
    for (const method of ['v1.AccountService/CreateAccount', 'v1.AccountService/GetAccount']) {
      assert.ok(calls.includes(method), `${method} is called`)
    }
    for (const method of ['v1.TransferService/CreateTransfer', 'v1.TransferService/GetTransfer']) {
      assert.ok(calls.includes(method), `${method} is called`)
    }
    const { exitCode, output } = await bash(script)
    assert.equal(exitCode, 0, output)
    assert.match(output, /"accountId": "2002",\s+"balance": "150"/)
    assert.match(output, /"difference": "0\.00"/)
    assert.match(output, /"status": "SERVING"/)
    for (const name of serviceNames(contract)) assert.ok(output.includes(`${name}/`), `${name} is listed`)
  })

  it('tells where it is, says that a port is taken, and can be switched off', async () => {
    const ready = (await (await fetch(`${served.api}/health/ready`)).json()) as { grpc: string }
    assert.equal(ready.grpc, served.grpc)
    const taken = { ...settings, FLORIN_DATA_DIR: join(scratch.dir, 'other'), FLORIN_LOG_LEVEL: 'silent' }
    const port = served.grpc.split(':')[1] as string
    const { exitCode, stderr } = await florin(['serve'], { ...taken, FLORIN_GRPC_PORT: port })
    assert.equal(exitCode, 1)
    assert.match(stderr, /^florin: port \d+ of 127\.0\.0\.1 is taken: set FLORIN_GRPC_PORT to another one/)
    const without = await serve({ ...taken, FLORIN_GRPC_PORT: 'off' })
    assert.equal(without.ready['grpc'], null)
    assert.equal(await stop(without.child, 'SIGTERM'), 0)
  })

  it('finishes what it has and stops cleanly', async () => {
    const client = createGrpcClient(served.grpc)
    const stream = client.service('florin.v2.TransferService').PostTransfers()
    const ended = new Promise<{ code: number }>((resolve) => stream.once('status', resolve))
    const outcomes: { status: string }[] = []
    stream.on('data', (outcome: { status: string }) => outcomes.push(outcome)).on('error', () => {})
    for (let i = 0; i < 500; i++) {
      stream.write({ transfer: { source: '31', destination: '32', amount: '0.01', currency: 'EUR' } })
    }
    await new Promise((resolve) => stream.once('data', resolve))
    assert.equal(await stop(served.child, 'SIGTERM'), 0)
    assert.equal((await ended).code, 14)
    client.close()
    assert.ok(outcomes.length > 0 && outcomes.every(({ status }) => status === 'ITEM_STATUS_POSTED'))

    // What was answered is there, and nothing else.
    const again = await serve(settings)
    const { data } = (await (await fetch(`${again.api}/v2/accounts/31/entries?limit=1000`)).json()) as {
      data: { amount: string }[]
    }
    assert.equal(data.filter(({ amount }) => amount === '-0.01').length, outcomes.length)
    assert.equal(await stop(again.child, 'SIGTERM'), 0)
  })
})
