/** Access to the real process: the examples of docs/api/authentication.md, and keys that another process ends. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Metadata } from '@grpc/grpc-js'
import { createGrpcClient } from '#test/grpc-client.ts'
import { bash, docsExamples, skipExamples } from './docs-examples.ts'
import { florin, makeScratch, serve, type Served } from './florin-process.ts'

describe('access', () => {
  const scratch = makeScratch()
  const settings = {
    FLORIN_DATA_DIR: join(scratch.dir, 'data'),
    FLORIN_LOG_LEVEL: 'warn',
    FLORIN_AUTH_SECRET: randomBytes(32).toString('base64'),
  }
  let served: Served
  before(async () => (served = await serve(settings)))
  after(() => scratch.remove())

  it('answers every example of the docs', { skip: skipExamples }, async () => {
    const script = docsExamples('docs/api/authentication.md', served)
    const { exitCode, output } = await bash(script, settings)
    assert.equal(exitCode, 0, output)
    assert.match(output, /"key":"flk_/)
    assert.match(output, /"revoked_at":"2/)
    assert.match(output, /"revokedAt": "2/)
  })

  it('turns away, everywhere, whom it does not know', async () => {
    assert.equal(served.ready['authentication'], 'on')
    assert.equal((await fetch(`${served.api}/v2/accounts`)).status, 401)
    const client = createGrpcClient(served.grpc)
    const answer = await client.call('florin.v2.AccountService/ListAccounts', {})
    client.close()
    assert.deepEqual([answer.status, answer.reason], ['UNAUTHENTICATED', 'unauthenticated'])
  })

  it('turns away a key, and ends its streams, soon after another process has revoked it', async () => {
    const made = await florin(
      ['keys', 'create', '--name', 'n', '--scopes', 'events:read', '--json'],
      settings,
    )
    assert.equal(made.exitCode, 0, made.stderr)
    const { id, key } = JSON.parse(made.stdout) as { id: string; key: string }
    const authorization = `Bearer ${key}`
    const metadata = new Metadata()
    metadata.set('authorization', authorization)
    const client = createGrpcClient(served.grpc)
    const stream = client.service('florin.v2.EventService').Watch({}, metadata)
    const ended = new Promise<{ code: number }>((resolve) => stream.once('status', resolve))
    stream.on('error', () => {})
    await new Promise((resolve) => stream.once('data', resolve))
    const ask = async () => (await fetch(`${served.api}/v2/events`, { headers: { authorization } })).status
    assert.equal(await ask(), 200)

    const revoked = await florin(['keys', 'revoke', id], settings)
    const revokedAtMs = performance.now()
    assert.equal(revoked.exitCode, 0, revoked.stderr)
    assert.equal((await ended).code, 16)
    assert.ok(performance.now() - revokedAtMs < 2500, `${performance.now() - revokedAtMs} ms`)
    assert.equal(await ask(), 401)
    client.close()
  })
})
