import { Client } from 'pg'
import { AppError } from '#core/errors.ts'

/** Long enough for a server that is just starting, short enough for a wrong address. */
const CONNECT_TIMEOUT_MS = 5_000
/** The oldest PostgreSQL whose functions the schema uses. */
const MAJOR_MIN = 14

/** The server's version, such as "18.4"; throws `unavailable` with the reason when the database cannot be reached. */
export async function readServerVersion(url: string): Promise<string> {
  const client = new Client({
    connectionString: url,
    application_name: 'florin',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    const version = rows[0]?.server_version.split(' ')[0] ?? 'unknown'
    if (Number.parseInt(version) < MAJOR_MIN) {
      throw new AppError('conflict', `PostgreSQL ${version} is too old: Florin needs ${MAJOR_MIN} or newer`)
    }
    return version
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', 'cannot connect to the database', { cause: error })
  } finally {
    await client.end().catch(() => undefined) // It asked one question; there is nothing to lose.
  }
}
