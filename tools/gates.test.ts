/**
 * Proves that every gate bites: plants a violation in a copy of the house (its configuration, a few files of code)
 * and sees the gate fail; and sees that a gate which is shown no files fails. `tidy.test.ts` does it for tidy.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const HOUSE = [
  'package.json',
  'server/package.json',
  'oxlint.config.ts',
  'prettier.config.js',
  'tsconfig.json',
  '.npmrc',
]

/** Makes a house with these files in a folder of its own; `using` removes it. */
function createHouse(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'florin-gates-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  mkdirSync(join(folder, 'server'))
  for (const path of HOUSE) cpSync(join(ROOT, path), join(folder, path))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(files)) write(path, text)
  const run = (program: string, ...words: string[]) => {
    const bin = program === 'npm' ? program : join(ROOT, 'node_modules', '.bin', program)
    // A test runner inside this one would report to it, unless it does not know.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { status, stdout, stderr } = spawnSync(bin, words, { cwd: folder, encoding: 'utf8', env })
    return { status, output: stdout + stderr }
  }
  return { folder, write, run, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

type House = ReturnType<typeof createHouse>

/** Lints the house and returns the rules broken, by file. */
function lint(house: House): { status: number | null; broken: Map<string, string[]> } {
  const { status, output } = house.run('oxlint', '--format', 'json')
  const { diagnostics } = JSON.parse(output) as { diagnostics: { filename: string; code: string }[] }
  const broken = new Map<string, string[]>()
  for (const { filename, code } of diagnostics) broken.set(filename, [...(broken.get(filename) ?? []), code])
  return { status, broken }
}

const IMPORTS = 'eslint(no-restricted-imports)'

/** Folder, and what it may not import: each row of the arrow table, read backwards. */
const FORBIDDEN: Record<string, string> = {
  core: `#ports/a.ts #app/a.ts #adapters/x/a.ts #api/a.ts #worker/a.ts #main/a.ts #test/a.ts node:fs fs
    node:crypto zod @fastify/helmet @florin/server/src/app/a.ts ../app/a.ts`,
  ports: `#ports/a.ts #app/a.ts #adapters/x/a.ts #api/a.ts #worker/a.ts #main/a.ts #test/a.ts node:fs pg
    @fastify/helmet ../core/a.ts`,
  app: `#app/a.ts #adapters/x/a.ts #api/a.ts #worker/a.ts #main/a.ts #test/a.ts node:crypto node:fs fs
    node:timers/promises pg @fastify/helmet ../core/a.ts`,
  'adapters/x': `#app/a.ts #adapters/x/a.ts #adapters/store-postgres/store.ts #api/a.ts #worker/a.ts #main/a.ts
    #test/a.ts ../../core/a.ts`,
  'adapters/store-embedded': `#app/a.ts #adapters/x/a.ts #api/a.ts #main/a.ts #test/a.ts`,
  'api/http/v1': `#ports/a.ts #adapters/x/a.ts #api/a.ts #worker/a.ts #main/a.ts #test/a.ts ../../../core/a.ts
    ../../../app/a.ts`,
  worker: `#ports/a.ts #adapters/x/a.ts #api/a.ts #main/a.ts #test/a.ts ../app/a.ts`,
  main: `#test/a.ts ../core/a.ts ../../test/a.ts`,
  cli: `#test/a.ts ../main/a.ts`,
}

const ALLOWED: Record<string, string> = {
  core: `#core/b.ts ./b.ts`,
  ports: `#core/b.ts ./b.ts`,
  app: `#core/b.ts #ports/b.ts ./b.ts`,
  'adapters/x': `#core/b.ts #ports/b.ts ./b.ts node:net pg @fastify/helmet`,
  'adapters/store-embedded': `#core/b.ts #ports/b.ts #adapters/store-postgres/store.ts`,
  'api/http/v1': `#core/b.ts #app/b.ts ../b.ts fastify node:http`,
  worker: `#core/b.ts #app/b.ts ./b.ts node:timers/promises`,
  main: `#core/b.ts #ports/b.ts #app/b.ts #adapters/x/b.ts #api/b.ts #worker/b.ts pino`,
  cli: `#main/b.ts #core/b.ts #adapters/x/b.ts citty`,
}

function toWords(text: string): string[] {
  return text.split(/\s+/)
}

const IMPURE = {
  Date: 'new Date()',
  'Date.now': 'Date.now()',
  'Math.random': 'Math.random()',
  process: 'process.pid',
  console: "console.log('a')",
  fetch: 'fetch',
  timers: 'setTimeout',
  intervals: 'setInterval',
  crypto: 'crypto.randomUUID()',
  performance: 'performance.now()',
  globalThis: 'globalThis.Date',
}

const LINT_RULES: Record<string, string> = {
  'typescript(no-floating-promises)': 'export async function a() {}\na()\n',
  'typescript(no-misused-promises)': 'export const a = [1].forEach(async () => {})\n',
  'typescript(return-await)':
    'async function b() {}\nexport async function a() {\n  try {\n    return b()\n  } finally {\n    b.name\n  }\n}\n',
  'typescript(switch-exhaustiveness-check)':
    "export function a(b: 'x' | 'y') {\n  switch (b) {\n    case 'x':\n      return 1\n  }\n  return 2\n}\n",
  'typescript(no-explicit-any)': 'export const a: any = 1\n',
  'oxc(no-barrel-file)': "export * from './b.ts'\n",
  'eslint(eqeqeq)': 'export const a = (b: string) => b == a.name\n',
}

test('lint refuses each forbidden arrow, impurity in core and each rule, and nothing else', () => {
  const expected = new Map<string, string>()
  const files: Record<string, string> = { 'server/src/core/b.ts': 'export type B = string\n' }
  const plant = (path: string, text: string, rule: string) => {
    files[path] = text
    expected.set(path, rule)
  }
  for (const [folder, specifiers] of Object.entries(FORBIDDEN)) {
    for (const [number, specifier] of toWords(specifiers).entries()) {
      plant(
        `server/src/${folder}/arrow-${number}.ts`,
        `import type { A } from '${specifier}'\nexport type B = A\n`,
        IMPORTS,
      )
    }
    plant(`server/src/${folder}/reexport.ts`, `export { a } from '#test/a.ts'\n`, IMPORTS)
  }
  for (const path of ['../../server/src/core/a.ts', '@florin/server/src/core/a.ts', '#core/a.ts']) {
    plant(
      `client/src/arrow-${path.length}.ts`,
      `import type { A } from '${path}'\nexport type B = A\n`,
      IMPORTS,
    )
  }
  for (const [name, code] of Object.entries(IMPURE)) {
    const rule = name === 'Math.random' ? 'eslint(no-restricted-properties)' : 'eslint(no-restricted-globals)'
    plant(`server/src/core/impure-${name.toLowerCase()}.ts`, `export const a = () => ${code}\n`, rule)
  }
  for (const [rule, text] of Object.entries(LINT_RULES)) {
    plant(`server/src/worker/${rule.replaceAll(/[^a-z]+/g, '-')}.ts`, text, rule)
  }
  plant(
    'server/src/core/ring.ts',
    "import { b } from './round.ts'\nexport const a = () => b()\n",
    'import(no-cycle)',
  )
  plant(
    'server/src/core/round.ts',
    "import { a } from '#core/ring.ts'\nexport const b = () => a()\n",
    'import(no-cycle)',
  )
  for (const [folder, specifiers] of Object.entries(ALLOWED)) {
    const lines = toWords(specifiers).map(
      (specifier, number) => `import type { A as A${number} } from '${specifier}'`,
    )
    const names = toWords(specifiers)
      .map((_, number) => `A${number}`)
      .join(', ')
    files[`server/src/${folder}/allowed.ts`] = `${lines.join('\n')}\nexport type B = [${names}]\n`
  }
  files['server/src/core/a.test.ts'] =
    "import test from 'node:test'\nimport { a } from '#test/a.ts'\ntest('a', async () => a(new Date()))\n"

  using house = createHouse(files)
  const { status, broken } = lint(house)
  assert.notEqual(status, 0)
  const missed = [...expected].filter(([path, rule]) => !broken.get(path)?.includes(rule))
  assert.deepEqual(
    missed.map(([path, rule]) => `${path} ${rule} ${files[path]} got ${String(broken.get(path))}`),
    [],
  )
  const surprising = [...broken].filter(([path]) => !expected.has(path))
  assert.deepEqual(surprising, [])
})

test('lint passes a clean house, and fails when it sees no files', () => {
  using house = createHouse({ 'server/src/core/a.ts': 'export const a = 1\n' })
  assert.equal(house.run('oxlint').status, 0)
  assert.notEqual(house.run('oxlint', 'server/nowhere').status, 0)
})

test('format refuses an unformatted file, and no files', () => {
  using house = createHouse({ 'server/src/core/a.ts': 'export const a = 1\n' })
  const clean = house.run('npm', 'run', '--silent', 'format')
  assert.equal(clean.status, 0, clean.output)
  house.write('server/src/core/b.ts', 'export const b = "x";\n')
  assert.notEqual(house.run('npm', 'run', '--silent', 'format').status, 0)
  assert.notEqual(house.run('prettier', '--check', 'server/nowhere').status, 0)
})

test('types refuses a wrong type, a loose index, syntax that Node cannot erase, and no files', () => {
  const wrong = {
    type: 'export const a: number = "x"\n',
    index: 'const a: number[] = []\nexport const b: number = a[0]\n',
    syntax: 'export enum A {\n  B,\n}\n',
  }
  for (const [name, text] of Object.entries(wrong)) {
    using house = createHouse({ 'server/src/core/a.ts': text })
    assert.notEqual(house.run('npm', 'run', '--silent', 'types').status, 0, name)
  }
  using clean = createHouse({ 'server/src/core/a.ts': 'export const a = 1\n' })
  const passed = clean.run('npm', 'run', '--silent', 'types')
  assert.equal(passed.status, 0, passed.output)
  using empty = createHouse({})
  rmSync(join(empty.folder, 'oxlint.config.ts'))
  assert.notEqual(empty.run('npm', 'run', '--silent', 'types').status, 0)
})

/** Copies the real tree, so that the real knip configuration is what is proved. */
function createCopy(files: Record<string, string>): House {
  const house = createHouse({})
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  })
  for (const path of listed.stdout.toString().split('\0')) {
    if (/\.(ts|tsx|json|jsonc|js)$/.test(path)) cpSync(join(ROOT, path), join(house.folder, path))
  }
  for (const [path, text] of Object.entries(files)) house.write(path, text)
  return house
}

test('knip refuses dead exports, dead files, unlisted and unused dependencies, and no files', () => {
  const server = JSON.parse(readFileSync(join(ROOT, 'server/package.json'), 'utf8')) as Record<string, object>
  using house = createCopy({
    'server/src/core/planted.ts': 'export const planted = 1\nexport const plantedDead = 2\n',
    'server/src/core/planted.test.ts':
      "import { planted } from './planted.ts'\nimport 'planted-unlisted'\nplanted.toFixed()\n",
    'server/src/app/planted-file.ts': 'export const a = 1\n',
    'tools/planted-tool.ts': 'export const a = 1\n',
    'server/package.json': JSON.stringify({
      ...server,
      dependencies: { ...server.dependencies, 'planted-unused': '1.0.0' },
    }),
  })
  const { status, output } = house.run('npm', 'run', '--silent', 'knip')
  assert.notEqual(status, 0)
  const planted = [
    'plantedDead',
    'planted-unlisted',
    'app/planted-file.ts',
    'planted-tool.ts',
    'planted-unused',
  ]
  for (const name of planted) assert.ok(output.includes(name), `${name} is not in ${output}`)

  const knip = readFileSync(join(ROOT, 'knip.jsonc'), 'utf8')
  using empty = createHouse({ 'knip.jsonc': knip })
  assert.match(empty.run('npm', 'run', '--silent', 'knip').output, /no matches/)
  assert.notEqual(empty.run('npm', 'run', '--silent', 'knip').status, 0)
})

/** A house with the real contract, and what is generated from it. */
function createProtoHouse(files: Record<string, string>): House {
  const house = createHouse({})
  for (const path of ['tools/proto.ts', 'proto', 'server/src/api/grpc/gen']) {
    cpSync(join(ROOT, path), join(house.folder, path), { recursive: true })
  }
  for (const [path, text] of Object.entries(files)) house.write(path, text)
  return house
}

test('proto refuses what is named badly, breaks clients, or was not generated again, and no files', () => {
  const path = 'proto/florin/v1/accounts.proto'
  const original = readFileSync(join(ROOT, path), 'utf8')
  using clean = createProtoHouse({})
  const passed = clean.run('npm', 'run', '--silent', 'proto')
  assert.equal(passed.status, 0, passed.output)
  const cases: { files: Record<string, string>; says: RegExp }[] = [
    { files: { [path]: original.replace('string balance', 'string Balance') }, says: /lower_snake_case/ },
    { files: { [path]: original.replace(/ {2}\/\/ Yours[^\n]*\n/, '') }, says: /non-empty comment/ },
    { files: { [path]: original.replace('string balance = 2', 'string balance = 3') }, says: /"2".*deleted/ },
    { files: { [path]: original.replace('string balance = 2', 'bytes balance = 2') }, says: /changed type/ },
    {
      files: {
        [path]: original.replace('string balance = 2;', 'string balance = 2;\n  // New.\n  string more = 3;'),
      },
      says: /gen\/florin\.binpb: run/,
    },
    { files: { 'server/src/api/grpc/gen/health.binpb': '' }, says: /gen\/health\.binpb: run/ },
  ]
  for (const { files, says } of cases) {
    using house = createProtoHouse(files)
    const { status, output } = house.run('npm', 'run', '--silent', 'proto')
    assert.notEqual(status, 0, output)
    assert.match(output, says)
  }
  using empty = createProtoHouse({})
  rmSync(join(empty.folder, 'proto/florin'), { recursive: true })
  rmSync(join(empty.folder, 'proto/google'), { recursive: true })
  assert.notEqual(empty.run('npm', 'run', '--silent', 'proto').status, 0)
})

test('tidy fails when it sees no files, or an untidy one', () => {
  using house = createHouse({ 'server/src/core/index.ts': 'export const a = 1\n' })
  cpSync(join(ROOT, 'tools'), join(house.folder, 'tools'), { recursive: true })
  house.write('.gitignore', 'node_modules\n')
  spawnSync('git', ['init', '--quiet'], { cwd: house.folder })
  const untidy = house.run('npm', 'run', '--silent', 'tidy')
  assert.notEqual(untidy.status, 0)
  assert.match(untidy.output, /no-index-files/)
  house.write('.gitignore', '*\n')
  const blind = house.run('npm', 'run', '--silent', 'tidy')
  assert.notEqual(blind.status, 0)
  assert.match(blind.output, /saw no files/)
})

const PASSING = "import test from 'node:test'\ntest('a', () => {})\n"

/** A house whose tests run: a test file in each phase that must have one. */
function createTestHouse(files: Record<string, string>): House {
  const house = createHouse({ 'tools/a.test.ts': PASSING, ...files })
  cpSync(join(ROOT, 'tools/test.ts'), join(house.folder, 'tools/test.ts'))
  return house
}

test('the test runner ends with the counters of all phases', () => {
  using house = createTestHouse({ 'tools/gates.test.ts': PASSING })
  const { status, output } = house.run('npm', 'test', '--', 'unit', 'gates')
  assert.equal(status, 0, output)
  assert.match(
    output,
    /ℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms [\d.]+\s*$/,
  )
})

test('the test runner refuses a failing test, a phase without files, files without tests and an unknown phase', () => {
  const cases: { files: Record<string, string>; phase: string; says: RegExp }[] = [
    {
      files: { 'tools/b.test.ts': PASSING.replace('() => {}', '() => { throw 1 }') },
      phase: 'unit',
      says: /fail 1/,
    },
    { files: { 'tools/b.test.ts': 'not( TypeScript' }, phase: 'unit', says: /fail 1/ },
    { files: {}, phase: 'contracts', says: /phase contracts saw no files/ },
    { files: {}, phase: 'gates', says: /phase gates saw no files/ },
    { files: {}, phase: 'nothing', says: /no such phase: nothing/ },
  ]
  for (const { files, phase, says } of cases) {
    using house = createTestHouse(files)
    const { status, output } = house.run('npm', 'test', '--', phase)
    assert.notEqual(status, 0, output)
    assert.match(output, says)
  }
})

test('check fails when one of its gates fails, and runs them all', () => {
  const gates = ['format', 'lint', 'types', 'tidy', 'knip', 'proto', 'test']
  const check = readFileSync(join(ROOT, 'tools/check.ts'), 'utf8')
  for (const failing of ['', 'lint', 'test']) {
    const scripts = Object.fromEntries(gates.map((gate) => [gate, gate === failing ? 'exit 1' : 'exit 0']))
    const text = JSON.stringify({ type: 'module', scripts: { ...scripts, check: 'node tools/check.ts' } })
    using house = createHouse({ 'package.json': text, 'tools/check.ts': check })
    const { status, output } = house.run('npm', 'run', '--silent', 'check')
    assert.equal(status, failing === '' ? 0 : 1, output)
    for (const gate of gates) assert.match(output, new RegExp(`${gate === failing ? '✖' : '✔'} ${gate}`))
  }
})
