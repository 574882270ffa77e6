// The schema: numbered SQL files up and down, and the stored functions, which are replaced as a whole when they changed.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import {
  Migrator,
  type Migration,
  type MigrationInfo,
  type MigrationResult,
  type MigrationResultSet,
} from 'kysely/migration'
import { Pool } from 'pg'
import { AppError } from '#core/errors.ts'
import { withUnavailable } from './errors.ts'

const SQL = fileURLToPath(new URL('../../../sql/postgres/', import.meta.url))

/** Brings a database to this Florin's schema and back. */
export interface SchemaMigrator {
  /** Runs what is missing; throws `conflict` when the database was migrated by a newer Florin. */
  up(): Promise<readonly MigrationResult[]>
  /** Undoes the newest migration; throws `conflict` as `up` does. */
  down(): Promise<readonly MigrationResult[]>
  status(): Promise<readonly MigrationInfo[]>
  close(): Promise<void>
}

/** Makes a migrator; connects with its first call. */
export function createMigrator({ url }: { readonly url: string }): SchemaMigrator {
  const pool = new Pool({ connectionString: url, application_name: 'florin migrate', max: 1 })
  // An idle connection that breaks: the next call says so. Also after close(), for the pool does not wait until its
  // connections are closed, and the embedded server may be stopped meanwhile; unheard, this would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: withUnavailable(pool, { prepared: false, timeoutMs: null }) }),
  })
  const migrator = new Migrator({
    db,
    provider: { getMigrations: readMigrations },
    migrationTableSchema: 'florin',
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
  })

  return {
    async up() {
      await refuseNewer(db)
      const results = resultsOf(await migrator.migrateToLatest())
      await replaceFunctions(db)
      return results
    },
    async down() {
      await refuseNewer(db)
      const results = resultsOf(await migrator.migrateDown())
      // They are the newest schema's; `up`, of whichever Florin, brings its own.
      if (results.length > 0) await dropFunctions(db)
      return results
    },
    status: () => migrator.getMigrations(),
    close: () => db.destroy(),
  }
}

function resultsOf({ error, results }: MigrationResultSet): readonly MigrationResult[] {
  if (error === undefined) return results ?? []
  const failed = results?.find(({ status }) => status === 'Error')
  if (failed === undefined) throw error as Error
  throw new AppError('application', `migration ${failed.migrationName} failed; it changed nothing`, {
    cause: error instanceof AppError ? error.cause : error,
  })
}

/** Before anything is touched: a schema that a newer Florin made is its own to change. */
async function refuseNewer(db: Kysely<unknown>): Promise<void> {
  const known = Object.keys(await readMigrations())
  const { rows: tables } = await sql`select 1 where to_regclass('florin.migrations') is not null`.execute(db)
  if (tables.length === 0) return
  const { rows } = await sql<{ name: string }>`select name from florin.migrations`.execute(db)
  const unknown = rows.map(({ name }) => name).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new AppError(
    'conflict',
    `the database has migrations that this Florin does not know (${unknown.join(', ')}): use a newer Florin`,
  )
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const folder = join(SQL, 'migrations')
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.up.sql'))
    .map((file) => file.slice(0, -7))
  const migrations = names.map(async (name): Promise<[string, Migration]> => [
    name,
    {
      up: await fromFile(join(folder, `${name}.up.sql`)),
      down: await fromFile(join(folder, `${name}.down.sql`)),
    },
  ])
  return Object.fromEntries(await Promise.all(migrations))
}

async function fromFile(path: string): Promise<(db: Kysely<unknown>) => Promise<void>> {
  const text = await readFile(path, 'utf8')
  return async (db) => {
    await sql.raw(text).execute(db)
  }
}

/** The functions in the database are marked with a hash of their source, so an unchanged set is left alone. */
async function replaceFunctions(db: Kysely<unknown>): Promise<void> {
  const folder = join(SQL, 'functions')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const mark = `functions ${createHash('sha256').update(sources.join('\0')).digest('hex')}`
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('florin functions'))`.execute(transaction)
    const { rows } = await sql<{ mark: string | null }>`
      select obj_description('florin'::regnamespace, 'pg_namespace') as mark`.execute(transaction)
    if (rows[0]?.mark === mark) return
    await dropFunctions(transaction)
    for (const source of sources) await sql.raw(source).execute(transaction)
    await sql`comment on schema florin is ${sql.lit(mark)}`.execute(transaction)
  })
}

async function dropFunctions(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select oid::regprocedure::text as name from pg_proc where pronamespace = 'florin'::regnamespace`.execute(
    db,
  )
  for (const { name } of rows) await sql.raw(`drop function ${name}`).execute(db)
  await sql`comment on schema florin is null`.execute(db)
}
