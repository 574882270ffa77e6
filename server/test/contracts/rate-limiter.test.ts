import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test, { after } from 'node:test'
import { createMemoryRateLimiter } from '#adapters/limits-memory/rate-limiter.ts'
import { openRedis, type RedisConnection } from '#adapters/limits-redis/connection.ts'
import { createRedisRateLimiter } from '#adapters/limits-redis/rate-limiter.ts'
import type { RateLimit, RateLimiter } from '#ports/rate-limiter.ts'
import { quietLog } from '../quiet-log.ts'
import { requireService } from '../services.ts'
import { createTcpProxy } from '../tcp-proxy.ts'
import { rateLimiterContract } from './rate-limiter.contract.ts'

const redis = requireService('redis')
const { skip } = redis
const connections: RedisConnection[] = []
after(() => Promise.all(connections.map((connection) => connection.close())))

async function connect(url = redis.url ?? ''): Promise<RedisConnection> {
  const connection = await openRedis(url, quietLog)
  connections.push(connection)
  return connection
}

/** Must not be asked while Redis is there. */
const never = {
  take: () => assert.fail('Redis was there'),
  owe: () => assert.fail('Redis was there'),
} as unknown as RateLimiter

async function openOnRedis(limit: RateLimit, name: string = randomUUID()): Promise<RateLimiter> {
  const { client } = await connect()
  return createRedisRateLimiter(limit, { redis: client, name, meanwhile: never })
}

rateLimiterContract({
  name: 'memory',
  skip: false,
  open: async (limit) => createMemoryRateLimiter(limit),
})
rateLimiterContract({ name: 'redis', skip, open: openOnRedis })

test('redis: processes share a bucket', { skip }, async () => {
  const limit = { perSecond: 0.001, burst: 20 }
  const name = randomUUID()
  const limiters = await Promise.all([openOnRedis(limit, name), openOnRedis(limit, name)])
  const taken = await Promise.all(
    limiters.flatMap((limiter) => Array.from({ length: 50 }, async () => await limiter.take('a'))),
  )
  assert.equal(taken.filter(({ isAllowed }) => isAllowed).length, 20)
})

test('redis: a bucket is forgotten once it is full again', { skip }, async () => {
  const name = randomUUID()
  const limiter = await openOnRedis({ perSecond: 10, burst: 100 }, name)
  const { fullInMs } = await limiter.owe('a', 100)
  const [connection] = connections
  const livesMs = (await connection?.client.pttl(`florin:limit:${name}:a`)) ?? 0
  assert.ok(livesMs > 0 && livesMs <= fullInMs + 1, `lives ${livesMs} ms more, is full in ${fullInMs} ms`)
})

test(
  'redis: while it is away each process counts for itself, and together again afterwards',
  { skip },
  async () => {
    const proxy = await createTcpProxy(redis.url ?? '')
    const limit = { perSecond: 0.001, burst: 2 }
    const name = randomUUID()
    try {
      const { client } = await connect(proxy.url)
      const meanwhile = createMemoryRateLimiter(limit)
      const limiter = createRedisRateLimiter(limit, { redis: client, name, meanwhile })
      const isAllowed = async () => (await limiter.take('a')).isAllowed
      assert.deepEqual([await isAllowed(), await isAllowed(), await isAllowed()], [true, true, false])

      proxy.silence(true)
      assert.deepEqual([await isAllowed(), await isAllowed(), await isAllowed()], [true, true, false])

      proxy.silence(false)
      const together = await openOnRedis(limit, name)
      await together.owe('b', 2)
      // Its own bucket of b is full, so only Redis can refuse. Reconnecting takes what it takes.
      while ((await limiter.take('b')).isAllowed) await meanwhile.owe('b', -1)
    } finally {
      await proxy.close()
    }
  },
)

test('a Redis that is not there is said at the start', async () => {
  await assert.rejects(openRedis('redis://127.0.0.1:1', quietLog), {
    kind: 'unavailable',
    message: 'cannot connect to Redis',
  })
})
