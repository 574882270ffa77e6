// The one connection that writes. It is kept open, and opened again in the background when it breaks; while it is gone,
// commands are refused at once.
import { Client } from 'pg'
import { AppError } from '#core/errors.ts'
import type { Log } from '#ports/log.ts'
import { rowTypes } from './codec.ts'
import { queryOver, type Query } from './query.ts'

const CONNECT_TIMEOUT_MS = 3_000
/**
 * A server that answers nothing for so long is taken for gone: before the batcher's deadline (10 s by default), so that
 * no batch is in flight long after its callers have left.
 */
const QUERY_TIMEOUT_MS = 8_000
/** A server that works gives a statement up before that, and says so: then the connection stays. */
const STATEMENT_TIMEOUT_MS = 7_000
const RECONNECT_DELAY_MIN_MS = 50
const RECONNECT_DELAY_MAX_MS = 1_000
/** How long one lock may be waited for before the batch is rolled back and decided again. */
const LOCK_TIMEOUT_MS = 5_000
/**
 * A transaction left open by a Florin that stalls or is cut off gives its locks back after this long: soon enough for
 * whoever waits for them. Between loading and writing a batch only milliseconds pass.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 4_000

// The planner is told what we know. A generic plan made while the tables were empty would scan them for ever (measured:
// 2,000 transfers/s instead of 40,000), so no scans; nor joins that read the whole of an index (500 holds of 200,000
// captured in 200 ms instead of 20). And where a scan is all there is (a table of one row), its cost now looks enormous,
// for which each first call would be compiled (measured: 300 ms), so no compiling.
const SESSION_SETTINGS = [
  '-c enable_seqscan=off',
  '-c enable_hashjoin=off',
  '-c enable_mergejoin=off',
  '-c jit=off',
  '-c TimeZone=UTC',
  '-c synchronous_commit=on',
  `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
  `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
  `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
].join(' ')

/** Which server process a connection talks to, told apart from later ones with the same pid. */
export interface Backend {
  readonly pid: number
  readonly startedAt: string
}

/** A writing connection and the server process behind it. */
export interface WriterSession {
  readonly client: Client
  readonly query: Query
  readonly backend: Backend
}

/** Keeps a writing connection. */
export interface Writer {
  /** The connection; throws unavailable, at once, while there is none. */
  session(): WriterSession
  /** Waits for a connection for at most `timeoutMs`; throws unavailable then. */
  whenConnected(timeoutMs: number): Promise<WriterSession>
  /** Gives a connection up that failed, so that a new one is opened. */
  discard(session: WriterSession, reason: unknown): void
  problem(): string | null
  close(): Promise<void>
}

/** Connects, once for now: a store that cannot be reached at the start is a wrong configuration. */
export async function openWriter(url: string, log: Log): Promise<Writer> {
  let current: WriterSession | null = await connect(url)
  let closed = false
  let reconnecting: Promise<void> | null = null
  watch(current)

  function watch(session: WriterSession): void {
    session.client.on('error', (error) => lose(session, error))
    session.client.on('end', () => lose(session, null))
  }

  function lose(session: WriterSession, reason: unknown): void {
    if (current !== session || closed) return
    log.warn({ err: reason }, 'connection to PostgreSQL lost')
    current = null
    session.client.end().catch(() => undefined) // It is broken already; nothing is lost with it.
    reconnecting ??= reconnect()
  }

  async function reconnect(): Promise<void> {
    let delayMs = RECONNECT_DELAY_MIN_MS
    while (!closed) {
      try {
        current = await connect(url)
        watch(current)
        log.info({}, 'connected to PostgreSQL again')
        break
      } catch (error) {
        log.debug({ err: error }, 'PostgreSQL cannot be reached yet')
        await new Promise((resolve) => setTimeout(resolve, delayMs))
        delayMs = Math.min(delayMs * 2, RECONNECT_DELAY_MAX_MS)
      }
    }
    reconnecting = null
  }

  function session(): WriterSession {
    if (current === null) throw new AppError('unavailable', AWAY)
    return current
  }

  async function whenConnected(timeoutMs: number): Promise<WriterSession> {
    if (current === null && reconnecting !== null) {
      const timeout = AbortSignal.timeout(timeoutMs)
      await Promise.race([
        reconnecting,
        new Promise((resolve) => timeout.addEventListener('abort', resolve, { once: true })),
      ])
    }
    return session()
  }

  return {
    session,
    whenConnected,
    discard: lose,
    problem: () => (current === null ? AWAY : null),
    async close() {
      closed = true
      await current?.client.end()
      await reconnecting
    },
  }
}

const AWAY = 'the database cannot be reached; nothing was changed'

async function connect(url: string): Promise<WriterSession> {
  const client = new Client({
    connectionString: url,
    application_name: 'florin writer',
    options: SESSION_SETTINGS,
    types: rowTypes,
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })
  const query = queryOver(client, QUERY_TIMEOUT_MS)
  client.on('error', () => undefined) // Until watch() takes over, connect() itself rejects.
  try {
    await client.connect()
    const { rows } = await query<Backend>(
      `select pid, backend_start::text as "startedAt" from pg_stat_activity where pid = pg_backend_pid()`,
    )
    const backend = rows[0]
    if (backend === undefined) throw new Error('pg_stat_activity does not show this session')
    return { client, query, backend }
  } catch (error) {
    client.end().catch(() => undefined) // The reason is in `error`.
    throw error
  }
}
