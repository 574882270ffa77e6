/** Plants a violation of every tidy rule and sees it refused. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { RULES, tidy } from './tidy.ts'
import type { SourceFile } from './tidy/source.ts'

/** A file, or several, that break exactly the rule. */
type Plant = Record<string, string>

const LONG = '// a line\n'.repeat(401)
const MIGRATIONS = 'server/sql/postgres/migrations'
const FUNCTIONS = 'server/sql/postgres/functions'
/** Written apart, or this file would break the rules itself. */
const LOOSE_END = ['TO', 'DO'].join('')
const MACHINE_PATH = ['', 'home', 'someone'].join('/')

const PLANTS: Record<string, Plant[]> = {
  'kebab-case-files': [{ 'server/src/core/moneyMath.ts': '' }, { 'tools/money_math.ts': '' }],
  'no-index-files': [{ 'server/src/core/index.ts': '' }],
  'long-files-explain': [{ 'server/src/core/money.ts': LONG }],
  'plain-names': [
    { 'server/src/core/money.ts': 'class MoneyManager {}' },
    { 'server/src/core/money.ts': 'const parseHelper = 1' },
    { 'server/src/core/money.ts': 'interface IMoney {}' },
    { 'server/src/core/money.ts': 'type TransferDTO = string' },
    { 'server/src/core/money-utils.ts': '' },
  ],
  'environment-in-one-place': [
    { 'server/src/main/roles.ts': 'const url = process.env.FLORIN_DATABASE_URL' },
    { 'server/src/cli/serve.ts': "import { env } from 'node:process'" },
    { 'server/src/cli/serve.ts': 'const { env } = process' },
  ],
  'adapters-made-in-one-place': [
    { 'server/src/cli/serve.ts': "import { createStore } from '#adapters/store-memory/store.ts'" },
    { 'server/src/main/roles.ts': "import * as memory from '#adapters/store-memory/store.ts'" },
    { 'server/src/main/roles.ts': "const memory = await import('#adapters/store-memory/store.ts')" },
  ],
  'relative-paths-stay-inside': [
    { 'server/src/app/post.ts': "import { a } from '../core/money.ts'" },
    { 'server/src/adapters/cache-redis/cache.ts': "import { a } from '../cache-memory/cache.ts'" },
    { 'server/src/core/money.ts': "const a = import('../app/post.ts')" },
    { 'server/test/e2e/a.test.ts': "import '../../src/cli/florin.ts'" },
  ],
  'no-hidden-arrows': [
    { 'server/src/api/http/v1/a.ts': "const store = import('#adapters/store-memory/store.ts')" },
    { 'server/src/app/post.ts': "const pg = import('pg')" },
    { 'server/src/api/http/v1/a.ts': 'const any = import(name)' },
  ],
  'core-is-synchronous': [
    { 'server/src/core/money.ts': 'async function a() {}' },
    { 'server/src/core/money.ts': 'type A = Promise<string>' },
  ],
  'exports-are-documented': [
    { 'server/src/core/money.ts': 'export const a = 1' },
    { 'server/src/core/money.ts': '/** Said. */\nexport const a = 1\n\nexport const b = 1' },
    { 'tools/a.ts': '/** Said. */\nexport const a = 1\nexport async function b() {}' },
  ],
  'no-focused-tests': [{ 'server/src/core/money.test.ts': "test.only('a', () => {})" }],
  'folders-explain-themselves': [
    { 'server/src/other/a.ts': '' },
    { 'other/a.ts': '' },
    { 'server/README.md': 'a line\n'.repeat(31) },
  ],
  'no-loose-ends': [{ 'server/src/core/money.ts': `// ${LOOSE_END}: round` }],
  'lockfile-names-no-registry': [
    { 'package-lock.json': '{"packages":{\n"a":{"resolved": "https://registry.example/a.tgz"}}}' },
    { '.npmrc': 'registry=https://registry.example' },
  ],
  'lockfile-is-complete': [
    {
      'package-lock.json':
        '{"packages":{"node_modules/a":{"optionalDependencies":{"a-linux-arm64":"1.0.0"}}}}',
    },
  ],
  'exact-versions': [{ 'package.json': '{\n  "pg": "^8.0.0"\n}' }],
  'one-sql-function-a-file': [
    { [`${FUNCTIONS}/post.sql`]: 'create function post() …; create or replace function other() …' },
    { [`${FUNCTIONS}/post.sql`]: 'create function florin.post_batch() …' },
    { [`${FUNCTIONS}/post.sql`]: 'select 1' },
    { [`${MIGRATIONS}/0001-a.up.sql`]: 'create function post() …', [`${MIGRATIONS}/0001-a.down.sql`]: '' },
  ],
  'migrations-come-in-pairs': [
    { [`${MIGRATIONS}/0002-a.up.sql`]: '' },
    { [`${MIGRATIONS}/0002-a.down.sql`]: '' },
    { [`${MIGRATIONS}/first.sql`]: '' },
    { [`${MIGRATIONS}/0003-b.up.sql`]: '', [`${MIGRATIONS}/0003-b.down.sql`]: '' },
    Object.fromEntries(
      ['a.up', 'a.down', 'b.up', 'b.down'].map((name) => [`${MIGRATIONS}/0001-${name}.sql`, '']),
    ),
  ],
  'no-machine-paths': [{ 'docs/a.md': `see ${MACHINE_PATH}` }],
}

/** A small tree that every rule accepts. */
const TIDY_TREE: Plant = {
  'package.json': '{\n  "pg": "8.0.0",\n  "node": ">=20"\n}',
  'package-lock.json': '{"packages":{\n"node_modules/@florin/server":{"resolved": "server"}}}',
  'tools/README.md': 'Owns the tools.',
  'docs/README.md': 'Owns the docs.',
  'server/README.md': 'Owns the server.',
  'server/sql/README.md': 'Owns the SQL.',
  'server/test/README.md': 'Owns the tests.',
  ...Object.fromEntries(
    ['core', 'app', 'api', 'cli', 'main', 'adapters'].map((room) => [
      `server/src/${room}/README.md`,
      'Owns.',
    ]),
  ),
  'server/src/core/long.ts': `/**\n * Owns a table.\n * Long because it is one table.\n */\n${LONG}`,
  'server/src/core/codes.ts':
    '/** Codes; no Promise, no process.env here. */\nexport const A = 1\nexport const B = 2\n',
  'server/src/main/config.ts': 'const url = process.env.FLORIN_DATABASE_URL',
  'server/src/main/compose.ts': "import { createStore } from '#adapters/store-memory/store.ts'",
  'server/src/cli/serve.ts': "const command = import('./seed.ts')",
  'server/src/api/http/v1/a.ts': "import { b } from '../b.ts'",
  [`${MIGRATIONS}/0001-ledger.up.sql`]: 'create table a ()',
  [`${MIGRATIONS}/0001-ledger.down.sql`]: 'drop table a',
  [`${FUNCTIONS}/apply_batch.sql`]: 'CREATE OR REPLACE FUNCTION apply_batch() …',
}

function toFiles(plant: Plant): SourceFile[] {
  return Object.entries({ ...TIDY_TREE, ...plant }).map(([path, text]) => ({ path, text }))
}

test('a tidy tree passes', () => {
  assert.deepEqual(tidy(toFiles({})), [])
})

test('no files at all fails', () => {
  assert.equal(tidy([]).length, 1)
})

test('every rule has a plant', () => {
  assert.deepEqual(Object.keys(PLANTS).toSorted(), RULES.map(({ name }) => name).toSorted())
})

for (const [rule, plants] of Object.entries(PLANTS)) {
  for (const plant of plants) {
    test(`${rule} refuses ${Object.keys(plant)[0]}: ${JSON.stringify(Object.values(plant)[0]).slice(0, 60)}`, () => {
      const found = tidy(toFiles(plant))
      assert.ok(
        found.some((line) => line.includes(`(${rule}:`)),
        `not refused: ${JSON.stringify(found)}`,
      )
    })
  }
}
