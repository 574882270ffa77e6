/**
 * Fresh migrated databases on one PostgreSQL server. A database is emptied and used again when its ledger is closed,
 * because making one costs 60 ms and emptying one 5 ms; all are dropped in the end.
 */
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { createMigrator } from '#adapters/store-postgres/migrate.ts'

/** Databases of one test file on one server. */
export interface PostgresDatabases {
  /** The URL of an empty, migrated database that nobody else uses. */
  take(): Promise<string>
  /** Gives it back; its connections must be closed. */
  giveBack(url: string): Promise<void>
  /** A database without a schema. Dropped with the others. */
  takeBare(): Promise<string>
  dropAll(): Promise<void>
}

/** English order, where "a" < "B" < "c": a ledger must not lean on the order of bytes, which its user's database may lack. */
export const ENGLISH = `locale_provider icu icu_locale 'en-US'`

/** Makes databases on the server of `serverUrl`, whose user may create them; `locale` as in CREATE DATABASE. */
export function createPostgresDatabases(serverUrl: string, locale = ''): PostgresDatabases {
  const made: string[] = []
  const free: string[] = []

  async function takeBare(): Promise<string> {
    const name = `florin_test_${randomBytes(6).toString('hex')}`
    await run(serverUrl, `create database ${name} template template0 ${locale}`)
    made.push(name)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    return url.href
  }

  return {
    takeBare,
    async take() {
      const used = free.pop()
      if (used !== undefined) return used
      const url = await takeBare()
      await migrateUp(url)
      return url
    },
    async giveBack(url) {
      await run(url, EMPTY)
      free.push(url)
    },
    async dropAll() {
      free.length = 0
      for (const name of made.splice(0)) await run(serverUrl, `drop database ${name} with (force)`)
    },
  }
}

const EMPTY = `
  delete from florin.currencies;
  delete from florin.users;
  delete from florin.user_profiles;
  delete from florin.accounts;
  delete from florin.transfers;
  delete from florin.entries;
  delete from florin.backdated_entries;
  delete from florin.failed_transfer_accounts;
  delete from florin.holds;
  delete from florin.policies;
  delete from florin.policy_versions;
  delete from florin.quotes;
  delete from florin.api_keys;
  update florin.books set closed_through = null;
  delete from florin.idempotency_records;
  delete from florin.journal_pages;
  delete from florin.audit_marks;
  update florin.journal_head set number = 0, hash = decode(repeat('00', 32), 'hex'), sealed_at = '-infinity'`

/** Runs SQL on a connection of its own and answers the rows of its last statement. */
export async function run(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, application_name: 'florin test' })
  await client.connect()
  try {
    const result = values === undefined ? await client.query(text) : await client.query(text, values)
    const last: unknown = Array.isArray(result) ? result.at(-1) : result
    return (last as { rows: Record<string, unknown>[] }).rows
  } finally {
    await client.end()
  }
}

async function migrateUp(url: string): Promise<void> {
  const migrator = createMigrator({ url })
  try {
    await migrator.up()
  } finally {
    await migrator.close()
  }
}
