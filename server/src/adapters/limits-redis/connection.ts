// The connection to Redis. It is kept open, and opened again in the background when it breaks; while it is gone, every
// command is refused at once.
import { Redis } from 'ioredis'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'

const CONNECT_TIMEOUT_MS = 3_000
/** On the way of every request, so a Redis that takes longer is as good as none. */
const COMMAND_TIMEOUT_MS = 250
/** A connection that answers nothing for so long is given up. */
const SILENCE_MAX_MS = 1_000
const RECONNECT_DELAY_MIN_MS = 50
const RECONNECT_DELAY_MAX_MS = 1_000

/** An open connection. */
export interface RedisConnection {
  readonly client: Redis
  close(): Promise<void>
}

/** Connects; throws unavailable when that fails, for at the start it is a wrong configuration. */
export async function openRedis(url: string, log: Log): Promise<RedisConnection> {
  let isOpen = false
  const client = new Redis(url, {
    lazyConnect: true,
    connectionName: 'florin',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MAX_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
    retryStrategy: (times) =>
      isOpen ? Math.min(RECONNECT_DELAY_MIN_MS * 2 ** times, RECONNECT_DELAY_MAX_MS) : null,
  })
  let reason: unknown = null
  client.on('error', (error: unknown) => {
    reason = error
    log.debug({ err: error }, 'Redis cannot be reached')
  })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    throw new AppError('unavailable', 'cannot connect to Redis', { cause: reason ?? error })
  }
  isOpen = true
  let isLost = false
  client.on('close', () => {
    if (!isLost && isOpen) log.warn(reason === null ? {} : { err: reason }, 'connection to Redis lost')
    isLost = true
  })
  client.on('ready', () => {
    if (isLost) log.info({}, 'connected to Redis again')
    isLost = false
    reason = null
  })
  return {
    client,
    async close() {
      isOpen = false
      client.disconnect()
    },
  }
}
