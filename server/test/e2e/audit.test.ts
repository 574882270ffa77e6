/** The audit log of the real process: attempts outlive a clean stop, another process erases, and all of it verifies. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { florin, makeScratch, serve, stop } from './florin-process.ts'

const scratch = makeScratch()
const settings = {
  FLORIN_DATA_DIR: join(scratch.dir, 'data'),
  FLORIN_LOG_LEVEL: 'warn',
  FLORIN_AUTH_SECRET: randomBytes(32).toString('base64'),
}
after(() => scratch.remove())

interface Entry {
  readonly principal: string
  readonly operation: string
  readonly address: string | null
  readonly type: string
  readonly code: string | null
  readonly request_id: string | null
}

test('changes and refused attempts are in the audit log, also after a restart', async () => {
  const first = await serve(settings)
  const made = await florin(['keys', 'create', '--name', 'n', '--role', 'admin', '--json'], settings)
  const { id, key } = JSON.parse(made.stdout) as { id: string; key: string }
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }

  const person = { name: 'Ada Lovelace', email: 'ada@example.com' }
  const body = JSON.stringify(person)
  const created = await fetch(`${first.api}/v2/users`, { method: 'POST', headers, body })
  const user = (await created.json()) as { id: string }
  const refused = await fetch(`${first.api}/v2/users`, { headers: { 'x-request-id': 'stranger' } })
  assert.deepEqual([created.status, refused.status], [201, 401])
  const erased = await florin(['users', 'erase', user.id, '--json'], settings)
  assert.equal(erased.exitCode, 0, erased.stderr)
  assert.equal((JSON.parse(erased.stdout) as { id: string }).id, user.id)
  assert.equal((await florin(['users', 'erase', user.id], settings)).stdout, `user ${user.id} is erased\n`)
  assert.equal(await stop(first.child, 'SIGTERM'), 0)

  const second = await serve(settings)
  const answer = await fetch(`${second.api}/v2/audit`, { headers })
  const { data } = (await answer.json()) as { data: Entry[] }
  const told = data.map(({ principal, operation, address, type, code }) => [
    type,
    principal,
    operation,
    address,
    code,
  ])
  for (const expected of [
    ['user.created', `key:${id}`, 'createUser', '127.0.0.1', null],
    ['access.refused', 'anonymous', 'listUsers', '127.0.0.1', 'unauthenticated'],
    ['user.erased', 'florin', 'eraseUser', null, null],
  ]) {
    assert.ok(
      told.some((entry) => String(entry) === String(expected)),
      `${String(expected)} in ${JSON.stringify(told)}`,
    )
  }
  assert.equal(told.filter(([type]) => type === 'user.erased').length, 1)
  assert.equal(data.find(({ type }) => type === 'access.refused')?.request_id, 'stranger')
  assert.ok(!/Lovelace|ada@example/.test(JSON.stringify(data)))
  const verified = await florin(['verify'], settings)
  assert.equal(verified.exitCode, 0, verified.stdout)
})

test('the command that erases says what it wants', async () => {
  for (const [call, expected] of [
    [['users'], /there is no action/],
    [['users', 'erese'], /did you mean erase\?/],
    [['users', 'erase', 'ada'], /needs the id of a user/],
  ] as const) {
    const { exitCode, stderr } = await florin(call, settings)
    assert.deepEqual([exitCode, expected.test(stderr)], [2, true], stderr)
  }
  const missing = await florin(['users', 'erase', '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'], settings)
  assert.equal(missing.exitCode, 1)
  assert.match(missing.stderr, /does not exist/)
})
