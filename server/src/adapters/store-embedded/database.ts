// The one conversation Florin has with the embedded server before its store does: is it ours, and is the database there.
import { Client, DatabaseError } from 'pg'
import { AppError } from '#core/errors.ts'

const connectTimeoutMs = 10_000
const databaseMissing = '3D000' // invalid_catalog_name
const databaseThere = '42P04' // duplicate_database

/** The URL of the embedded database. */
export function connectionUrl({ password, port }: { password: string; port: number }): string {
  return `postgresql://florin:${password}@127.0.0.1:${port}/florin`
}

/** Makes the database `florin` if it is missing, and gives back the server's version, such as `18.4`. */
export async function ensureDatabase(url: string): Promise<string> {
  try {
    return await version(url)
  } catch (error) {
    if (sqlState(error) !== databaseMissing) throw cannotConnect(error)
  }
  try {
    await createDatabase(url.replace(/florin$/, 'postgres'))
    return await version(url)
  } catch (error) {
    throw cannotConnect(error)
  }
}

async function version(url: string): Promise<string> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]!.server_version
  })
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    try {
      await client.query('CREATE DATABASE florin')
    } catch (error) {
      if (sqlState(error) !== databaseThere) throw error
    }
  })
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs })
  client.on('error', () => {}) // a lost connection rejects the query too
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

function cannotConnect(error: unknown): AppError {
  return new AppError(
    'unavailable',
    `the embedded PostgreSQL runs but cannot be used: ${(error as Error).message}`,
    {
      cause: error,
    },
  )
}
