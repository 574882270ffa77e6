/** The schema goes up and down, and an older Florin leaves a newer schema alone. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sha256 } from '#adapters/runtime-node/digest.ts'
import { createMigrator, type SchemaMigrator } from '#adapters/store-postgres/migrate.ts'
import { openPostgresStore, type PostgresStore } from '#adapters/store-postgres/store.ts'
import type { Outcome } from '#core/command.ts'
import type { AccountId } from '#core/ids.ts'
import { AppError } from '#core/errors.ts'
import { createTestClock, type TestClock } from '../clock.ts'
import { createTestIds } from '../ids.ts'
import { dumpLedger } from '../ledger-dump.ts'
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

/** Undoes all but the first, newest first. */
async function downToFirst(migrator: SchemaMigrator): Promise<void> {
  while ((await namesOf(migrator, true)).length > 1) await migrator.down()
}

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

/** A ledger that every schema has a place for. */
const PLAIN_LEDGER = [
  'user ann email=Ann@x.org',
  'open 1 EUR 50.00 owner=ann key=k1',
  'open 2 EUR limit=20 key=k2',
  'open 3 EUR 10.00 m:a=b',
  'currency GEM 3 key=k3',
  'pay 1>2 1.00 EUR key=k4',
  // One account twice in a transfer, on either side: it has taken from the account once.
  'pay 1>2 1.00 EUR, 2>1 0.50 EUR, 1>3 2.00 EUR, 2>3 1.00 EUR, 1>2 0.25 EUR ref=rent',
  'pay 3>2 99.00 EUR ref=rent key=k5',
  'pay 2>3 3.00 EUR',
  'set 1 limit=5 key=k6',
]

/** Opens a store that posts lines, a second apart, and closes it when the body is done with it. */
async function withStore<T>(
  url: string,
  clock: TestClock,
  body: (store: PostgresStore, post: (lines: readonly string[]) => Promise<Outcome[]>) => Promise<T>,
): Promise<T> {
  const store = await openPostgresStore({ url, clock, sha256, log: quietLog })
  try {
    return await body(store, async (lines) => {
      const outcomes: Outcome[] = []
      for (const line of lines) {
        clock.turn(1_000_000)
        outcomes.push(...(await store.post([toCommand(line, IDS)])))
      }
      return outcomes
    })
  } finally {
    await store.close()
  }
}

const IDS = createTestIds()

test('a ledger outlives a migration that is undone and done again', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    const clock = createTestClock()
    const dump = await withStore(url, clock, async (store, post) => {
      await post(PLAIN_LEDGER)
      await run(url, FORGET_THE_AUDIT_LOG)
      return await dumpLedger(store)
    })
    await downToFirst(migrator)
    await run(url, FORGET_WHAT_KEPT_ACCOUNTS_HAVE_NOW)
    await migrator.up()

    await withStore(url, clock, async (store, post) => {
      assert.deepEqual(await dumpLedger(store), dump)
      const accountIds = ['3' as AccountId]
      const rents = await store.listTransfers({ accountIds, reference: 'rent', limit: 10 })
      assert.deepEqual(
        rents.map(({ status }) => status),
        ['failed', 'posted'],
      )
      const repeats = await post(PLAIN_LEDGER.filter((line) => line.includes('key=')))
      assert.ok(repeats.every(({ replayed }) => replayed))
      const opened = repeats[0]
      assert.ok(opened?.kind === 'accepted' && opened.made === 'account')
      assert.deepEqual([opened.result.posted, opened.result.held, opened.result.closedAt], [5000n, 0n, null])

      // What had left an account before the migration counts.
      const outcomes = await post([
        'user bob email=ANN@x.org',
        'policy p EUR on=1 day=5.00/4',
        'pay 1>2 1.00 EUR',
        'pay 1>2 0.75 EUR',
        'pay 1>2 0.01 EUR',
      ])
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.kind === 'accepted' ? 'ok' : outcome.refusal.code)),
        ['email_taken', 'ok', 'velocity_exceeded', 'ok', 'velocity_exceeded'],
      )
    })
  })
})

/** As pages were before there was an audit log. */
const FORGET_THE_AUDIT_LOG = 'update florin.journal_pages set audit = null; delete from florin.audit_marks'

/** Answers that the first schema's Florin kept. */
const FORGET_WHAT_KEPT_ACCOUNTS_HAVE_NOW = `
  update florin.idempotency_records
  set outcome = outcome #- '{row,held}' #- '{row,incoming}' #- '{row,open_holds}' #- '{row,debited}' #- '{row,debits}'
    #- '{row,closed_at}'
  where outcome ->> 'kind' = 'account'`

test('answers about holds are given again as they were, whichever Florin kept them', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    await withStore(url, createTestClock(), async (_store, post) => {
      await post(PLAIN_LEDGER)
      const lines = [
        'hold h 1>2 5.00 EUR expires=01:00 ref=rent m:a=b key=h1',
        'capture h 2.00 EUR key=h2',
        'capture h key=h3',
        'hold i 1>2 5.00 EUR key=i1',
        'release i key=i2',
      ]
      const answers = (await post(lines)).map((outcome) => ({ ...outcome, replayed: true }))
      assert.ok(answers.every(({ kind }) => kind === 'accepted'))
      assert.deepEqual(await post(lines), answers)
      const rewritten = await run(url, KEEP_HOLDS_WHOLE)
      assert.equal(rewritten.length, lines.length)
      assert.deepEqual(await post(lines), answers)
    })
  })
})

test('pages that are sealed with their origins are not given up', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    await withStore(url, createTestClock(), async (store, post) => {
      await post(PLAIN_LEDGER)
      const [dump, schema] = [await dumpLedger(store), await schemaOf(url)]
      await assert.rejects(downToFirst(migrator), /changed nothing/)
      await migrator.up()
      assert.deepEqual(await schemaOf(url), schema)
      assert.deepEqual(await dumpLedger(store), dump)
    })
  })
})

test('the audit log of a ledger that is older than it begins with what comes next', { skip }, async () => {
  await withMigrator(async (migrator, url) => {
    await migrator.up()
    await withStore(url, createTestClock(), async (store, post) => {
      await post(PLAIN_LEDGER)
      await run(url, FORGET_THE_AUDIT_LOG)
      await post(['set 1 limit=7 from=10.0.0.1', 'erase ann from=10.0.0.1'])
      const { audit, events } = await dumpLedger(store)
      assert.deepEqual(
        audit.map(({ type, address }) => [type, address]),
        [
          ['user.erased', '10.0.0.1'],
          ['account.updated', '10.0.0.1'],
        ],
      )
      assert.ok(events.length > audit.length)
    })
  })
})

const asInstant = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** As an earlier Florin kept answers about holds. */
const KEEP_HOLDS_WHOLE = `
  update florin.idempotency_records r
  set outcome = jsonb_build_object('kind', r.outcome -> 'kind', 'row', jsonb_build_object(
    'id', h.id, 'status', r.outcome -> 'status', 'source', h.source::text, 'destination', h.destination::text,
    'amount', h.amount::text, 'currency', h.currency, 'scale', h.scale, 'captured', r.outcome -> 'captured',
    'fee_account', h.fee_account::text, 'fee_amount', h.fee_amount::text, 'expires_at', ${asInstant('h.expires_at')},
    'reference', h.reference, 'metadata', h.metadata, 'created_at', ${asInstant('h.created_at')},
    'updated_at', r.outcome -> 'updated_at'
  ))
  from florin.holds h
  where h.id = (r.outcome ->> 'hold_id')::uuid
  returning r.key`

for (const [name, ...lines] of [
  ['a hold', 'hold h 1>2 1.00 EUR'],
  ['a transfer that waits', 'policy p EUR second=0', 'pay 1>2 1.00 EUR id=t wait=60'],
  ['an API key', 'apikey k accounts:read'],
  ['a password', 'user bea', 'password bea p'],
  ['that somebody was erased', 'erase ann'],
  ['a policy, even one taken away', 'policy p EUR max=1.00', 'unpolicy p'],
  ['a quote', 'open 4 USD', 'quote x 1.00 EUR 1.10 USD via=2>4 rate=11/10 expires=12-31T00:00'],
  ['closed books', 'books 00:00'],
  ['a closed account', 'close 3 to=1'],
  ['a reversal', 'pay 1>2 1.00 EUR id=t', 'reverse t'],
  ['a business time', 'pay 1>2 1.00 EUR eff=00:00'],
  ['the answer to a group', 'group key=g | pay 1>2 1.00 EUR'],
] as const) {
  test(`${name} is not given up by undoing the migration that brought it`, { skip }, async () => {
    await withMigrator(async (migrator, url) => {
      await migrator.up()
      await withStore(url, createTestClock(), async (store, post) => {
        await post(PLAIN_LEDGER)
        assert.ok((await post(lines)).every(({ kind }) => kind === 'accepted'))
        await run(url, FORGET_THE_AUDIT_LOG)
        const [dump, schema] = [await dumpLedger(store), await schemaOf(url)]
        await assert.rejects(downToFirst(migrator), /changed nothing/)
        // Later ones may have been undone before.
        await migrator.up()
        assert.deepEqual(await schemaOf(url), schema)
        assert.deepEqual(await dumpLedger(store), dump)
      })
    })
  })
}

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
