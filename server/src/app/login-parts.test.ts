import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { argon2Passwords } from '#adapters/passwords-argon2/passwords.ts'
import { createSecrets } from '#adapters/runtime-node/secrets.ts'
import { AppError } from '#core/errors.ts'
import { withBound } from './bounded-passwords.ts'
import { createGroupedLoad } from './grouped-load.ts'
import { createLoginThrottle, LOGIN_LIMITS } from './login-throttle.ts'

test('a few passwords are hashed at once, a few wait, and others are told to come back', async () => {
  const running: (() => void)[] = []
  let most = 0
  const slow = {
    hash: async () =>
      await new Promise<string>((resolve) => {
        running.push(() => resolve('h'))
        most = Math.max(most, running.length)
      }),
    matches: async () => await Promise.reject(new Error('broken')),
  }
  const bounded = withBound(slow, { atOnceMax: 2, waitingMax: 3 })
  const five = Array.from({ length: 5 }, () => bounded.hash('p'))
  await assert.rejects(bounded.hash('p'), { kind: 'unavailable' })
  for (let done = 0; done < 5; done++) {
    running.shift()?.()
    await new Promise(setImmediate)
  }
  assert.deepEqual(await Promise.all(five), ['h', 'h', 'h', 'h', 'h'])
  assert.equal(most, 2)
  // One that fails gives its place back.
  for (let i = 0; i < 4; i++) await assert.rejects(bounded.matches('h', 'p'), /broken/)
})

test('a hash is of argon2id, another one each time, and of its password only', async () => {
  const [one, other] = [await argon2Passwords.hash('é horse'), await argon2Passwords.hash('é horse')]
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, other)
  assert.deepEqual(
    [await argon2Passwords.matches(one, 'é horse'), await argon2Passwords.matches(one, 'e horse')],
    [true, false],
  )
})

function createThrottle() {
  const clock = { ms: 0 }
  const limiter = (limit: (typeof LOGIN_LIMITS)[keyof typeof LOGIN_LIMITS]) =>
    createMemoryRateLimiter(limit, { nowMs: () => clock.ms })
  const limiters = {
    network: limiter(LOGIN_LIMITS.network),
    nameInNetwork: limiter(LOGIN_LIMITS.nameInNetwork),
    nameInNewNetworks: limiter(LOGIN_LIMITS.nameInNewNetworks),
  }
  const throttle = createLoginThrottle(limiters, createSecrets('of a test'), () => clock.ms)
  const isLetIn = async (name: string, network: string): Promise<boolean> => {
    try {
      await throttle.attempt(name, network)
      return true
    } catch (error) {
      assert.ok(error instanceof AppError && error.kind === 'exhausted')
      return false
    }
  }
  return { clock, throttle, isLetIn }
}

test('whoever guesses from everywhere does not lock a user out from where the user was before', async () => {
  const { clock, throttle, isLetIn } = createThrottle()
  await (await throttle.attempt('ann', 'home')).succeeded()
  let guesses = 0
  for (let network = 0; network < 200; network++) {
    if (await isLetIn('ann', `bot ${network}`)) guesses += 1
  }
  assert.equal(guesses, LOGIN_LIMITS.nameInNewNetworks.burst)
  assert.equal(await isLetIn('ann', 'work'), false)
  assert.equal(await isLetIn('ann', 'home'), true)
  assert.equal(await isLetIn('bob', 'work'), true)
  // Nor for ever: a try comes back each minute.
  clock.ms += 61_000
  assert.equal(await isLetIn('ann', 'work'), true)
  clock.ms += 31 * 86_400_000
  for (let network = 0; network < 200; network++) await isLetIn('ann', `bot ${network}`)
  assert.equal(await isLetIn('ann', 'home'), false, 'a month later it is a new network')
})

test('one network guesses for a while, whatever the names', async () => {
  const { isLetIn } = createThrottle()
  let guesses = 0
  for (let name = 0; name < 300; name++) if (await isLetIn(`name ${name}`, 'net')) guesses += 1
  assert.equal(guesses, LOGIN_LIMITS.network.burst)
  assert.equal(await isLetIn('ann', 'other'), true)
})

test('reads that are asked for at once are few reads of many', async () => {
  const reads: string[][] = []
  const load = createGroupedLoad<string, number>(async (keys) => {
    reads.push([...keys])
    await new Promise(setImmediate)
    if (keys.includes('bad')) throw new Error('broken')
    return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.length]))
  })
  const all = [load('a'), load('bb'), load('none'), load('bb')]
  assert.deepEqual(await Promise.all(all), [1, 2, undefined, 2])
  assert.deepEqual(reads, [['a'], ['bb', 'none']])
  await assert.rejects(load('bad'), /broken/)
  assert.equal(await load('ccc'), 3)
})
