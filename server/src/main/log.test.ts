import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { test } from 'node:test'
import { toErrorFields, withoutPassword } from './log.ts'

const NO_FULL_DISK = process.platform === 'linux' ? false : 'needs /dev/full'

test('of an error only what it is about is told, and its causes', () => {
  const cause = Object.assign(new Error('lost'), { code: '57P01', client: { password: 'hunter2' } })
  const error = new Error('cannot commit', { cause })
  const fields = toErrorFields(error) as { message: string; cause: Record<string, unknown> }
  assert.equal(fields.message, 'cannot commit')
  assert.deepEqual(Object.keys(fields.cause), ['type', 'message', 'code', 'stack'])
  assert.doesNotMatch(JSON.stringify(fields), /hunter2/)
  const circle = new Error('circle')
  circle.cause = circle
  assert.ok(JSON.stringify(toErrorFields(circle)).length < 20_000)
})

const moduleUrl = new URL('./log.ts', import.meta.url).href

/** A process that waits for a line, logs and says that it is ready on stdout, over and over, and at last that it lives. */
function logInto(stdout: 'pipe' | number) {
  const code = `
    const { createLog } = await import(${JSON.stringify(moduleUrl)})
    const log = createLog({ level: 'info', to: 'stdout' })
    await new Promise((resolve) => process.stdin.once('data', resolve))
    for (let i = 0; i < 20; i++) {
      log.info({ i }, 'a line')
      process.stdout.write('ready\\n')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    process.stderr.write('alive\\n')
    process.exit(0)`
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', stdout, 'pipe'] })
}

async function endOf(child: ReturnType<typeof logInto>) {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exitCode, said: said.split('\n') }
}

test('a process whose log is no longer read goes on, and says so once', async () => {
  const child = logInto('pipe')
  child.stdout?.destroy()
  child.stdin?.end('go')
  const { exitCode, said } = await endOf(child)
  assert.equal(exitCode, 0)
  assert.match(said[0] ?? '', /^florin: the log cannot be written \(.*EPIPE.*\); Florin goes on without it$/)
  assert.deepEqual(said.slice(1), ['alive', ''])
})

test('a process whose log has no room goes on, too', { skip: NO_FULL_DISK }, async () => {
  const child = logInto(openSync('/dev/full', 'w'))
  child.stdin?.end('go')
  const { exitCode, said } = await endOf(child)
  assert.equal(exitCode, 0)
  assert.match(said[0] ?? '', /ENOSPC/)
  assert.deepEqual(said.slice(1), ['alive', ''])
})

test('a URL is shown without its password', () => {
  for (const url of [
    'postgresql://florin:hunter2@db.example:5432/florin',
    'postgresql://db.example/florin?user=florin&password=hunter2',
    'postgres://a:hunter2hunter2@[::1]/x?sslpassword=hunter2',
  ]) {
    const shown = withoutPassword(url)
    assert.doesNotMatch(shown, /hunter2/)
    assert.match(shown, /^postgres/)
  }
  assert.equal(withoutPassword('hunter2'), '(not a URL)')
})
