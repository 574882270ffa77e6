/** The schema goes up and down, and an older Florin leaves a newer schema alone. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMigrator, type SchemaMigrator } from '#adapters/store-postgres/migrate.ts'
import { openPostgresStore } from '#adapters/store-postgres/store.ts'
import { AppError } from '#core/errors.ts'
import { createTestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { createPostgresDatabases, ENGLISH, run } from '../postgres-databases.ts'
import { quietLog } from '../quiet-log.ts'
import { requireService } from '../services.ts'
import { toCommand } from '../shorthand.ts'

const postgres = requireService('postgres')
const { skip } = postgres
const databases = createPostgresDatabases(postgres.url ?? '', ENGLISH)
after(() => databases.dropAll())

async function withMigrator(body: (migrator: SchemaMigrator, url: string) => Promise<void>): Promise<void> {
  const url = await databases.takeBare()
  const migrator = createMigrator({ url })
  try {
    await body(migrator, url)
  } finally {
    await migrator.close()
  }
}

/** Everything that a migration can make, by name and definition, apart from what the migrator keeps for itself. */
async function schemaOf(url: string): Promise<string[]> {
  const rows = await run(
    url,
    `select 'column' as kind, table_name || '.' || column_name as name, data_type || ' ' || is_nullable as what
     from information_schema.columns where table_schema = 'florin' and table_name not like 'migrations%'
     union all select 'index', indexname, indexdef from pg_indexes
     where schemaname = 'florin' and tablename not like 'migrations%'
     union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) from pg_constraint
     where connamespace = 'florin'::regnamespace and conrelid::regclass::text not like '%migrations%'
     union all select 'function', proname, md5(prosrc) from pg_proc where pronamespace = 'florin'::regnamespace
     order by 1, 2, 3`,
  )
  return rows.map(({ kind, name, what }) => `${String(kind)} ${String(name)} ${String(what)}`)
}

const namesOf = async (migrator: SchemaMigrator, done: boolean): Promise<string[]> =>
  (await migrator.status())
    .filter(({ executedAt }) => (executedAt !== undefined) === done)
    .map(({ name }) => name)

test(
  'up brings an empty database to the newest schema, and once more changes nothing',
  { skip },
  async () => {
    await withMigrator(async (migrator, url) => {
      const waiting = await namesOf(migrator, false)
      assert.ok(waiting.length > 0)
      const results = await migrator.up()
      assert.deepEqual(
        results.map(({ migrationName, status }) => [migrationName, status]),
        waiting.map((name) => [name, 'Success']),
      )
      assert.deepEqual(await namesOf(migrator, false), [])
      const schema = await schemaOf(url)
      assert.ok(schema.some((line) => line.startsWith('function ')))
      assert.deepEqual(await migrator.up(), [])
      assert.deepEqual(await schemaOf(url), schema)
    })
  },
)

test('down undoes each migration to the last, and up brings the same schema again', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    const schema = await schemaOf(url)
    for (const name of (await namesOf(migrator, true)).toReversed()) {
      const results = await migrator.down()
      assert.deepEqual(
        results.map(({ migrationName, direction, status }) => [migrationName, direction, status]),
        [[name, 'Down', 'Success']],
      )
    }
    assert.deepEqual(await schemaOf(url), [])
    assert.deepEqual(await migrator.down(), [])
    await migrator.up()
    assert.deepEqual(await schemaOf(url), schema)
  })
})

test('a ledger outlives a migration that is undone and done again', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    const clock = createTestClock()
    const ids = createTestIds()
    const open = () => openPostgresStore({ url, clock, sha256, log: quietLog })
    const store = await open()
    const lines = ['user ann email=Ann@x.org', 'open 1 EUR 5.00 owner=ann', 'open 2 EUR', 'pay 1>2 1.00 EUR']
    await store.post(lines.map((line) => toCommand(line, ids)))
    await store.close()
    if ((await namesOf(migrator, true)).length === 1) return // The first migration makes the ledger: nothing outlives it.
    await migrator.down()
    await migrator.up()
    const again = await open()
    assert.equal((await again.listAccounts({ limit: 10 })).length, 3)
    const outcomes = await again.post(
      ['user bob email=ANN@x.org', 'pay 2>1 1.00 EUR'].map((line) => toCommand(line, ids)),
    )
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['rejected', 'accepted'],
    )
    await again.close()
  })
})

test('an older Florin refuses a newer schema, and touches nothing of it', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    await run(
      url,
      `insert into florin.migrations (name, timestamp) values ('9999-from-the-future', now()::text)`,
    )
    await run(url, `create function florin.from_the_future() returns integer language sql as 'select 1'`)
    await run(url, `comment on schema florin is 'functions of the future'`)
    const schema = await schemaOf(url)
    for (const attempt of [() => migrator.up(), () => migrator.down()]) {
      await assert.rejects(attempt(), (error: unknown) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.kind, 'conflict')
        assert.match(error.message, /newer Florin/)
        return true
      })
      assert.deepEqual(await schemaOf(url), schema)
    }
  })
})

test('two Florins that migrate at once do it once', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    const other = createMigrator({ url })
    try {
      const results = await Promise.all([migrator.up(), other.up()])
      assert.equal(results.flat().length, (await namesOf(migrator, true)).length)
      assert.deepEqual(await namesOf(migrator, false), [])
    } finally {
      await other.close()
    }
  })
})

test('a database that cannot be reached is not taken for a newer one', async () => {
  const migrator = createMigrator({ url: 'postgres://florin:x@127.0.0.1:1/florin' })
  for (const attempt of [() => migrator.up(), () => migrator.down()]) {
    await assert.rejects(
      attempt(),
      (error: unknown) => error instanceof AppError && error.kind === 'unavailable',
    )
  }
  await migrator.close()
})
