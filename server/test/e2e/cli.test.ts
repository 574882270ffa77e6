/** The commands as people run them: real processes, a real data folder, exit codes and what is said. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { florin, makeScratch, serve, stop } from './florin-process.ts'

const { dir: scratch, remove } = makeScratch()
after(remove)

test('serve, and commands beside it', async () => {
  const settings = { FLORIN_DATA_DIR: join(scratch, 'served') }
  const { child, ready } = await serve(settings)
  const { api, health, authentication, database } = ready
  assert.match(String(api), /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(authentication, 'off')
  assert.equal((database as { found: string }).found, 'created')
  assert.equal((await fetch(String(health))).status, 200)
  assert.equal((await openAccount(api, 1001)).status, 201)

  const seeded = await florin(['seed', '--users', '5', '--accounts', '20', '--transfers', '300'], settings)
  assert.equal(seeded.exitCode, 0, seeded.stderr)
  assert.match(seeded.stdout, /transfers +\d+ made.* \/s|transfers +\d+ made.*\/s/)
  const again = await florin(['seed', '--users', '5', '--accounts', '20', '--transfers', '300'], settings)
  assert.match(again.stdout, /transfers +0 made.*300 were there already/)

  const verified = await florin(['verify'], settings)
  assert.equal(verified.exitCode, 0, verified.stderr)
  assert.match(verified.stdout, /The ledger is whole/)

  const second = await florin(['serve'], settings)
  assert.deepEqual([second.exitCode, second.stdout], [1, ''])
  assert.match(second.stderr, /^florin: another Florin .*\n$/)

  assert.equal(await stop(child, 'SIGTERM'), 0)
  const restarted = await serve(settings)
  assert.equal((restarted.ready['database'] as { found: string }).found, 'clean')
  assert.equal((await openAccount(restarted.ready['api'], 1001)).status, 409)
  // npm and a terminal both pass on one Ctrl-C.
  restarted.child.kill('SIGINT')
  assert.equal(await stop(restarted.child, 'SIGINT'), 0)
})

test('what was accepted before a stop is answered', async () => {
  const { child, ready } = await serve({ FLORIN_DATA_DIR: join(scratch, 'drained') })
  const requests = Array.from({ length: 50 }, (_, i) => openAccount(ready['api'], i + 1))
  await requests[0]
  const stopped = stop(child, 'SIGTERM')
  const answers = await Promise.allSettled(requests)
  assert.equal(await stopped, 0)
  for (const answer of answers) {
    if (answer.status === 'fulfilled') assert.equal(answer.value.status, 201)
  }
})

test('verify tells what is wrong with the exit code', async () => {
  const settings = { FLORIN_DATA_DIR: join(scratch, 'unmigrated') }
  const verified = await florin(['verify'], settings)
  assert.equal(verified.exitCode, 1)
  assert.match(verified.stderr, /^florin: the database lacks \d+ migrations: run "florin migrate up"\n$/)
  const before = await florin(['migrate'], settings)
  assert.match(
    before.stdout,
    /^missing +0001-ledger\nmissing +0002-whole-ledger\nmissing +0003-access\nmissing +0004-login\nmissing +0005-approvals\nmissing +0006-audit\nmissing +0007-transfer-lists\nmissing +0008-references\n$/,
  )
  const names = [...before.stdout.matchAll(/\d{4}-[\w-]+/g)].map(([name]) => name)
  const applied = names.map((name) => `applied  ${name}\n`).join('')
  assert.equal((await florin(['migrate', 'up'], settings)).stdout, applied)
  assert.equal((await florin(['migrate', 'up'], settings)).stdout, 'nothing to do\n')
  assert.equal((await florin(['verify', '--json'], settings)).exitCode, 0)
  assert.equal((await florin(['migrate', 'down'], settings)).exitCode, 2)
  assert.equal((await florin(['migrate', 'down', '--yes'], settings)).stdout, 'undone  0008-references\n')
})

test('a taken port is said in a sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as { port: number }
  const settings = {
    FLORIN_DATA_DIR: join(scratch, 'port'),
    FLORIN_HTTP_PORT: `${port}`,
    FLORIN_LOG_LEVEL: 'silent',
  }
  const { exitCode, stdout, stderr } = await florin(['serve'], settings)
  taken.close()
  assert.deepEqual([exitCode, stdout], [1, ''])
  assert.match(
    stderr,
    /^florin: port \d+ of 127\.0\.0\.1 is taken: set FLORIN_HTTP_PORT.*\n {2}because: .*\n$/,
  )
})

test('a database that is not there is said in a sentence, without its password', async () => {
  const { exitCode, stdout, stderr } = await florin(['verify'], {
    FLORIN_DATABASE_URL: 'postgresql://florin:hunter2@127.0.0.1:1/florin',
  })
  assert.deepEqual([exitCode, stdout], [1, ''])
  assert.match(stderr, /^florin: cannot connect to the database\n {2}because: .*ECONNREFUSED.*\n$/)
  assert.doesNotMatch(stderr, /hunter2|\n {4}at /)
})

const usage: [call: string[], settings: Record<string, string>, exitCode: number, message: RegExp][] = [
  [[], {}, 0, /serve.*migrate.*seed.*verify/s],
  [['--help'], {}, 0, /USAGE/],
  [['seed', '--help'], {}, 0, /--transfers/],
  [['--version'], {}, 0, /^\d+\.\d+\.\d+\n$/],
  [['verfy'], {}, 2, /there is no command "verfy"; did you mean verify\?/],
  [['constructor'], {}, 2, /there is no command "constructor"/],
  [['serve', '--port', '1'], {}, 2, /there is no option --port/],
  [
    ['serve'],
    { FLORIN_HOST: '0.0.0.0', FLORIN_LOG_LEVEL: 'loud' },
    2,
    /FLORIN_LOG_LEVEL must.*\n.*FLORIN_AUTH_SECRET must/,
  ],
  [['migrate', 'sideways'], {}, 2, /there is no action "sideways" of migrate/],
  [['seed', '--accounts', '1', '--transfers', '1'], {}, 2, /two --accounts/],
]

for (const [call, settings, exitCode, message] of usage) {
  test(`florin ${call.join(' ')} ${JSON.stringify(settings)} ends with ${exitCode}`, async () => {
    const ended = await florin(call, settings)
    assert.equal(ended.exitCode, exitCode, ended.stderr)
    assert.match(exitCode === 0 ? ended.stdout : ended.stderr, message)
    assert.doesNotMatch(ended.stderr, /\n {4}at /)
  })
}

async function openAccount(api: unknown, id: number): Promise<Response> {
  return await fetch(`${String(api)}/v1/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account_id: id, initial_balance: '5' }),
  })
}
