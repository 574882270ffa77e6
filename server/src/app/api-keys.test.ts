import assert from 'node:assert/strict'
import test from 'node:test'
import { sha256, sha256Hex } from '#adapters/runtime-node/digest.ts'
import { createSecrets } from '#adapters/runtime-node/secrets.ts'
import { createMemoryStore } from '#adapters/store-memory/store.ts'
import { accessCodeOf } from '#core/access-codes.ts'
import type { Principal } from '#core/command-fields.ts'
import { createTestClock } from '#test/clock.ts'
import { createTestIds } from '#test/ids.ts'
import { createApiKeys } from './api-keys.ts'
import { createCommandBatcher } from './command-batcher.ts'

const caller = { principal: 'tester' as Principal, idempotencyKey: null }

/** API keys over the memory store, and how many keyed hashes they have taken. */
function createWorld() {
  const clock = createTestClock()
  const store = createMemoryStore({ clock, sha256 })
  const secrets = createSecrets('of a test')
  let hashed = 0
  const apiKeys = createApiKeys({
    batcher: createCommandBatcher(store),
    reader: store,
    ids: createTestIds(),
    digest: sha256Hex,
    clock,
    secrets: {
      ...secrets,
      hash(purpose, text) {
        hashed += 1
        return secrets.hash(purpose, text)
      },
    },
  })
  async function newKey() {
    const outcome = await apiKeys.create(caller, { name: 'of a test', scopes: [], expiresAt: null })
    assert.ok(outcome.kind === 'accepted' && outcome.secret !== null)
    return { id: outcome.result.id, secret: outcome.secret }
  }
  async function answerTo(secret: string): Promise<string | null> {
    try {
      return (await apiKeys.authenticate(secret)).principal
    } catch (error) {
      return accessCodeOf(error)
    }
  }
  async function hashesOf(work: () => Promise<unknown>): Promise<number> {
    const before = hashed
    await work()
    return hashed - before
  }
  return { apiKeys, newKey, answerTo, hashesOf }
}

test('the keyed hash of a secret that is good is taken once', async () => {
  const { newKey, answerTo, hashesOf } = createWorld()
  const { id, secret } = await newKey()
  assert.equal(await hashesOf(() => answerTo(secret)), 1)
  assert.equal(await hashesOf(() => answerTo(secret)), 0)
  assert.equal(await answerTo(secret), `key:${id}`)
})

test('a secret that was good once ends with its key', async () => {
  const { apiKeys, newKey, answerTo } = createWorld()
  const { id, secret } = await newKey()
  const other = await newKey()
  assert.equal(await answerTo(secret), `key:${id}`)

  const rotated = await apiKeys.rotate(caller, id, 0)
  assert.ok(rotated.kind === 'accepted' && rotated.secret !== null)
  assert.equal(await answerTo(secret), 'invalid_token')
  assert.equal(await answerTo(rotated.secret), `key:${id}`)

  await apiKeys.revoke(caller, id)
  assert.equal(await answerTo(rotated.secret), 'key_revoked')
  assert.equal(await answerTo(other.secret), `key:${other.id}`)
})

test('nothing is kept of a secret that was never good', async () => {
  const { newKey, answerTo, hashesOf } = createWorld()
  const { secret } = await newKey()
  // Its last digits are the check.
  const misspelt = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`
  for (const wrong of [misspelt, `${secret}0`, secret.slice(1), '']) {
    assert.equal(await answerTo(wrong), 'invalid_token')
    assert.equal(await hashesOf(() => answerTo(wrong)), 1)
  }
})
